#include "consent/store/attempt_store.h"

#include "base/db/sql.h"

namespace consent {
namespace {

using base::Instant;
using base::db::Bytes;
using base::db::exec;
using base::db::exec_count;
using base::db::exec_row;
using base::db::Statement;
using base::db::Transaction;
using base::db::value;

// A block that has passed starts a new series; taking the last attempt of a series sets the next block.
constexpr Statement kTake{"consent.attempt.take", R"sql(
INSERT INTO consent.authentication_counter AS c (brand_id, bank_id, subject, taken, failed, blocks, blocked_until, updated_at)
VALUES ($1, $2, $3, 1, 0, 0, NULL, $6)
ON CONFLICT (brand_id, bank_id, subject) DO UPDATE
   SET taken  = CASE WHEN c.blocked_until IS NULL THEN c.taken + 1 ELSE 1 END,
       failed = CASE WHEN c.blocked_until IS NULL THEN c.failed ELSE 0 END,
       blocks = CASE WHEN c.blocked_until IS NULL AND c.taken + 1 >= $4 THEN c.blocks + 1 ELSE c.blocks END,
       blocked_until = CASE WHEN c.blocked_until IS NULL AND c.taken + 1 >= $4
                            THEN $6::timestamptz + make_interval(secs => (($5::text[])[least(c.blocks + 1, cardinality($5::text[]))])::integer)
                            ELSE NULL END,
       updated_at = $6
 WHERE c.blocked_until IS NULL OR c.blocked_until <= $6
RETURNING taken, failed, blocked_until)sql"};

constexpr Statement kFind{"consent.attempt.find", R"sql(
SELECT taken, failed, blocked_until FROM consent.authentication_counter
 WHERE brand_id = $1 AND bank_id = $2 AND subject = $3)sql"};

constexpr Statement kGiveBack{"consent.attempt.give_back", R"sql(
UPDATE consent.authentication_counter
   SET taken = greatest(taken - 1, 0), blocks = CASE WHEN blocked_until IS NULL THEN blocks ELSE greatest(blocks - 1, 0) END,
       blocked_until = NULL, updated_at = $4
 WHERE brand_id = $1 AND bank_id = $2 AND subject = $3)sql"};

constexpr Statement kConfirmFailure{"consent.attempt.confirm_failure", R"sql(
UPDATE consent.authentication_counter SET failed = least(failed + 1, taken), updated_at = $4
 WHERE brand_id = $1 AND bank_id = $2 AND subject = $3)sql"};

constexpr Statement kReset{"consent.attempt.reset", R"sql(
DELETE FROM consent.authentication_counter WHERE brand_id = $1 AND bank_id = $2 AND subject = $3)sql"};

// Only what carries no live block: forgetting an unfinished series after so long is a period, not a reset.
constexpr Statement kPurge{"consent.attempt.purge", R"sql(
DELETE FROM consent.authentication_counter
 WHERE (brand_id, bank_id, subject) IN (
   SELECT brand_id, bank_id, subject FROM consent.authentication_counter
    WHERE updated_at < $1 AND (blocked_until IS NULL OR blocked_until <= $2) LIMIT $3 FOR UPDATE SKIP LOCKED))sql"};

CounterState state_of(const base::db::Row& row) {
  return {value<int>(row[0]), value<int>(row[1]), value<std::optional<Instant>>(row[2])};
}

}  // namespace

std::vector<Statement> AttemptStore::statements() { return {kTake, kFind, kGiveBack, kConfirmFailure, kReset, kPurge}; }

std::optional<CounterState> AttemptStore::take(Transaction& tx, const base::Tenant& tenant, const std::string& subject,
                                               int limit, const std::vector<std::string>& block_seconds, Instant now) {
  const auto row = exec_row(tx, kTake, tenant.brand, tenant.bank, Bytes{subject}, limit, block_seconds, now);
  if (!row) return std::nullopt;
  return state_of(*row);
}

std::optional<CounterState> AttemptStore::find(Transaction& tx, const base::Tenant& tenant,
                                               const std::string& subject) {
  const auto row = exec_row(tx, kFind, tenant.brand, tenant.bank, Bytes{subject});
  if (!row) return std::nullopt;
  return state_of(*row);
}

void AttemptStore::give_back(Transaction& tx, const base::Tenant& tenant, const std::string& subject, Instant now) {
  exec(tx, kGiveBack, tenant.brand, tenant.bank, Bytes{subject}, now);
}

void AttemptStore::confirm_failure(Transaction& tx, const base::Tenant& tenant, const std::string& subject,
                                   Instant now) {
  exec(tx, kConfirmFailure, tenant.brand, tenant.bank, Bytes{subject}, now);
}

void AttemptStore::reset(Transaction& tx, const base::Tenant& tenant, const std::string& subject) {
  exec(tx, kReset, tenant.brand, tenant.bank, Bytes{subject});
}

int AttemptStore::purge(Transaction& tx, Instant unused_since, Instant now, int limit) {
  return static_cast<int>(exec_count(tx, kPurge, unused_since, now, limit));
}

}  // namespace consent
