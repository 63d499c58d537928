#include "gateway/partner_api/webhooks_v1/webhooks_api.h"

#include "base/ensure.h"
#include "gateway/partner_api/webhooks_v1/webhook_json.h"
#include "gateway/partner_api/webhooks_v1/webhook_problem.h"

namespace gateway {
namespace {

using base::http::Call;
using base::http::Response;

Response json(int status, std::string body) {
  return {status, {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}}, std::move(body)};
}

const std::string& only_segment(const Call& call) {
  ENSURE(call.path_values.size() == 1, "the route has one {id}");
  return call.path_values.front();
}
webhooks::EndpointId endpoint_id(const Call& call) { return webhooks::EndpointId(only_segment(call)); }

}  // namespace

Response WebhooksApi::create_endpoint(Call& call, const oauth::PresentedAccess& access) {
  auto request = new_endpoint_of(call.request);
  if (!request) return webhook_problem(call, request.error());
  const auto created = subscriptions_.create(call.caller, access.client(), std::move(*request));
  if (!created) return webhook_problem(call, created.error());
  Response response = json(201, created_endpoint_json(*created));
  response.headers.add("Location", "/webhooks/v1/endpoints/" + created->endpoint.id.str());
  return response;
}

Response WebhooksApi::list_endpoints(Call& call, const oauth::PresentedAccess& access) {
  return json(200, endpoints_json(subscriptions_.list(call.caller, access.client())));
}

Response WebhooksApi::get_endpoint(Call& call, const oauth::PresentedAccess& access) {
  const auto endpoint = subscriptions_.get(call.caller, access.client(), endpoint_id(call));
  if (!endpoint) return webhook_problem(call, endpoint.error());
  return json(200, endpoint_json(*endpoint));
}

Response WebhooksApi::update_endpoint(Call& call, const oauth::PresentedAccess& access) {
  const auto change = endpoint_change_of(call.request);
  if (!change) return webhook_problem(call, change.error());
  const auto endpoint = subscriptions_.update(call.caller, access.client(), endpoint_id(call), *change);
  if (!endpoint) return webhook_problem(call, endpoint.error());
  return json(200, endpoint_json(*endpoint));
}

Response WebhooksApi::delete_endpoint(Call& call, const oauth::PresentedAccess& access) {
  const auto removed = subscriptions_.remove(call.caller, access.client(), endpoint_id(call));
  if (!removed) return webhook_problem(call, removed.error());
  return {204, {{"Cache-Control", "no-store"}}, ""};
}

Response WebhooksApi::rotate_secret(Call& call, const oauth::PresentedAccess& access) {
  const auto overlap = overlap_of(call.request);
  if (!overlap) return webhook_problem(call, overlap.error());
  const auto rotated = subscriptions_.rotate_secret(call.caller, access.client(), endpoint_id(call), *overlap);
  if (!rotated) return webhook_problem(call, rotated.error());
  return json(200, rotated_secret_json(*rotated));
}

Response WebhooksApi::send_test(Call& call, const oauth::PresentedAccess& access) {
  if (const auto empty = expect_no_members(call.request); !empty) return webhook_problem(call, empty.error());
  const auto delivery = deliveries_.send_test(call.caller, access.client(), endpoint_id(call));
  if (!delivery) return webhook_problem(call, delivery.error());
  return json(202, delivery_json(*delivery));
}

Response WebhooksApi::list_event_types(Call&, const oauth::PresentedAccess&) {
  return json(200, event_types_json(subscriptions_.catalog()));
}

Response WebhooksApi::list_deliveries(Call& call, const oauth::PresentedAccess& access) {
  const auto filter = delivery_filter_of(call.request, std::nullopt);
  if (!filter) return webhook_problem(call, filter.error());
  const auto page = deliveries_.list(call.caller, access.client(), *filter);
  if (!page) return webhook_problem(call, page.error());
  return json(200, delivery_page_json(*page));
}

Response WebhooksApi::list_dead_letters(Call& call, const oauth::PresentedAccess& access) {
  const auto filter = delivery_filter_of(call.request, webhooks::DeliveryStatus::dead);
  if (!filter) return webhook_problem(call, filter.error());
  const auto page = deliveries_.list(call.caller, access.client(), *filter);
  if (!page) return webhook_problem(call, page.error());
  return json(200, delivery_page_json(*page));
}

Response WebhooksApi::redeliver(Call& call, const oauth::PresentedAccess& access) {
  if (const auto empty = expect_no_members(call.request); !empty) return webhook_problem(call, empty.error());
  const auto delivery = deliveries_.redeliver(call.caller, access.client(), webhooks::DeliveryId(only_segment(call)));
  if (!delivery) return webhook_problem(call, delivery.error());
  return json(202, delivery_json(*delivery));
}

}  // namespace gateway
