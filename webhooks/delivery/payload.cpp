#include "webhooks/delivery/payload.h"

#include <array>
#include <cstdio>

#include "base/json/strict.h"

namespace webhooks {
namespace {

constexpr std::size_t kMostDataBytes = 64 * 1024;
constexpr std::size_t kExcerptBytes = 1024;

void blank_after(std::string& text, std::string_view marker) {
  for (std::size_t at = text.find(marker); at != std::string::npos; at = text.find(marker, at)) {
    at += marker.size();
    while (at < text.size() && text[at] != ' ' && text[at] != '"' && text[at] != '\'') text[at++] = '*';
  }
}

}  // namespace

std::string iso8601(base::Instant at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::milliseconds>(at - day));
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
  return text.data();
}

std::optional<std::string> payload(std::string_view type, base::Instant occurred_at, std::string_view data_json) {
  auto data = base::json::parse_strict(data_json, {.max_bytes = kMostDataBytes});
  if (!data || !data->is_object()) return std::nullopt;
  base::json::Value body;
  body["type"] = type;
  body["timestamp"] = iso8601(occurred_at);
  body["data"] = std::move(*data);
  return base::json::dump(body);
}

std::string response_excerpt(std::string_view body) {
  std::string text(body.substr(0, kExcerptBytes));
  for (char& c : text) {
    if (c < 0x20 || c >= 0x7f) c = c == '\n' || c == '\t' ? ' ' : '.';
  }
  blank_after(text, "whsec_");
  blank_after(text, "v1,");
  return text;
}

}  // namespace webhooks
