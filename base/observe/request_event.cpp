#include "base/observe/request_event.h"

#include <cstdio>

#include "base/observe/log.h"

namespace base::observe {
namespace {

void member(std::string& out, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  out += ',';
  append_json_string(out, name);
  out += ':';
  append_json_string(out, text);
}

void member(std::string& out, const char* name, std::int64_t number) {
  out += ",\"";
  out += name;
  out += "\":";
  out += std::to_string(number);
}

std::string rfc3339(Instant at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(at - day);
  char buffer[48];
  std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
  return buffer;
}

}  // namespace

std::string to_json(const RequestEvent& event) {
  std::string out;
  out.reserve(512);
  out += "{\"event\":\"request\"";
  member(out, "arrived", rfc3339(event.at));
  member(out, "interaction", event.interaction.str());
  member(out, "traceparent", event.traceparent);
  member(out, "route", event.route);
  member(out, "method", event.method);
  member(out, "listener", event.listener);
  member(out, "status", static_cast<std::int64_t>(event.status));
  member(out, "client", event.client.str());
  member(out, "consent", event.consent.str());
  member(out, "grant", event.grant.str());
  member(out, "psu", event.psu.str());
  member(out, "error", event.error);
  member(out, "reason", event.reason);
  member(out, "took_us", static_cast<std::int64_t>(event.took.count()));
  member(out, "queued_us", static_cast<std::int64_t>(event.queued.count()));
  if (!event.facts.empty()) {
    std::string facts;
    for (const auto& [name, text] : event.facts) member(facts, name, text.empty() ? std::string_view("-") : text);
    facts[0] = '{';  // the first member's comma
    out += ",\"facts\":";
    out += facts;
    out += '}';
  }
  out += '}';
  return out;
}

}  // namespace base::observe
