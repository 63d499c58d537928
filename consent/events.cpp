#include "consent/events.h"

#include <chrono>
#include <cstdio>

#include "base/json/strict.h"

namespace consent {
namespace {

std::string rfc3339(base::Instant at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::milliseconds>(at - day));
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
  return text.data();
}

base::json::Value data_of(const Consent& consent, base::Instant occurred_at) {
  base::json::Value data = base::json::Value::object();
  data["consent_id"] = consent.id.str();
  data["client_id"] = consent.client.str();
  data["status"] = std::string(to_text(consent.status));
  data["status_reason"] = std::string(to_text(consent.status_reason));
  data["occurred_at"] = rfc3339(occurred_at);
  return data;
}

}  // namespace

std::string event_data_json(const Consent& consent, base::Instant occurred_at) {
  return base::json::dump(data_of(consent, occurred_at));
}

std::string expiring_data_json(const Consent& consent, base::Instant occurred_at, const policy::NextEnd& end,
                               int days_left) {
  base::json::Value data = data_of(consent, occurred_at);
  data["ends_at"] = rfc3339(end.at);
  data["ends_by"] = std::string(policy::to_text(end.by));
  data["days_left"] = days_left;
  return base::json::dump(data);
}

std::string account_removed_data_json(const Consent& consent, base::Instant occurred_at,
                                      const base::AccountId& account) {
  base::json::Value data = data_of(consent, occurred_at);
  data["account_id"] = account.str();
  return base::json::dump(data);
}

}  // namespace consent
