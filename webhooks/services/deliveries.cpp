#include "webhooks/services/deliveries.h"

#include "base/ensure.h"
#include "webhooks/delivery/payload.h"
#include "webhooks/event_catalog.h"
#include "webhooks/store/delivery_store.h"
#include "webhooks/store/endpoint_store.h"

namespace webhooks {
namespace {

using base::Caller;
using base::ClientId;
using base::failure;
using base::Result;
using base::db::Transaction;

WebhookError disabled() {
  return {WebhookErrorCode::endpoint_disabled, "The endpoint is disabled; enable it first.", "endpoint is disabled",
          ""};
}

base::db::AuditEntry evidence(const Caller& caller, const ClientId& client, std::string action, std::string kind,
                              std::string object) {
  base::db::AuditEntry entry;
  entry.tenant = caller.tenant;
  entry.at = caller.now.protocol;
  entry.actor_kind = base::db::ActorKind::tpp;
  entry.actor = client.str();
  entry.action = std::move(action);
  entry.object_kind = std::move(kind);
  entry.object = std::move(object);
  entry.outcome = "ok";
  entry.interaction = caller.interaction;
  return entry;
}

}  // namespace

Deliveries::Deliveries(base::db::Pool& pool, base::Entropy& entropy, base::db::AuditTrail& audit)
    : pool_(pool), entropy_(entropy), audit_(audit) {}

Result<DeliveryPage, WebhookError> Deliveries::list(const Caller& caller, const ClientId& client,
                                                    const DeliveryFilter& filter) {
  ENSURE(filter.limit >= 1 && filter.limit <= 100, "the edge bounds the page");
  const Owner owner{caller.tenant, client};
  const auto unknown = [] {
    return WebhookError{WebhookErrorCode::unknown_endpoint, "There is no such endpoint.", "unknown or foreign endpoint",
                        ""};
  };
  if (filter.endpoint && !base::is_uuid(filter.endpoint->str())) return failure(unknown());
  if (filter.before && !base::is_uuid(filter.before->str())) {
    return failure(WebhookError{WebhookErrorCode::invalid_value, "The cursor is not one of ours.", "bad cursor", ""});
  }
  DeliveryFilter one_more = filter;
  ++one_more.limit;
  using Rows = std::optional<std::vector<Delivery>>;
  Rows rows = base::db::read_only(pool_, caller.deadline, [&](Transaction& tx) -> Rows {
    if (filter.endpoint && !find_endpoint(tx, owner, *filter.endpoint)) return std::nullopt;
    return list_deliveries(tx, owner, one_more);
  });
  if (!rows) return failure(unknown());
  DeliveryPage page{std::move(*rows), std::nullopt};
  if (page.items.size() > static_cast<std::size_t>(filter.limit)) {
    page.items.pop_back();
    page.next = page.items.back().id;
  }
  return page;
}

Result<Delivery, WebhookError> Deliveries::redeliver(const Caller& caller, const ClientId& client,
                                                     const DeliveryId& id) {
  const WebhookError unknown{WebhookErrorCode::unknown_dead_letter, "There is no such dead letter.",
                             "unknown, foreign or not a dead letter", ""};
  if (!base::is_uuid(id.str())) return failure(unknown);
  const Owner owner{caller.tenant, client};
  return base::db::in_transaction(pool_, caller.deadline, [&](Transaction& tx) -> Result<Delivery, WebhookError> {
    const auto dead = find_delivery(tx, owner, id);
    if (!dead || dead->status != DeliveryStatus::dead) return failure(unknown);
    lock_endpoint(tx, owner, dead->endpoint);
    const auto endpoint = find_endpoint(tx, owner, dead->endpoint);
    if (!endpoint) return failure(unknown);
    if (endpoint->status != EndpointStatus::enabled) return failure(disabled());
    if (!revive(tx, owner, id, caller.now.protocol)) return failure(unknown);
    audit_.record(tx, evidence(caller, client, "webhook_delivery.redeliver", "webhook_delivery", id.str()));
    return *find_delivery(tx, owner, id);
  });
}

Result<Delivery, WebhookError> Deliveries::send_test(const Caller& caller, const ClientId& client,
                                                     const EndpointId& id) {
  const WebhookError unknown{WebhookErrorCode::unknown_endpoint, "There is no such endpoint.",
                             "unknown or foreign endpoint", ""};
  if (!base::is_uuid(id.str())) return failure(unknown);
  const Owner owner{caller.tenant, client};
  const base::Instant now = caller.now.protocol;
  Message message;
  message.id = base::new_id<MessageId>(now, entropy_);
  message.owner = owner;
  message.event_type = kTestEvent;
  message.subject = "test " + message.id.str();  // of its own: it waits for nothing
  message.occurred_at = caller.now.business;
  message.interaction = caller.interaction;
  auto body = payload(kTestEvent, message.occurred_at, R"({"endpoint_id":")" + id.str() + R"("})");
  ENSURE(body.has_value(), "the test event's data is an object");
  message.body = std::move(*body);
  const NewDelivery delivery{base::new_id<DeliveryId>(now, entropy_), id, 0, now};
  return base::db::in_transaction(pool_, caller.deadline, [&](Transaction& tx) -> Result<Delivery, WebhookError> {
    if (!lock_endpoint(tx, owner, id)) return failure(unknown);
    const auto endpoint = find_endpoint(tx, owner, id);
    if (!endpoint) return failure(unknown);
    if (endpoint->status != EndpointStatus::enabled) return failure(disabled());
    insert_message(tx, message);
    insert_pending(tx, message, delivery);
    audit_.record(tx, evidence(caller, client, "webhook_endpoint.test", "webhook_endpoint", id.str()));
    return *find_delivery(tx, owner, delivery.id);
  });
}

}  // namespace webhooks
