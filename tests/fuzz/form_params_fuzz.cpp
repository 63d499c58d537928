// What arrives in parameters and is kept: scopes, handles, redirect URIs. What is accepted is in its one spelling.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/ensure.h"
#include "oauth/binding/htu.h"
#include "oauth/client.h"
#include "oauth/registration/clients.h"
#include "oauth/tokens/handle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto values = oauth::parse_scope(text)) {
    ENSURE(!values->empty() && values->size() <= 16, "a scope has some values, not many");
    for (const auto& value : *values) ENSURE(oauth::scope_has(text, value), "each value is in the text");
  }
  const base::Instant now{std::chrono::seconds(1'780'000'000)};
  if (const auto handle = oauth::parse_handle(text, now)) ENSURE(handle->text == text, "a handle has one spelling");
  if (!oauth::redirect_uri_fault(text)) {
    ENSURE(text.find_first_of(std::string_view("#\\\r\n\t \0", 7)) == std::string_view::npos,
           "no differential characters");
    ENSURE(text.starts_with(oauth::origin_of(text)) && !oauth::origin_of(text).empty(), "an origin of its own");
    ENSURE(oauth::normalised_htu(text).has_value(), "every parser reads it as an http URI");
  }
  return 0;
}
