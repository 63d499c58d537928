#include "gateway/cli/explain.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/db/audit_store.h"
#include "base/db/request_journal.h"

namespace gateway {
namespace {

struct Line {
  base::Instant at;
  std::string text;
};

std::string time_text(base::Instant at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::milliseconds>(at - day)};
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u %02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
  return text.data();
}

std::string line_of(const base::db::AuditRow& row, bool name_interaction) {
  const auto& e = row.entry;
  std::string text = "evidence  " + base::db::to_text(e.actor_kind) + " " + (e.actor.empty() ? "-" : e.actor) + ": " +
                     e.action + " on " + e.object_kind + " " + e.object + ": " + e.outcome;
  if (!e.reason.empty()) text += ", because: " + e.reason;
  for (const auto& [name, value] : e.facts) text += "; " + name + " " + value;
  if (name_interaction && !e.interaction.empty()) text += "  [request " + e.interaction.str() + "]";
  return text;
}

std::string line_of(const base::db::JournalRow& row) {
  const auto event = nlohmann::json::parse(row.event_json, nullptr, false);
  if (event.is_discarded()) return "request   " + row.event_json;
  const auto member = [&](const char* name) {
    const auto found = event.find(name);
    if (found == event.end()) return std::string();
    return found->is_string() ? found->get<std::string>() : found->dump();
  };
  std::string text =
      "request   " + member("method") + " " + member("route") + " on " + member("listener") + " -> " + member("status");
  for (const char* name : {"client", "consent", "grant", "psu"}) {
    if (const auto value = member(name); !value.empty()) text += "; " + std::string(name) + " " + value;
  }
  if (const auto error = member("error"); !error.empty()) text += "; refused as " + error;
  if (const auto reason = member("reason"); !reason.empty()) text += ", because: " + reason;
  return text;
}

}  // namespace

std::string explain(base::db::Pool& pool, const base::Caller& caller, const std::string& kind, const std::string& id) {
  std::vector<Line> lines;
  pool.read(caller.deadline, [&](base::db::Transaction& tx) {
    lines.clear();
    if (kind == "request") {
      for (const auto& row : base::db::journal_of_interaction(tx, base::InteractionId(id)))
        lines.push_back({row.at, line_of(row)});
      for (const auto& row : base::db::audit_of_interaction(tx, base::InteractionId(id))) {
        lines.push_back({row.entry.at, line_of(row, false)});
      }
    } else {
      for (const auto& row : base::db::audit_of_object(tx, kind, id))
        lines.push_back({row.entry.at, line_of(row, true)});
    }
  });
  std::stable_sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) { return a.at < b.at; });
  if (lines.empty()) return {};
  std::string text = kind + " " + id + "\n";
  for (const auto& line : lines) text += time_text(line.at) + "  " + line.text + "\n";
  return text;
}

}  // namespace gateway
