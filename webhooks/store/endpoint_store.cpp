#include "webhooks/store/endpoint_store.h"

#include <algorithm>

#include "base/db/sql.h"

namespace webhooks {
namespace {

using base::Instant;
using base::db::Bytes;
using base::db::exec;
using base::db::exec_count;
using base::db::exec_row;
using base::db::Statement;
using base::db::Transaction;
using base::db::value;

constexpr Statement kLockOwner{"webhooks.endpoint.lock_owner", R"sql(
  SELECT pg_advisory_xact_lock(hashtextextended('webhooks.endpoint ' || $1 || ' ' || $2, 0)))sql"};
constexpr Statement kCount{"webhooks.endpoint.count", R"sql(
  SELECT count(*) FROM webhooks.endpoint WHERE brand_id = $1 AND client_id = $2 AND status <> 'deleted')sql"};
constexpr Statement kInsert{"webhooks.endpoint.insert", R"sql(
  INSERT INTO webhooks.endpoint (brand_id, bank_id, client_id, endpoint_id, url, description, event_types, status,
                                 created_at, updated_at, wrapped_data_key, kek_id)
  VALUES ($1, $2, $3, $4::uuid, $5, $6, $7::text[], 'enabled', $8, $8, $9, $10))sql"};
constexpr Statement kInsertHealth{"webhooks.endpoint.insert_health", R"sql(
  INSERT INTO webhooks.endpoint_health (brand_id, client_id, endpoint_id, failures_in_row, failures_in_window)
  VALUES ($1, $2, $3::uuid, 0, 0))sql"};
constexpr Statement kList{"webhooks.endpoint.list", R"sql(
  SELECT endpoint_id, bank_id, url, description, event_types, status, disabled_reason, disabled_at, created_at, updated_at
    FROM webhooks.endpoint
   WHERE brand_id = $1 AND client_id = $2 AND status <> 'deleted'
   ORDER BY endpoint_id)sql"};
constexpr Statement kFind{"webhooks.endpoint.find", R"sql(
  SELECT endpoint_id, bank_id, url, description, event_types, status, disabled_reason, disabled_at, created_at, updated_at
    FROM webhooks.endpoint
   WHERE brand_id = $1 AND client_id = $2 AND endpoint_id = $3::uuid AND status <> 'deleted')sql"};
constexpr Statement kLock{"webhooks.endpoint.lock", R"sql(
  SELECT 1 FROM webhooks.endpoint_health
   WHERE brand_id = $1 AND client_id = $2 AND endpoint_id = $3::uuid FOR UPDATE)sql"};
constexpr Statement kUpdate{"webhooks.endpoint.update", R"sql(
  UPDATE webhooks.endpoint
     SET url = $4, description = $5, event_types = $6::text[], status = $7, disabled_reason = $8, disabled_at = $9,
         updated_at = $10
   WHERE brand_id = $1 AND client_id = $2 AND endpoint_id = $3::uuid AND status <> 'deleted')sql"};
constexpr Statement kDelete{"webhooks.endpoint.delete", R"sql(
  UPDATE webhooks.endpoint
     SET status = 'deleted', disabled_reason = NULL, disabled_at = NULL, updated_at = $4, wrapped_data_key = NULL
   WHERE brand_id = $1 AND client_id = $2 AND endpoint_id = $3::uuid AND status <> 'deleted')sql"};
constexpr Statement kDeleteKeys{"webhooks.signing_key.delete_all", R"sql(
  DELETE FROM webhooks.signing_key WHERE brand_id = $1 AND client_id = $2 AND endpoint_id = $3::uuid)sql"};
constexpr Statement kHealth{"webhooks.endpoint.health", R"sql(
  SELECT failures_in_row, window_from, failures_in_window, failing_since, throttled_until
    FROM webhooks.endpoint_health WHERE endpoint_id = $1::uuid)sql"};
constexpr Statement kUpdateHealth{"webhooks.endpoint.update_health", R"sql(
  UPDATE webhooks.endpoint_health
     SET failures_in_row = $2, window_from = $3, failures_in_window = $4, failing_since = $5, throttled_until = $6
   WHERE endpoint_id = $1::uuid)sql"};
constexpr Statement kKeys{"webhooks.signing_key.list", R"sql(
  SELECT k.key_id, k.sealed, k.created_at, k.signs_until, e.wrapped_data_key, e.kek_id
    FROM webhooks.endpoint e
    JOIN webhooks.signing_key k
      ON k.brand_id = e.brand_id AND k.client_id = e.client_id AND k.endpoint_id = e.endpoint_id
   WHERE e.brand_id = $1 AND e.client_id = $2 AND e.endpoint_id = $3::uuid AND e.status <> 'deleted'
   ORDER BY k.signs_until DESC NULLS FIRST, k.key_id DESC)sql"};
constexpr Statement kInsertKey{"webhooks.signing_key.insert", R"sql(
  INSERT INTO webhooks.signing_key (brand_id, client_id, endpoint_id, key_id, sealed, created_at, signs_until)
  VALUES ($1, $2, $3::uuid, $4::uuid, $5, $6, NULL))sql"};
constexpr Statement kEndKey{"webhooks.signing_key.end", R"sql(
  UPDATE webhooks.signing_key SET signs_until = $5
   WHERE brand_id = $1 AND client_id = $2 AND endpoint_id = $3::uuid AND key_id = $4::uuid)sql"};
constexpr Statement kDeleteKey{"webhooks.signing_key.delete", R"sql(
  DELETE FROM webhooks.signing_key
   WHERE brand_id = $1 AND client_id = $2 AND endpoint_id = $3::uuid AND key_id = $4::uuid)sql"};

template <class Value>
Value known(std::optional<Value> parsed) {
  ENSURE(parsed.has_value(), "the database holds a value the program does not know");
  return *parsed;
}

Endpoint endpoint_of(const base::db::Row& row, const Owner& owner) {
  Endpoint endpoint;
  endpoint.id = value<EndpointId>(row[0]);
  endpoint.owner = owner;
  endpoint.owner.tenant.bank = value<base::BankId>(row[1]);
  endpoint.url = value<std::string>(row[2]);
  endpoint.description = value<std::string>(row[3]);
  endpoint.events.types = value<std::vector<std::string>>(row[4]);
  endpoint.status = known(endpoint_status_from_text(value<std::string>(row[5])));
  if (const auto reason = value<std::optional<std::string>>(row[6])) {
    endpoint.disabled_reason = known(disabled_reason_from_text(*reason));
  }
  endpoint.disabled_at = value<std::optional<Instant>>(row[7]);
  endpoint.created_at = value<Instant>(row[8]);
  endpoint.updated_at = value<Instant>(row[9]);
  return endpoint;
}

std::optional<std::string> text_or_null(const std::optional<DisabledReason>& reason) {
  if (!reason) return std::nullopt;
  return std::string(to_text(*reason));
}

}  // namespace

void lock_owner(Transaction& tx, const Owner& owner) { exec(tx, kLockOwner, owner.tenant.brand, owner.client); }

int count_endpoints(Transaction& tx, const Owner& owner) {
  return value<int>((*exec_row(tx, kCount, owner.tenant.brand, owner.client))[0]);
}

void insert_endpoint(Transaction& tx, const Endpoint& endpoint, const SealingKey& sealing) {
  const Owner& owner = endpoint.owner;
  exec(tx, kInsert, owner.tenant.brand, owner.tenant.bank, owner.client, endpoint.id, endpoint.url,
       endpoint.description, endpoint.events.types, endpoint.created_at, Bytes{sealing.wrapped}, sealing.kek_id);
  exec(tx, kInsertHealth, owner.tenant.brand, owner.client, endpoint.id);
}

std::vector<Endpoint> list_endpoints(Transaction& tx, const Owner& owner) {
  std::vector<Endpoint> endpoints;
  for (const auto& row : exec(tx, kList, owner.tenant.brand, owner.client)) {
    endpoints.push_back(endpoint_of(row, owner));
  }
  return endpoints;
}

std::optional<Endpoint> find_endpoint(Transaction& tx, const Owner& owner, const EndpointId& id) {
  const auto row = exec_row(tx, kFind, owner.tenant.brand, owner.client, id);
  if (!row) return std::nullopt;
  return endpoint_of(*row, owner);
}

bool lock_endpoint(Transaction& tx, const Owner& owner, const EndpointId& id) {
  return exec_row(tx, kLock, owner.tenant.brand, owner.client, id).has_value();
}

void update_endpoint(Transaction& tx, const Endpoint& endpoint) {
  const Owner& owner = endpoint.owner;
  const std::size_t touched =
      exec_count(tx, kUpdate, owner.tenant.brand, owner.client, endpoint.id, endpoint.url, endpoint.description,
                 endpoint.events.types, to_text(endpoint.status), text_or_null(endpoint.disabled_reason),
                 endpoint.disabled_at, endpoint.updated_at);
  ENSURE(touched == 1, "a locked endpoint is there to be updated");
}

void delete_endpoint(Transaction& tx, const Owner& owner, const EndpointId& id, Instant now) {
  exec(tx, kDeleteKeys, owner.tenant.brand, owner.client, id);
  exec(tx, kDelete, owner.tenant.brand, owner.client, id, now);
}

HealthRow health_of(Transaction& tx, const EndpointId& id) {
  const auto row = exec_row(tx, kHealth, id);
  ENSURE(row.has_value(), "every endpoint has a health row");
  HealthRow health;
  health.health.failures_in_row = value<int>((*row)[0]);
  health.health.window_from = value<std::optional<Instant>>((*row)[1]);
  health.health.failures_in_window = value<int>((*row)[2]);
  health.health.failing_since = value<std::optional<Instant>>((*row)[3]);
  health.throttled_until = value<std::optional<Instant>>((*row)[4]);
  return health;
}

void update_health(Transaction& tx, const EndpointId& id, const HealthRow& row) {
  exec(tx, kUpdateHealth, id, row.health.failures_in_row, row.health.window_from, row.health.failures_in_window,
       row.health.failing_since, row.throttled_until);
}

std::optional<StoredKeys> signing_keys(Transaction& tx, const Owner& owner, const EndpointId& id) {
  const base::db::Rows rows = exec(tx, kKeys, owner.tenant.brand, owner.client, id);
  if (rows.empty()) return std::nullopt;
  StoredKeys stored;
  bool has_current = false;
  for (const auto& row : rows) {
    SigningKeyRecord key{value<std::string>(row[0]), value<Bytes>(row[1]).data, value<Instant>(row[2]),
                         value<std::optional<Instant>>(row[3])};
    stored.sealing = {value<Bytes>(row[4]).data, value<std::string>(row[5])};
    if (key.signs_until) {
      stored.keys.old.push_back(std::move(key));
    } else {
      stored.keys.current = std::move(key);
      has_current = true;
    }
  }
  ENSURE(has_current, "every live endpoint has a current signing key");
  return stored;
}

void insert_signing_key(Transaction& tx, const Owner& owner, const EndpointId& id, const SigningKeyRecord& key) {
  exec(tx, kInsertKey, owner.tenant.brand, owner.client, id, key.id, Bytes{key.sealed}, key.created_at);
}

void replace_signing_keys(Transaction& tx, const Owner& owner, const EndpointId& id, const SigningKeys& former,
                          const SigningKeys& keys) {
  const auto kept = [&](const std::string& key_id) {
    return std::find_if(keys.old.begin(), keys.old.end(),
                        [&](const SigningKeyRecord& key) { return key.id == key_id; });
  };
  std::vector<std::string> before{former.current.id};
  for (const SigningKeyRecord& key : former.old) before.push_back(key.id);
  for (const std::string& key_id : before) {
    const auto now_old = kept(key_id);
    if (now_old == keys.old.end()) {
      exec(tx, kDeleteKey, owner.tenant.brand, owner.client, id, key_id);
    } else {
      exec(tx, kEndKey, owner.tenant.brand, owner.client, id, key_id, now_old->signs_until);
    }
  }
  insert_signing_key(tx, owner, id, keys.current);
}

std::vector<Statement> endpoint_statements() {
  return {kLockOwner, kCount,      kInsert, kInsertHealth, kList, kFind,      kLock,   kUpdate,
          kDelete,    kDeleteKeys, kHealth, kUpdateHealth, kKeys, kInsertKey, kEndKey, kDeleteKey};
}

}  // namespace webhooks
