#include "consent/store/idempotency_store.h"

#include "base/db/sql.h"

namespace consent {
namespace {

using base::db::exec_count;
using base::db::exec_row;
using base::db::Statement;
using base::db::Transaction;
using base::db::value;

constexpr Statement kClaim{"consent.idempotency.claim", R"sql(
INSERT INTO consent.idempotency_key AS k (brand_id, bank_id, client_id, kind, key, body_hash, consent_id, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (brand_id, bank_id, client_id, kind, key) DO UPDATE
   SET body_hash = $6, consent_id = $7, created_at = $8
 WHERE k.created_at <= $9
RETURNING consent_id)sql"};

constexpr Statement kFind{"consent.idempotency.find", R"sql(
SELECT body_hash, consent_id FROM consent.idempotency_key
 WHERE brand_id = $1 AND bank_id = $2 AND client_id = $3 AND kind = $4 AND key = $5)sql"};

constexpr Statement kPurge{"consent.idempotency.purge", R"sql(
DELETE FROM consent.idempotency_key
 WHERE (brand_id, bank_id, client_id, kind, key) IN (
   SELECT brand_id, bank_id, client_id, kind, key FROM consent.idempotency_key
    WHERE created_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))sql"};

}  // namespace

std::vector<Statement> IdempotencyStore::statements() { return {kClaim, kFind, kPurge}; }

bool IdempotencyStore::claim(Transaction& tx, const base::Tenant& tenant, const base::ClientId& client,
                             ConsentKind kind, const IdempotencyKey& key, const base::ConsentId& consent,
                             base::Instant now, base::Instant free_before) {
  return exec_row(tx, kClaim, tenant.brand, tenant.bank, client, to_text(kind), key.key, key.body_hash, consent, now,
                  free_before)
      .has_value();
}

std::optional<KeptAnswer> IdempotencyStore::find(Transaction& tx, const base::Tenant& tenant,
                                                 const base::ClientId& client, ConsentKind kind,
                                                 const std::string& key) {
  const auto row = exec_row(tx, kFind, tenant.brand, tenant.bank, client, to_text(kind), key);
  if (!row) return std::nullopt;
  return KeptAnswer{value<std::string>((*row)[0]), value<base::ConsentId>((*row)[1])};
}

int IdempotencyStore::purge(Transaction& tx, base::Instant older_than, int limit) {
  return static_cast<int>(exec_count(tx, kPurge, older_than, limit));
}

}  // namespace consent
