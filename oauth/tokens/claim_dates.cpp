#include "oauth/tokens/claim_dates.h"

#include <array>
#include <cstdio>

namespace oauth {
namespace {

// Never less than what was exceeded: a fraction of a second counts as one.
std::string seconds_text(std::chrono::microseconds duration) {
  return std::to_string(std::chrono::ceil<std::chrono::seconds>(duration).count()) + " s";
}

std::string server_time(base::Instant now) {
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(now) - day);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), " (server time %04d-%02u-%02uT%02ld:%02ld:%02ldZ)",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<long>(time.hours().count()), static_cast<long>(time.minutes().count()),
                static_cast<long>(time.seconds().count()));
  return text.data();
}

}  // namespace

std::string too_old(std::string_view claim, base::Instant date, std::chrono::seconds most, base::Instant now) {
  return std::string(claim) + " is " + seconds_text(now - date) + " in the past; at most " + seconds_text(most) +
         " are accepted" + server_time(now);
}

std::string too_far_ahead(std::string_view claim, base::Instant date, std::chrono::seconds most, base::Instant now) {
  return std::string(claim) + " is " + seconds_text(date - now) + " ahead; at most " + seconds_text(most) +
         " are accepted" + server_time(now);
}

std::string expired(base::Instant exp, std::chrono::seconds skew, base::Instant now) {
  return "exp is " + seconds_text(now - exp) + " in the past; less than " + seconds_text(skew) + " is accepted" +
         server_time(now);
}

}  // namespace oauth
