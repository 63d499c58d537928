// How long a customer's agreement to account access carries, and how often it may be used without the customer: what
// the law of each region says, as data.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.h"

namespace policy {

enum class Region : std::uint8_t { eu, uk };
std::string_view to_text(Region region);  // "eu"
std::optional<Region> region_from_text(std::string_view text);

struct AccessClocks {
  Region region;
  // [RTS-SCA-10a.3] EU: after so long since the last strong customer authentication, access needs a new one.
  std::optional<std::chrono::days> sca_renewal;
  // [UK-RTS-36.6] UK: the TPP asks the customer again every 90 days; the bank demands nothing and only reminds.
  std::optional<std::chrono::days> reconfirmation;
  // [RTS-SCA-36.5b] "no more than four times in a 24-hour period" where the customer is not there.
  int unattended_uses;  // 0: not counted (load tests)
  std::chrono::hours unattended_window;
};
const AccessClocks& access_clocks(Region region);

// Until when the customer's authentication of `authorised` carries; nullopt: without end.
std::optional<base::Instant> sca_valid_until(const AccessClocks& clocks, std::optional<base::Instant> authorised);
// When the TPP must have asked again; nullopt: never.
std::optional<base::Instant> reconfirm_by(const AccessClocks& clocks, std::optional<base::Instant> authorised,
                                          std::optional<base::Instant> reconfirmed);

// Which of several clocks ends an access first.
enum class EndsBy : std::uint8_t { expiry, sca_renewal, reconfirmation };
std::string_view to_text(EndsBy clock);  // "sca_renewal"
struct NextEnd {
  base::Instant at;
  EndsBy by;
};
std::optional<NextEnd> next_end(const AccessClocks& clocks, std::optional<base::Instant> expires,
                                std::optional<base::Instant> authorised, std::optional<base::Instant> reconfirmed);

// Warnings 30, 7 and 1 day ahead of an end. The next one after `now`; nullopt: none is left.
std::optional<base::Instant> next_warning(base::Instant end, base::Instant now);
// The warning that stands at `now`: the nearest threshold that has come; nullopt: none has, or the end itself has.
std::optional<int> warning_due(base::Instant end, base::Instant now);

}  // namespace policy
