// authorization_details: what is accepted is in one spelling, is accepted again, and may be asked for under itself.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/ensure.h"
#include "oauth/rar/authorization_details.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const oauth::DetailTypes kTypes([] {
    oauth::Settings settings;
    settings.issuer = "https://as.example";
    settings.mtls_base = "https://mtls.example";
    settings.sandbox = oauth::SandboxFeatures::yes;
    return settings;
  }());
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto read = kTypes.read(text);
  if (!read) {
    ENSURE(!read.error().empty(), "a refusal says why");
    return 0;
  }
  const auto again = kTypes.read(read->canonical);
  ENSURE(again.has_value() && again->canonical == read->canonical, "one spelling");
  ENSURE(oauth::details_of(read->canonical).size() == read->list.size(), "all of it is kept");
  ENSURE(!oauth::narrowing_fault(read->canonical, *again), "what was granted may be asked for");
  for (const auto& detail : read->list) {
    ENSURE(oauth::is_display_text(detail.note), "what is shown reads as what it is");
  }
  return 0;
}
