// The strict JSON reader: what it accepts it writes, and reads back as the same value.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/ensure.h"
#include "base/json/strict.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace base::json;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto value = parse_strict(text, {.max_bytes = 64 * 1024, .max_depth = 16});
  if (!value) {
    ENSURE(!value.error().text().empty(), "a refusal says why");
    return 0;
  }
  const std::string written = dump(*value);
  const auto again = parse_strict(written, {.max_bytes = 1024 * 1024, .max_depth = 16});
  ENSURE(again.has_value(), "what was written is read");
  ENSURE(*again == *value && dump(*again) == written, "and is the same value");
  return 0;
}
