#include "gateway/operations/sandbox_api.h"

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/db/sandbox_clock.h"
#include "base/json/strict.h"
#include "connectors/store/sandbox_messages.h"
#include "gateway/pipeline/refusal.h"

namespace gateway {
namespace {

using base::http::Call;
using base::http::Response;

constexpr std::chrono::seconds kMost = std::chrono::hours(24) * 365 * 20;

Response json(int status, const nlohmann::ordered_json& body) {
  return {status, {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}}, body.dump() + "\n"};
}

std::string rfc3339(base::Instant at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(at - day)};
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text.data();
}

// ?max_age=N&acr_values=A%20B
std::optional<oauth::AuthenticationDemand> demand_of(std::string_view query) {
  constexpr std::string_view kWord =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/ ";  // of an acr, and the space between
  const auto parameters = base::http::Parameters::parse(query, 16);
  if (!parameters || parameters->first_repeated()) return std::nullopt;
  oauth::AuthenticationDemand demand;
  if (const auto age = parameters->only("max_age")) {
    if (age->empty() || age->size() > 9 || age->find_first_not_of("0123456789") != std::string_view::npos) {
      return std::nullopt;
    }
    demand.max_age = std::chrono::seconds(std::stoll(std::string(*age)));
  }
  if (const auto values = parameters->only("acr_values")) {
    if (values->size() > 256 || values->find_first_not_of(kWord) != std::string_view::npos) return std::nullopt;
    std::istringstream words{std::string(*values)};
    for (std::string word; words >> word;) demand.acr_values.push_back(word);
    if (demand.acr_values.empty()) return std::nullopt;
  }
  return demand;
}

}  // namespace

std::optional<std::chrono::seconds> iso_duration(std::string_view text) {
  if (text.size() < 3 || text.front() != 'P') return std::nullopt;
  text.remove_prefix(1);
  std::int64_t total = 0;
  bool in_time = false;
  std::string_view order = "YMWD";
  while (!text.empty()) {
    if (text.front() == 'T') {
      if (in_time || text.size() == 1) return std::nullopt;
      in_time = true;
      order = "HMS";
      text.remove_prefix(1);
      continue;
    }
    std::int64_t number = 0;
    std::size_t digits = 0;
    while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') {
      if (digits == 9) return std::nullopt;
      number = number * 10 + (text[digits++] - '0');
    }
    if (digits == 0 || digits == text.size()) return std::nullopt;
    const char unit = text[digits];
    const std::size_t place = order.find(unit);
    if (place == std::string_view::npos) return std::nullopt;
    order.remove_prefix(place + 1);
    text.remove_prefix(digits + 1);
    std::int64_t seconds = 0;
    switch (unit) {
      case 'Y':
        seconds = 365 * 86400;
        break;
      case 'W':
        seconds = 7 * 86400;
        break;
      case 'D':
        seconds = 86400;
        break;
      case 'H':
        seconds = 3600;
        break;
      case 'M':
        seconds = in_time ? 60 : 30 * 86400;
        break;
      case 'S':
        seconds = 1;
        break;
      default:
        return std::nullopt;
    }
    total += number * seconds;
    if (total > kMost.count()) return std::nullopt;
  }
  if (total == 0) return std::nullopt;
  return std::chrono::seconds(total);
}

Response SandboxApi::told(Call& call) const {
  return json(200, {{"now", rfc3339(call.caller.now.protocol + deps_.clock.offset())},
                    {"offset_seconds", deps_.clock.offset().count()}});
}

Response SandboxApi::clock(Call& call) {
  follow_clock(call.caller.deadline);
  return told(call);
}

