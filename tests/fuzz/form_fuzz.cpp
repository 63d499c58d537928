// Forms and queries: what is read is written and read back as the same pairs, and percent-decoding undoes encoding.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/encoding.h"
#include "base/ensure.h"
#include "base/http/message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace base::http;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  ENSURE(base::percent_decode(base::percent_encode(text)) == text, "decoding undoes encoding");
  const auto parameters = Parameters::parse(text);
  if (!parameters) return 0;
  ENSURE(parameters->list().size() <= 256, "the number of pairs is limited");
  const auto again = Parameters::parse(form_encode(parameters->list()));
  ENSURE(again.has_value() && again->list().size() == parameters->list().size(), "what was written is read");
  for (std::size_t i = 0; i < again->list().size(); ++i) {
    const Parameter& a = parameters->list()[i];
    const Parameter& b = again->list()[i];
    ENSURE(a.name == b.name && a.value == b.value, "and is the same pair");
    ENSURE(parameters->only(a.name).has_value() == (parameters->count(a.name) == 1), "only() means exactly one");
  }
  return 0;
}
