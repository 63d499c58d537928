// The wire format of /webhooks/v1 (openapi/webhooks.yaml): bodies and queries read strictly, answers rendered. Unknown
// members of a request are refused.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/http/message.h"
#include "base/result.h"
#include "webhooks/delivery/delivery.h"
#include "webhooks/event_catalog.h"
#include "webhooks/services/subscriptions.h"

namespace gateway {

struct WebhookBodyError {
  enum class Kind { media_type, syntax, invalid, query } kind;
  std::string pointer;  // RFC 6901, with `invalid`; the parameter's name, with `query`
  std::string detail;   // our words, no input
};

template <class T>
using Read = base::Result<T, WebhookBodyError>;

Read<webhooks::NewEndpoint> new_endpoint_of(const base::http::Request& request);
Read<webhooks::EndpointChange> endpoint_change_of(const base::http::Request& request);
// The body may be absent.
Read<std::optional<std::chrono::seconds>> overlap_of(const base::http::Request& request);
Read<void> expect_no_members(const base::http::Request& request);
// endpoint, status, cursor, limit. A dead-letter list fixes the status itself.
Read<webhooks::DeliveryFilter> delivery_filter_of(const base::http::Request& request,
                                                  std::optional<webhooks::DeliveryStatus> fixed_status);

std::string endpoint_json(const webhooks::Endpoint& endpoint);
std::string created_endpoint_json(const webhooks::CreatedEndpoint& created);
std::string endpoints_json(const std::vector<webhooks::Endpoint>& endpoints);
std::string rotated_secret_json(const webhooks::RotatedSecret& rotated);
std::string event_types_json(const webhooks::EventCatalog& catalog);
std::string delivery_json(const webhooks::Delivery& delivery);
std::string delivery_page_json(const webhooks::DeliveryPage& page);

}  // namespace gateway
