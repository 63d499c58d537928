#include "consent/store/unattended_store.h"

#include <chrono>

#include "base/db/sql.h"

namespace consent {
namespace {

// Requests at once have not one clock: a use of just after counts as well. Uses of long after are of a sandbox whose
// clock was put back since.
constexpr std::chrono::minutes kSkew{5};

using base::Instant;
using base::db::exec_count;
using base::db::exec_row;
using base::db::Statement;
using base::db::Transaction;
using base::db::value;

constexpr Statement kTake{"consent.unattended.take", R"sql(
INSERT INTO consent.unattended_access AS u (brand_id, bank_id, consent_id, account_id, endpoint, uses, last_use)
VALUES ($1, $2, $3, $4, $5, ARRAY[$6::timestamptz], $6)
ON CONFLICT (brand_id, bank_id, consent_id, account_id, endpoint) DO UPDATE
   SET uses = ARRAY(SELECT t FROM unnest(u.uses) AS t WHERE t > $7::timestamptz AND t <= $9::timestamptz ORDER BY t)
              || $6::timestamptz,
       last_use = $6
 WHERE (SELECT count(*) FROM unnest(u.uses) AS t WHERE t > $7::timestamptz AND t <= $9::timestamptz) < $8
RETURNING cardinality(uses), uses[1])sql"};

constexpr Statement kUses{"consent.unattended.uses", R"sql(
SELECT count(t), min(t) FROM consent.unattended_access, unnest(uses) AS t
 WHERE brand_id = $1 AND bank_id = $2 AND consent_id = $3 AND account_id = $4 AND endpoint = $5
   AND t > $6::timestamptz AND t <= $7::timestamptz)sql"};

constexpr Statement kPurge{"consent.unattended.purge", R"sql(
DELETE FROM consent.unattended_access
 WHERE (brand_id, bank_id, consent_id, account_id, endpoint) IN (
   SELECT brand_id, bank_id, consent_id, account_id, endpoint FROM consent.unattended_access
    WHERE last_use < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))sql"};

}  // namespace

std::vector<Statement> UnattendedStore::statements() { return {kTake, kUses, kPurge}; }

std::optional<UnattendedUses> UnattendedStore::take(Transaction& tx, const base::Tenant& tenant,
                                                    const UnattendedKey& key, Instant now, Instant since, int limit) {
  const auto row = exec_row(tx, kTake, tenant.brand, tenant.bank, key.consent, key.account, key.endpoint, now, since,
                            limit, now + kSkew);
  if (!row) return std::nullopt;
  return UnattendedUses{value<int>((*row)[0]), value<std::optional<Instant>>((*row)[1])};
}

UnattendedUses UnattendedStore::uses(Transaction& tx, const base::Tenant& tenant, const UnattendedKey& key, Instant now,
                                     Instant since) {
  const auto row =
      exec_row(tx, kUses, tenant.brand, tenant.bank, key.consent, key.account, key.endpoint, since, now + kSkew);
  if (!row) return {};
  return {value<int>((*row)[0]), value<std::optional<Instant>>((*row)[1])};
}

int UnattendedStore::purge(Transaction& tx, Instant unused_since, int limit) {
  return static_cast<int>(exec_count(tx, kPurge, unused_since, limit));
}

}  // namespace consent
