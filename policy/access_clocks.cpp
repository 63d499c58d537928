#include "policy/access_clocks.h"

#include <algorithm>
#include <array>

#include "base/ensure.h"

namespace policy {
namespace {

using std::chrono::days;

constexpr std::array<AccessClocks, 2> kClocks{{
    {Region::eu, days(180), std::nullopt, 4, std::chrono::hours(24)},
    {Region::uk, std::nullopt, days(90), 4, std::chrono::hours(24)},
}};
constexpr std::array<int, 3> kWarningDays{30, 7, 1};

}  // namespace

std::string_view to_text(Region region) {
  switch (region) {
    case Region::eu:
      return "eu";
    case Region::uk:
      return "uk";
  }
  throw base::BrokenInvariant("a region outside its enumeration");
}

std::optional<Region> region_from_text(std::string_view text) {
  for (const AccessClocks& clocks : kClocks) {
    if (to_text(clocks.region) == text) return clocks.region;
  }
  return std::nullopt;
}

const AccessClocks& access_clocks(Region region) {
  for (const AccessClocks& clocks : kClocks) {
    if (clocks.region == region) return clocks;
  }
  throw base::BrokenInvariant("a region without clocks");
}

std::optional<base::Instant> sca_valid_until(const AccessClocks& clocks, std::optional<base::Instant> authorised) {
  if (!clocks.sca_renewal || !authorised) return std::nullopt;
  return *authorised + *clocks.sca_renewal;
}

std::optional<base::Instant> reconfirm_by(const AccessClocks& clocks, std::optional<base::Instant> authorised,
                                          std::optional<base::Instant> reconfirmed) {
  if (!clocks.reconfirmation || !authorised) return std::nullopt;
  return std::max(*authorised, reconfirmed.value_or(*authorised)) + *clocks.reconfirmation;
}

std::string_view to_text(EndsBy clock) {
  switch (clock) {
    case EndsBy::expiry:
      return "expiry";
    case EndsBy::sca_renewal:
      return "sca_renewal";
    case EndsBy::reconfirmation:
      return "reconfirmation";
  }
  throw base::BrokenInvariant("a clock outside its enumeration");
}

std::optional<NextEnd> next_end(const AccessClocks& clocks, std::optional<base::Instant> expires,
                                std::optional<base::Instant> authorised, std::optional<base::Instant> reconfirmed) {
  std::optional<NextEnd> first;
  const auto consider = [&](std::optional<base::Instant> at, EndsBy by) {
    if (at && (!first || *at < first->at)) first = NextEnd{*at, by};
  };
  consider(expires, EndsBy::expiry);
  consider(sca_valid_until(clocks, authorised), EndsBy::sca_renewal);
  consider(reconfirm_by(clocks, authorised, reconfirmed), EndsBy::reconfirmation);
  return first;
}

std::optional<base::Instant> next_warning(base::Instant end, base::Instant now) {
  for (const int ahead : kWarningDays) {
    if (now < end - days(ahead)) return end - days(ahead);
  }
  return std::nullopt;
}

std::optional<int> warning_due(base::Instant end, base::Instant now) {
  if (end <= now) return std::nullopt;
  std::optional<int> due;
  for (const int ahead : kWarningDays) {
    if (end - days(ahead) <= now) due = ahead;
  }
  return due;
}

}  // namespace policy