Response SandboxApi::advance_clock(Call& call) {
  const auto body = base::json::parse_strict(call.request.body, {.max_bytes = 1024});
  std::optional<std::chrono::seconds> by;
  if (body && body->is_object() && body->size() == 1 && body->contains("advance") && (*body)["advance"].is_string()) {
    by = iso_duration((*body)["advance"].get<std::string>());
  }
  if (!by || deps_.clock.offset() + *by > kMost) {
    call.event.refuse("invalid-duration", "the body is not {\"advance\": an ISO 8601 duration}");
    return refuse(Surface::problem,
                  {400, "invalid-duration", "Not a duration",
                   "Send {\"advance\": \"P180D\"}: an ISO 8601 duration, at most twenty years in all."},
                  call.caller.interaction);
  }
  const auto offset = base::db::with_transaction(deps_.pool, call.caller.deadline, [&](base::db::Transaction& tx) {
    return base::db::advance_sandbox_clock(tx, *by);
  });
  deps_.clock.set_offset(offset);
  return told(call);
}

Response SandboxApi::reset_clock(Call& call) {
  deps_.pool.run(call.caller.deadline, [](base::db::Transaction& tx) {
    base::db::reset_sandbox_clock(tx);
    return true;
  });
  deps_.clock.set_offset(std::chrono::seconds(0));
  return told(call);
}

void SandboxApi::follow_clock(base::db::Deadline deadline) {
  deps_.pool.read(deadline,
                  [&](base::db::Transaction& tx) { deps_.clock.set_offset(base::db::sandbox_clock_offset(tx)); });
}

Response SandboxApi::messages(Call& call) {
  const auto query = base::http::Parameters::parse(call.request.raw_query, 8);
  const auto psu = query && query->only("psu") ? deps_.bank.find_username(call.caller, std::string(*query->only("psu")))
                                               : std::nullopt;
  if (!psu) {
    call.event.refuse("not-found", "no such customer");
    return refuse(Surface::problem, {404, "not-found", "Not found", "Ask with ?psu=alice, a customer of the sandbox."},
                  call.caller.interaction);
  }
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const auto& message : base::db::read_only(deps_.pool, call.caller.deadline, [&](base::db::Transaction& tx) {
         return connectors::messages_of(tx, call.caller.tenant, *psu);
       })) {
    all.push_back({{"channel", message.channel},
                   {"to", message.recipient},
                   {"text", message.body},
                   {"sent_at", rfc3339(message.sent)}});
  }
  return json(200, {{"messages", std::move(all)}});
}

Response SandboxApi::reset_psu(Call& call) {
  const auto psu = deps_.bank.find_username(call.caller, call.path_values.at(0));
  if (!psu) {
    call.event.refuse("not-found", "no such customer");
    return refuse(Surface::problem, {404, "not-found", "Not found", "The sandbox has no customer of that name."},
                  call.caller.interaction);
  }
  deps_.attempts.unlock(call.caller, *psu);
  return {204, {}, ""};
}

Response SandboxApi::resource(Call& call, const oauth::PresentedAccess& access) {
  const auto demand = demand_of(call.request.raw_query);
  if (!demand) {
    call.event.refuse("invalid-query", "not a demand on the authentication");
    return refuse(Surface::problem,
                  {400, "invalid-query", "Not a demand",
                   "max_age is a whole number of seconds, acr_values a list of words; each may stand once."},
                  call.caller.interaction);
  }
  if (const auto enough = deps_.resource_server.demand(call, access, *demand); !enough) {
    call.event.refuse(enough.error().code, enough.error().log_text);
    Response response =
        refuse(Surface::problem,
               {enough.error().status, enough.error().code, "Authenticate again", enough.error().public_text},
               call.caller.interaction);
    oauth::add_headers(enough.error(), response);
    return response;
  }
  nlohmann::ordered_json body = {{"client_id", access.client().str()}, {"scope", access.scope()}};
  if (access.has_customer()) body["sub"] = access.subject();
  if (!access.acr().empty()) body["acr"] = access.acr();
  body["interaction_id"] = call.caller.interaction.str();
  return json(200, body);
}

}  // namespace gateway
