#include "gateway/partner_api/webhooks_v1/webhook_json.h"

#include <charconv>

#include "base/encoding.h"
#include "base/json/reader.h"
#include "base/json/strict.h"
#include "webhooks/delivery/payload.h"

namespace gateway {
namespace {

using base::failure;
using base::json::ParseError;
using base::json::Reader;
using base::json::Value;
using Kind = WebhookBodyError::Kind;

constexpr std::size_t kMostBodyBytes = 64 * 1024;

bool is_json(const base::http::Request& request) {
  const auto type = request.headers.only("content-type");
  if (!type) return false;
  std::string_view media = type->substr(0, type->find(';'));
  while (media.ends_with(' ')) media.remove_suffix(1);
  return base::http::equal_ignoring_case(media, "application/json");
}

Read<Value> object_of(const base::http::Request& request) {
  if (!is_json(request)) return failure(WebhookBodyError{Kind::media_type, "", "Send the body as application/json."});
  auto value = base::json::parse_strict(request.body, {.max_bytes = kMostBodyBytes, .max_depth = 4});
  if (!value)
    return failure(WebhookBodyError{Kind::syntax, "", "The body is not JSON we accept: " + value.error().text()});
  if (!value->is_object()) return failure(WebhookBodyError{Kind::syntax, "", "The body is not a JSON object."});
  return std::move(*value);
}

WebhookBodyError invalid(const ParseError& error) {
  std::string detail(to_text(error.kind));
  if (!error.detail.empty()) detail += ": " + error.detail;
  return {Kind::invalid, error.pointer, std::move(detail)};
}

// Read<T> from what the strict reader says.
template <class T>
Read<T> member(base::Result<T, ParseError> read) {
  if (!read) return failure(invalid(read.error()));
  return std::move(*read);
}

Read<void> end_of(const Reader& reader) {
  if (auto rest = reader.no_more(); !rest) return failure(invalid(rest.error()));
  return {};
}

WebhookBodyError bad_query(std::string name, std::string detail) {
  return {Kind::query, std::move(name), std::move(detail)};
}

Value json_of(const webhooks::Endpoint& endpoint) {
  Value json;
  json["id"] = endpoint.id.str();
  json["url"] = endpoint.url;
  json["description"] = endpoint.description;
  json["event_types"] = endpoint.events.types;
  json["status"] = to_text(endpoint.status);
  if (endpoint.disabled_reason) json["disabled_reason"] = to_text(*endpoint.disabled_reason);
  if (endpoint.disabled_at) json["disabled_at"] = webhooks::iso8601(*endpoint.disabled_at);
  json["created_at"] = webhooks::iso8601(endpoint.created_at);
  json["updated_at"] = webhooks::iso8601(endpoint.updated_at);
  return json;
}

Value json_of(const webhooks::Attempt& attempt) {
  Value json;
  json["number"] = attempt.number;
  json["at"] = webhooks::iso8601(attempt.at);
  json["duration_ms"] = attempt.took.count();
  json["outcome"] = attempt.failure ? to_text(*attempt.failure) : "succeeded";
  if (attempt.status != 0) json["http_status"] = attempt.status;
  if (!attempt.excerpt.empty()) json["response_excerpt"] = attempt.excerpt;
  return json;
}

Value json_of(const webhooks::Delivery& delivery) {
  Value json;
  json["id"] = delivery.id.str();
  json["endpoint_id"] = delivery.endpoint.str();
  json["webhook_id"] = delivery.message.str();
  json["event_type"] = delivery.event_type;
  json["subject"] = delivery.subject;
  json["status"] = to_text(delivery.status);
  if (delivery.dead_reason) json["dead_reason"] = to_text(*delivery.dead_reason);
  if (delivery.next_attempt_at) json["next_attempt_at"] = webhooks::iso8601(*delivery.next_attempt_at);
  json["created_at"] = webhooks::iso8601(delivery.created_at);
  if (delivery.finished_at) json["finished_at"] = webhooks::iso8601(*delivery.finished_at);
  json["attempts"] = Value::array();
  for (const auto& attempt : delivery.attempts) json["attempts"].push_back(json_of(attempt));
  return json;
}

template <class Item>
std::string list_json(const std::vector<Item>& items) {
  Value json;
  json["data"] = Value::array();
  for (const Item& item : items) json["data"].push_back(json_of(item));
  return base::json::dump(json);
}

}  // namespace

Read<webhooks::NewEndpoint> new_endpoint_of(const base::http::Request& request) {
  TRY(const Value body, object_of(request));
  Reader reader(body);
  webhooks::NewEndpoint endpoint;
  TRY(endpoint.url, member(reader.required<std::string>("url")));
  TRY(auto description, member(reader.optional<std::string>("description")));
  TRY(auto types, member(reader.optional<std::vector<std::string>>("event_types")));
  TRY_VOID(end_of(reader));
  endpoint.description = description.value_or("");
  if (types) endpoint.events.types = std::move(*types);
  return endpoint;
}

Read<webhooks::EndpointChange> endpoint_change_of(const base::http::Request& request) {
  TRY(const Value body, object_of(request));
  Reader reader(body);
  webhooks::EndpointChange change;
  TRY(change.url, member(reader.optional<std::string>("url")));
  TRY(change.description, member(reader.optional<std::string>("description")));
  TRY(auto types, member(reader.optional<std::vector<std::string>>("event_types")));
  TRY(auto status, member(reader.optional<std::string>("status")));
  TRY_VOID(end_of(reader));
  if (types) change.events = webhooks::EventFilter{std::move(*types)};
  if (status) {
    change.status = webhooks::endpoint_status_from_text(*status);
    if (!change.status) return failure(WebhookBodyError{Kind::invalid, "/status", "one of enabled, disabled"});
  }
  return change;
}

Read<std::optional<std::chrono::seconds>> overlap_of(const base::http::Request& request) {
  if (request.body.empty()) return std::optional<std::chrono::seconds>();
  TRY(const Value body, object_of(request));
  Reader reader(body);
  TRY(auto overlap, member(reader.optional<std::int64_t>("overlap_seconds")));
  TRY_VOID(end_of(reader));
  if (!overlap) return std::optional<std::chrono::seconds>();
  if (*overlap < 0 || *overlap > webhooks::kLongestOverlap.count()) {
    return failure(WebhookBodyError{Kind::invalid, "/overlap_seconds", "0 to 604800 seconds"});
  }
  return std::optional(std::chrono::seconds(*overlap));
}

Read<void> expect_no_members(const base::http::Request& request) {
  if (request.body.empty()) return {};
  TRY(const Value body, object_of(request));
  return end_of(Reader(body));
}

Read<webhooks::DeliveryFilter> delivery_filter_of(const base::http::Request& request,
                                                  std::optional<webhooks::DeliveryStatus> fixed_status) {
  const auto query = base::http::Parameters::parse(request.raw_query, 16);
  if (!query) return failure(bad_query("", "The query is malformed."));
  if (query->first_repeated()) return failure(bad_query("", "A query parameter is repeated."));
  webhooks::DeliveryFilter filter;
  filter.status = fixed_status;
  for (const auto& [name, value] : query->list()) {
    if (name == "endpoint") {
      filter.endpoint = webhooks::EndpointId(value);
    } else if (name == "status" && !fixed_status) {
      filter.status = webhooks::delivery_status_from_text(value);
      if (!filter.status) return failure(bad_query("status", "One of pending, succeeded, dead, cancelled."));
    } else if (name == "cursor") {
      const auto before = base::base64url_decode(value);
      if (!before || !base::is_uuid(*before)) return failure(bad_query("cursor", "The cursor is not one of ours."));
      filter.before = webhooks::DeliveryId(*before);
    } else if (name == "limit") {
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), filter.limit);
      if (error != std::errc() || end != value.data() + value.size() || filter.limit < 1 || filter.limit > 100) {
        return failure(bad_query("limit", "A number from 1 to 100."));
      }
    } else {
      return failure(bad_query("", "A query parameter is not known here."));
    }
  }
  return filter;
}

