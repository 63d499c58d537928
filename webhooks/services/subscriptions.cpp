#include "webhooks/services/subscriptions.h"

#include <algorithm>

#include "webhooks/signing/key_sealing.h"
#include "webhooks/signing/standard_webhooks.h"
#include "webhooks/store/delivery_store.h"
#include "webhooks/store/endpoint_store.h"

namespace webhooks {
namespace {

using base::Caller;
using base::ClientId;
using base::failure;
using base::Result;
using base::db::Transaction;

constexpr std::size_t kMostDescriptionBytes = 256;
constexpr std::size_t kMostEventTypes = 64;

WebhookError unknown_endpoint() {
  return {WebhookErrorCode::unknown_endpoint, "There is no such endpoint.", "unknown or foreign endpoint", ""};
}

base::db::AuditEntry evidence(const Caller& caller, const ClientId& client, const EndpointId& id, std::string action) {
  base::db::AuditEntry entry;
  entry.tenant = caller.tenant;
  entry.at = caller.now.protocol;
  entry.actor_kind = base::db::ActorKind::tpp;
  entry.actor = client.str();
  entry.action = std::move(action);
  entry.object_kind = "webhook_endpoint";
  entry.object = id.str();
  entry.outcome = "ok";
  entry.interaction = caller.interaction;
  return entry;
}

bool printable(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace

Subscriptions::Subscriptions(SubscriptionDeps deps, SubscriptionSettings settings) : deps_(deps), settings_(settings) {}

Result<void, WebhookError> Subscriptions::check(const std::optional<std::string>& url,
                                                const std::optional<std::string>& description,
                                                std::optional<EventFilter>& events) const {
  if (url) {
    const auto admitted = deps_.guard.admit(*url);
    if (!admitted) {
      return failure(WebhookError{WebhookErrorCode::url_refused, admitted.error().public_text,
                                  "egress guard: " + std::string(to_text(admitted.error().code)), "/url"});
    }
  }
  if (description && (description->size() > kMostDescriptionBytes || !printable(*description))) {
    return failure(WebhookError{WebhookErrorCode::invalid_value,
                                "The description is longer than 256 bytes or has control characters.",
                                "description out of bounds", "/description"});
  }
  if (!events) return {};
  auto& types = events->types;
  std::sort(types.begin(), types.end());
  types.erase(std::unique(types.begin(), types.end()), types.end());
  if (types.empty() || types.size() > kMostEventTypes) {
    return failure(WebhookError{WebhookErrorCode::invalid_value, "Name between 1 and 64 event types, or \"*\" for all.",
                                "event_types out of bounds", "/event_types"});
  }
  if (events->all()) return {};
  for (const std::string& type : types) {
    if (!deps_.catalog.knows(type)) {
      return failure(WebhookError{WebhookErrorCode::unknown_event_type,
                                  "An event type is not in the catalogue (GET /webhooks/v1/event-types).",
                                  "unknown event type", "/event_types"});
    }
  }
  return {};
}

Result<CreatedEndpoint, WebhookError> Subscriptions::create(const Caller& caller, const ClientId& client,
                                                            NewEndpoint request) {
  std::optional<EventFilter> events = std::move(request.events);
  TRY_VOID(check(request.url, request.description, events));
  Endpoint endpoint;
  endpoint.id = base::new_id<EndpointId>(caller.now.protocol, deps_.entropy);
  endpoint.owner = {caller.tenant, client};
  endpoint.url = std::move(request.url);
  endpoint.description = std::move(request.description);
  endpoint.events = std::move(*events);
  endpoint.created_at = endpoint.updated_at = caller.now.protocol;

  const KeySealing sealing(deps_.key_encryption, deps_.entropy);
  const base::Secret key = new_signing_key(deps_.entropy);
  const SealingKey data_key{sealing.new_wrapped_data_key(endpoint.owner, endpoint.id), deps_.key_encryption.id()};
  const SigningKeyRecord record = sealing.seal(endpoint.owner, endpoint.id, data_key.wrapped, key, caller.now.protocol);

  TRY_VOID(base::db::in_transaction(deps_.pool, caller.deadline, [&](Transaction& tx) -> Result<void, WebhookError> {
    lock_owner(tx, endpoint.owner);
    if (count_endpoints(tx, endpoint.owner) >= settings_.most_endpoints) {
      return failure(WebhookError{WebhookErrorCode::too_many_endpoints,
                                  "There are " + std::to_string(settings_.most_endpoints) + " endpoints already.",
                                  "endpoint limit reached", ""});
    }
    insert_endpoint(tx, endpoint, data_key);
    insert_signing_key(tx, endpoint.owner, endpoint.id, record);
    deps_.audit.record(tx, evidence(caller, client, endpoint.id, "webhook_endpoint.create"));
    return {};
  }));
  return CreatedEndpoint{std::move(endpoint), to_whsec(key)};
}

std::vector<Endpoint> Subscriptions::list(const Caller& caller, const ClientId& client) {
  return base::db::read_only(deps_.pool, caller.deadline, [&](Transaction& tx) {
    return list_endpoints(tx, {caller.tenant, client});
  });
}

Result<Endpoint, WebhookError> Subscriptions::get(const Caller& caller, const ClientId& client, const EndpointId& id) {
  if (!base::is_uuid(id.str())) return failure(unknown_endpoint());
  auto found = base::db::read_only(deps_.pool, caller.deadline, [&](Transaction& tx) {
    return find_endpoint(tx, {caller.tenant, client}, id);
  });
  if (!found) return failure(unknown_endpoint());
  return std::move(*found);
}

Result<Endpoint, WebhookError> Subscriptions::update(const Caller& caller, const ClientId& client, const EndpointId& id,
                                                     const EndpointChange& change) {
  if (!base::is_uuid(id.str())) return failure(unknown_endpoint());
  std::optional<EventFilter> events = change.events;
  TRY_VOID(check(change.url, change.description, events));
  const Owner owner{caller.tenant, client};
  const base::Instant now = caller.now.protocol;
  return base::db::in_transaction(deps_.pool, caller.deadline, [&](Transaction& tx) -> Result<Endpoint, WebhookError> {
    if (!lock_endpoint(tx, owner, id)) return failure(unknown_endpoint());
    auto found = find_endpoint(tx, owner, id);
    if (!found) return failure(unknown_endpoint());
    Endpoint endpoint = std::move(*found);
    if (change.url) endpoint.url = *change.url;
    if (change.description) endpoint.description = *change.description;
    if (events) endpoint.events = *events;
    const EndpointStatus status = change.status.value_or(endpoint.status);
    const bool changes_status = status != endpoint.status;
    endpoint.status = status;
    endpoint.updated_at = now;
    if (changes_status && status == EndpointStatus::disabled) {
      endpoint.disabled_reason = DisabledReason::by_owner;
      endpoint.disabled_at = now;
    }
    if (changes_status && status == EndpointStatus::enabled) {
      endpoint.disabled_reason.reset();
      endpoint.disabled_at.reset();
      update_health(tx, id, {});
    }
    update_endpoint(tx, endpoint);
    if (changes_status && status == EndpointStatus::disabled) {
      bury_pending(tx, owner, id, FailureClass::endpoint_disabled, now);
    }
    auto entry = evidence(caller, client, id, "webhook_endpoint.update");
    entry.facts = {{"status", std::string(to_text(status))},
                   {"url", change.url ? "changed" : "kept"},
                   {"event_types", events ? "changed" : "kept"}};
    deps_.audit.record(tx, entry);
    return endpoint;
  });
}

Result<void, WebhookError> Subscriptions::remove(const Caller& caller, const ClientId& client, const EndpointId& id) {
  if (!base::is_uuid(id.str())) return failure(unknown_endpoint());
  const Owner owner{caller.tenant, client};
  return base::db::in_transaction(deps_.pool, caller.deadline, [&](Transaction& tx) -> Result<void, WebhookError> {
    if (!lock_endpoint(tx, owner, id) || !find_endpoint(tx, owner, id)) return failure(unknown_endpoint());
    delete_endpoint(tx, owner, id, caller.now.protocol);
    cancel_pending(tx, owner, id, caller.now.protocol);
    deps_.audit.record(tx, evidence(caller, client, id, "webhook_endpoint.delete"));
    return {};
  });
}

Result<RotatedSecret, WebhookError> Subscriptions::rotate_secret(const Caller& caller, const ClientId& client,
                                                                 const EndpointId& id,
                                                                 std::optional<std::chrono::seconds> overlap) {
  if (!base::is_uuid(id.str())) return failure(unknown_endpoint());
  const Owner owner{caller.tenant, client};
  const base::Instant now = caller.now.protocol;
  const std::chrono::seconds both = overlap.value_or(settings_.default_overlap);
  const KeySealing sealing(deps_.key_encryption, deps_.entropy);
  const base::Secret key = new_signing_key(deps_.entropy);
  TRY_VOID(base::db::in_transaction(deps_.pool, caller.deadline, [&](Transaction& tx) -> Result<void, WebhookError> {
    if (!lock_endpoint(tx, owner, id)) return failure(unknown_endpoint());
    const auto stored = signing_keys(tx, owner, id);
    if (!stored) return failure(unknown_endpoint());
    const auto rotated = rotate(stored->keys, sealing.seal(owner, id, stored->sealing.wrapped, key, now), now, both);
    if (!rotated) {
      switch (rotated.error()) {
        case RotationRefusal::overlap_out_of_range:
          return failure(WebhookError{WebhookErrorCode::invalid_value, "The overlap is 0 to 604800 seconds.",
                                      "overlap out of range", "/overlap_seconds"});
        case RotationRefusal::too_many_old_keys:
          return failure(WebhookError{WebhookErrorCode::too_many_secrets,
                                      "Ten former secrets still sign; wait until one of them ends.",
                                      "too many old signing keys", ""});
      }
    }
    replace_signing_keys(tx, owner, id, stored->keys, *rotated);
    auto entry = evidence(caller, client, id, "webhook_endpoint.rotate_secret");
    entry.facts = {{"overlap_seconds", std::to_string(both.count())},
                   {"keys_signing", std::to_string(1 + rotated->old.size())}};
    deps_.audit.record(tx, entry);
    return {};
  }));
  RotatedSecret rotated{to_whsec(key), std::nullopt};
  if (both > std::chrono::seconds(0)) rotated.previous_signs_until = now + both;
  return rotated;
}

}  // namespace webhooks
