#include "base/db/sql.h"

#include <charconv>
#include <cstdio>

#include "base/encoding.h"

namespace base::db {
namespace {

// Exactly `width` digits at `at`; moves on.
int digits(std::string_view text, std::size_t& at, std::size_t width) {
  ENSURE(at + width <= text.size(), "a time from the database is too short");
  int number = 0;
  const auto [end, error] = std::from_chars(text.data() + at, text.data() + at + width, number);
  ENSURE(error == std::errc() && end == text.data() + at + width, "a time from the database has no digits");
  at += width;
  return number;
}

void expect(std::string_view text, std::size_t& at, char wanted) {
  ENSURE(at < text.size() && text[at] == wanted, "a time from the database has another form");
  ++at;
}

std::chrono::sys_days read_date(std::string_view text, std::size_t& at) {
  const std::size_t year_width = text.find('-', at) == std::string_view::npos ? 0 : text.find('-', at) - at;
  ENSURE(year_width >= 4 && year_width <= 6, "a date from the database has another form");
  const int year = digits(text, at, year_width);
  expect(text, at, '-');
  const int month = digits(text, at, 2);
  expect(text, at, '-');
  const int day = digits(text, at, 2);
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  ENSURE(date.ok(), "a date from the database does not exist");
  return std::chrono::sys_days(date);
}

}  // namespace

std::string date_text(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  ENSURE(date.year() > std::chrono::year(0), "a date before the common era");
  char buffer[40];
  const int length = std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02u", static_cast<int>(date.year()),
                                   static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return {buffer, static_cast<std::size_t>(length)};
}

std::string timestamp_text(Instant at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::hh_mm_ss time(at - day);
  char buffer[48];
  const int length =
      std::snprintf(buffer, sizeof buffer, " %02d:%02d:%02d.%06d+00", static_cast<int>(time.hours().count()),
                    static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
                    static_cast<int>(time.subseconds().count()));
  return date_text(day).append(buffer, static_cast<std::size_t>(length));
}

std::chrono::sys_days date_from_text(std::string_view text) {
  std::size_t at = 0;
  const auto day = read_date(text, at);
  ENSURE(at == text.size(), "a date from the database has another form");
  return day;
}

// "2026-01-05 09:00:00.000001+00"; the fraction has no trailing zeros and may be absent.
Instant timestamp_from_text(std::string_view text) {
  std::size_t at = 0;
  const auto day = read_date(text, at);
  expect(text, at, ' ');
  const std::chrono::hours hours(digits(text, at, 2));
  expect(text, at, ':');
  const std::chrono::minutes minutes(digits(text, at, 2));
  expect(text, at, ':');
  const std::chrono::seconds seconds(digits(text, at, 2));
  std::int64_t micros = 0;
  if (at < text.size() && text[at] == '.') {
    ++at;
    std::size_t width = 0;
    while (at + width < text.size() && text[at + width] >= '0' && text[at + width] <= '9') ++width;
    ENSURE(width >= 1 && width <= 6, "a time from the database has another form");
    micros = digits(text, at, width);
    for (std::size_t i = width; i < 6; ++i) micros *= 10;
  }
  ENSURE(text.substr(at) == "+00", "a time from the database is not in UTC");
  return Instant(day.time_since_epoch() + hours + minutes + seconds + std::chrono::microseconds(micros));
}

std::string text_array(const std::vector<std::string>& items) {
  std::string out = "{";
  for (const auto& item : items) {
    if (out.size() > 1) out += ',';
    out += '"';
    for (const char c : detail::checked_text(item)) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
    out += '"';
  }
  return out += '}';
}

std::vector<std::string> text_array_from_text(std::string_view text) {
  ENSURE(text.size() >= 2 && text.front() == '{' && text.back() == '}', "an array from the database has another form");
  text = text.substr(1, text.size() - 2);
  std::vector<std::string> items;
  std::size_t at = 0;
  while (at < text.size()) {
    std::string item;
    if (text[at] == '"') {
      ++at;
      while (at < text.size() && text[at] != '"') {
        if (text[at] == '\\') ++at;
        ENSURE(at < text.size(), "an array from the database ends early");
        item += text[at++];
      }
      expect(text, at, '"');
    } else {
      ENSURE(text[at] != '{', "an array of arrays from the database");
      while (at < text.size() && text[at] != ',') item += text[at++];
      ENSURE(item != "NULL", "NULL in an array from the database");
    }
    items.push_back(std::move(item));
    if (at < text.size()) expect(text, at, ',');
  }
  return items;
}

std::string bytes_from_text(std::string_view text) {
  ENSURE(text.starts_with("\\x"), "bytea from the database has another form");
  auto bytes = hex_decode(text.substr(2));
  ENSURE(bytes.has_value(), "bytea from the database is not hex");
  return *std::move(bytes);
}

namespace detail {

std::string checked_text(std::string_view text) {
  // libpq takes text up to the first NUL: what follows would be lost without a word.
  ENSURE(text.find('\0') == std::string_view::npos, "text with a NUL for the database");
  return std::string(text);
}

Parameter parameter(const std::optional<Bytes>& v) {
  if (!v) return {};
  return {"\\x" + hex_encode(v->data)};
}

}  // namespace detail
}  // namespace base::db