std::string endpoint_json(const webhooks::Endpoint& endpoint) { return base::json::dump(json_of(endpoint)); }

std::string created_endpoint_json(const webhooks::CreatedEndpoint& created) {
  Value json = json_of(created.endpoint);
  json["secret"] = created.whsec.reveal();
  return base::json::dump(json);
}

std::string endpoints_json(const std::vector<webhooks::Endpoint>& endpoints) { return list_json(endpoints); }

std::string rotated_secret_json(const webhooks::RotatedSecret& rotated) {
  Value json;
  json["secret"] = rotated.whsec.reveal();
  if (rotated.previous_signs_until) {
    json["previous_secret_signs_until"] = webhooks::iso8601(*rotated.previous_signs_until);
  }
  return base::json::dump(json);
}

std::string event_types_json(const webhooks::EventCatalog& catalog) {
  Value json;
  json["data"] = Value::array();
  for (const webhooks::EventType& type : catalog.all()) {
    json["data"].push_back({{"name", type.name}, {"description", type.description}});
  }
  return base::json::dump(json);
}

std::string delivery_json(const webhooks::Delivery& delivery) { return base::json::dump(json_of(delivery)); }

std::string delivery_page_json(const webhooks::DeliveryPage& page) {
  Value json;
  json["data"] = Value::array();
  for (const auto& delivery : page.items) json["data"].push_back(json_of(delivery));
  if (page.next) json["next_cursor"] = base::base64url_encode(page.next->str());
  return base::json::dump(json);
}

}  // namespace gateway
