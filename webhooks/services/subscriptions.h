// What an owner does with its endpoints. Each call is one transaction with its evidence.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/caller.h"
#include "base/crypto/key_encryption.h"
#include "base/db/audit_trail.h"
#include "base/entropy.h"
#include "base/net/egress_guard.h"
#include "base/result.h"
#include "base/secret.h"
#include "webhooks/event_catalog.h"
#include "webhooks/signing/rotation.h"
#include "webhooks/subscription.h"
#include "webhooks/webhook_error.h"

namespace webhooks {

struct SubscriptionSettings {
  int most_endpoints = 10;  // per client
  std::chrono::seconds default_overlap = kDefaultOverlap;
};

struct SubscriptionDeps {
  base::db::Pool& pool;
  base::Entropy& entropy;
  const base::crypto::KeyEncryptionKey& key_encryption;
  base::db::AuditTrail& audit;
  const EventCatalog& catalog;
  const base::net::EgressGuard& guard;
};

struct NewEndpoint {
  std::string url;
  std::string description;
  EventFilter events;
};

struct EndpointChange {  // nullopt: unchanged
  std::optional<std::string> url{};
  std::optional<std::string> description{};
  std::optional<EventFilter> events{};
  std::optional<EndpointStatus> status{};
};

struct CreatedEndpoint {
  Endpoint endpoint;
  base::Secret whsec;  // shown once
};

struct RotatedSecret {
  base::Secret whsec;                                 // shown once
  std::optional<base::Instant> previous_signs_until;  // nullopt: stopped at once
};

class Subscriptions {
 public:
  Subscriptions(SubscriptionDeps deps, SubscriptionSettings settings);

  base::Result<CreatedEndpoint, WebhookError> create(const base::Caller& caller, const base::ClientId& client,
                                                     NewEndpoint request);
  std::vector<Endpoint> list(const base::Caller& caller, const base::ClientId& client);
  base::Result<Endpoint, WebhookError> get(const base::Caller& caller, const base::ClientId& client,
                                           const EndpointId& id);
  base::Result<Endpoint, WebhookError> update(const base::Caller& caller, const base::ClientId& client,
                                              const EndpointId& id, const EndpointChange& change);
  // Waiting deliveries are cancelled; secrets are erased; the history stays.
  base::Result<void, WebhookError> remove(const base::Caller& caller, const base::ClientId& client,
                                          const EndpointId& id);
  base::Result<RotatedSecret, WebhookError> rotate_secret(const base::Caller& caller, const base::ClientId& client,
                                                          const EndpointId& id,
                                                          std::optional<std::chrono::seconds> overlap);

  const EventCatalog& catalog() const { return deps_.catalog; }

 private:
  base::Result<void, WebhookError> check(const std::optional<std::string>& url,
                                         const std::optional<std::string>& description,
                                         std::optional<EventFilter>& events) const;
  SubscriptionDeps deps_;
  SubscriptionSettings settings_;
};

}  // namespace webhooks
