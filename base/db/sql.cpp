#include "base/db/sql.h"

#include <algorithm>
#include <charconv>
#include <utility>

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

// In decimal, with zeros in front up to the width.
void append_digits(std::string& out, unsigned number, std::size_t width) {
  char buffer[10];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, number).ptr;
  const auto size = static_cast<std::size_t>(end - buffer);
  if (size < width) out.append(width - size, '0');
  out.append(buffer, size);
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
  std::string out;
  append_digits(out, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  out += '-';
  append_digits(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  append_digits(out, static_cast<unsigned>(date.day()), 2);
  return out;
}

std::string timestamp_text(Instant at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::hh_mm_ss time(at - day);
  std::string out;
  out.reserve(32);
  out = date_text(day);
  char separator = ' ';
  for (const auto part : {time.hours().count(), time.minutes().count(), time.seconds().count()}) {
    out += std::exchange(separator, ':');
    append_digits(out, static_cast<unsigned>(part), 2);
  }
  out += '.';
  append_digits(out, static_cast<unsigned>(time.subseconds().count()), 6);
  return out += "+00";
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
  std::size_t size = 2;
  for (const auto& item : items) size += item.size() + item.size() / 4 + 3;
  std::string out;
  out.reserve(size);
  out += '{';
  for (const auto& item : items) {
    if (out.size() > 1) out += ',';
    out += '"';
    std::string_view rest = item;
    detail::refuse_nul(rest);
    while (!rest.empty()) {
      const std::size_t plain = std::min(rest.find_first_of("\"\\"), rest.size());
      out += rest.substr(0, plain);
      rest.remove_prefix(plain);
      if (rest.empty()) break;
      out += '\\';
      out += rest.front();
      rest.remove_prefix(1);
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

void refuse_nul(std::string_view text) {
  // libpq takes text up to the first NUL: what follows would be lost without a word.
  ENSURE(text.find('\0') == std::string_view::npos, "text with a NUL for the database");
}

std::string checked_text(std::string_view text) {
  refuse_nul(text);
  return std::string(text);
}

std::string parameter_text(double v) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, v).ptr;
  return {buffer, end};
}

}  // namespace detail
}  // namespace base::db
