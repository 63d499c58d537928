#include "gateway/partner_api/open_banking_uk/obie_time.h"

#include <chrono>
#include <cstdint>
#include <cstdio>

namespace gateway {
namespace {

using std::chrono::microseconds;

// Reads from the front; nothing is consumed by a failure that matters, because every failure ends the parse.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}
  std::optional<int> digits(std::size_t count) {
    if (rest_.size() < count) return std::nullopt;
    int number = 0;
    for (const char c : rest_.substr(0, count)) {
      if (c < '0' || c > '9') return std::nullopt;
      number = number * 10 + (c - '0');
    }
    rest_.remove_prefix(count);
    return number;
  }
  bool one_of(std::string_view characters) {
    if (rest_.empty() || characters.find(rest_.front()) == std::string_view::npos) return false;
    last_ = rest_.front();
    rest_.remove_prefix(1);
    return true;
  }
  char last() const { return last_; }
  bool done() const { return rest_.empty(); }
  // ".123456": 1 to 9 digits; what is finer than a microsecond is dropped.
  std::optional<microseconds> fraction() {
    std::int64_t micros = 0;
    std::size_t count = 0;
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      if (count < 6) micros = micros * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
      ++count;
    }
    if (count < 1 || count > 9) return std::nullopt;
    for (; count < 6; ++count) micros *= 10;
    return microseconds(micros);
  }

 private:
  std::string_view rest_;
  char last_ = '\0';
};

std::optional<std::chrono::sys_days> date(Scanner& in) {
  const auto year = in.digits(4);
  if (!year || !in.one_of("-")) return std::nullopt;
  const auto month = in.digits(2);
  if (!month || !in.one_of("-")) return std::nullopt;
  const auto day = in.digits(2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day ymd{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                        std::chrono::day(static_cast<unsigned>(*day))};
  if (!ymd.ok()) return std::nullopt;
  return std::chrono::sys_days(ymd);
}

std::optional<microseconds> time_of_day(Scanner& in) {
  const auto hour = in.digits(2);
  if (!hour || *hour > 23 || !in.one_of(":")) return std::nullopt;
  const auto minute = in.digits(2);
  if (!minute || *minute > 59 || !in.one_of(":")) return std::nullopt;
  const auto second = in.digits(2);
  if (!second || *second > 59) return std::nullopt;
  microseconds time = std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second);
  if (in.one_of(".")) {
    const auto fraction = in.fraction();
    if (!fraction) return std::nullopt;
    time += *fraction;
  }
  return time;
}

std::optional<std::chrono::minutes> offset(Scanner& in, std::string_view signs) {
  if (in.one_of("Z")) return std::chrono::minutes(0);
  if (!in.one_of(signs)) return std::nullopt;
  const int sign = in.last() == '-' ? -1 : 1;
  const auto hours = in.digits(2);
  if (!hours || *hours > 23 || !in.one_of(":")) return std::nullopt;
  const auto minutes = in.digits(2);
  if (!minutes || *minutes > 59) return std::nullopt;
  return std::chrono::minutes(sign * (*hours * 60 + *minutes));
}

}  // namespace

std::optional<base::Instant> obie_time_from_payload(std::string_view text) {
  Scanner in(text);
  const auto day = date(in);
  if (!day || !in.one_of("T")) return std::nullopt;
  const auto time = time_of_day(in);
  if (!time) return std::nullopt;
  const auto zone = offset(in, "+-");
  if (!zone || !in.done()) return std::nullopt;
  return base::Instant(*day) + *time - *zone;
}

std::optional<base::Instant> obie_time_from_query(std::string_view text) {
  Scanner in(text);
  const auto day = date(in);
  if (!day) return std::nullopt;
  if (in.done()) return base::Instant(*day);
  if (!in.one_of("T")) return std::nullopt;
  const auto time = time_of_day(in);
  if (!time) return std::nullopt;
  if (!in.done() && (!offset(in, "+- ") || !in.done())) return std::nullopt;
  return base::Instant(*day) + *time;
}

std::string obie_time(base::Instant at) {
  const auto second = std::chrono::floor<std::chrono::seconds>(at);
  const auto day = std::chrono::floor<std::chrono::days>(second);
  const std::chrono::year_month_day ymd(day);
  const std::chrono::hh_mm_ss time(second - day);
  char text[64];
  const int length = std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d+00:00",
                                   static_cast<int>(ymd.year()), static_cast<unsigned>(ymd.month()),
                                   static_cast<unsigned>(ymd.day()), static_cast<int>(time.hours().count()),
                                   static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
  return std::string(text, static_cast<std::size_t>(length));
}

}  // namespace gateway
