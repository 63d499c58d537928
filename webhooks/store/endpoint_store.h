// Endpoints and their signing keys in PostgreSQL. Lock order within this module: health (lock_endpoint), endpoint,
// queue, delivery; whoever changes an endpoint or its pending deliveries begins with lock_endpoint.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/db/statement.h"
#include "base/db/transaction.h"
#include "webhooks/delivery/endpoint_health.h"
#include "webhooks/signing/rotation.h"
#include "webhooks/subscription.h"

namespace webhooks {

struct SealingKey {
  std::string wrapped;  // the endpoint's data key
  std::string kek_id;   // under which key it is wrapped
};

// Until the transaction ends, nobody else creates an endpoint of this owner.
void lock_owner(base::db::Transaction& tx, const Owner& owner);
int count_endpoints(base::db::Transaction& tx, const Owner& owner);
void insert_endpoint(base::db::Transaction& tx, const Endpoint& endpoint, const SealingKey& sealing);
std::vector<Endpoint> list_endpoints(base::db::Transaction& tx, const Owner& owner);
std::optional<Endpoint> find_endpoint(base::db::Transaction& tx, const Owner& owner, const EndpointId& id);
// Takes the endpoint's lock; false when there is none of that owner.
bool lock_endpoint(base::db::Transaction& tx, const Owner& owner, const EndpointId& id);
void update_endpoint(base::db::Transaction& tx, const Endpoint& endpoint);
// Erases the secrets and the data key behind them.
void delete_endpoint(base::db::Transaction& tx, const Owner& owner, const EndpointId& id, base::Instant now);

struct HealthRow {
  EndpointHealth health;
  std::optional<base::Instant> throttled_until;
};
HealthRow health_of(base::db::Transaction& tx, const EndpointId& id);
void update_health(base::db::Transaction& tx, const EndpointId& id, const HealthRow& row);

struct StoredKeys {
  SealingKey sealing;
  SigningKeys keys;
};
std::optional<StoredKeys> signing_keys(base::db::Transaction& tx, const Owner& owner, const EndpointId& id);
void insert_signing_key(base::db::Transaction& tx, const Owner& owner, const EndpointId& id,
                        const SigningKeyRecord& key);
// Makes the table hold exactly `keys`.
void replace_signing_keys(base::db::Transaction& tx, const Owner& owner, const EndpointId& id,
                          const SigningKeys& former, const SigningKeys& keys);

std::vector<base::db::Statement> endpoint_statements();

}  // namespace webhooks
