#include "consent/store/challenge_store.h"

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

constexpr Statement kInsert{"consent.challenge.insert", R"sql(
INSERT INTO consent.sca_challenge (brand_id, bank_id, challenge_id, session_id, psu_id, purpose, kind, factor_id, preset,
                                   terms_hash, shown, label, hint, sealed, code_mac, sent, created_at, ends_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18))sql"};

constexpr Statement kFindOpen{"consent.challenge.find_open", R"sql(
SELECT challenge_id, session_id, psu_id, purpose, kind, factor_id, preset, terms_hash, shown, label, hint, sealed,
       code_mac, sent, decision, created_at, ends_at
  FROM consent.sca_challenge
 WHERE brand_id = $1 AND bank_id = $2 AND challenge_id = $3 AND closed_at IS NULL AND ends_at > $4)sql"};

constexpr Statement kClose{"consent.challenge.close", R"sql(
UPDATE consent.sca_challenge SET closed_at = $4
 WHERE brand_id = $1 AND bank_id = $2 AND challenge_id = $3 AND closed_at IS NULL AND ends_at > $4)sql"};

constexpr Statement kArm{"consent.challenge.arm", R"sql(
UPDATE consent.sca_challenge SET code_mac = $4, sent = sent + 1
 WHERE brand_id = $1 AND bank_id = $2 AND challenge_id = $3 AND closed_at IS NULL AND sent < $5)sql"};

constexpr Statement kSentSince{"consent.challenge.sent_since", R"sql(
SELECT coalesce(sum(sent), 0)::integer FROM consent.sca_challenge
 WHERE brand_id = $1 AND bank_id = $2 AND psu_id = $3 AND created_at > $4)sql"};

constexpr Statement kWaiting{"consent.challenge.waiting", R"sql(
SELECT challenge_id, session_id, psu_id, purpose, kind, factor_id, preset, terms_hash, shown, label, hint, sealed,
       code_mac, sent, decision, created_at, ends_at
  FROM consent.sca_challenge
 WHERE brand_id = $1 AND bank_id = $2 AND psu_id = $3 AND kind = 'device' AND decision IS NULL AND closed_at IS NULL
   AND ends_at > $4
 ORDER BY created_at LIMIT 20)sql"};

constexpr Statement kDecide{"consent.challenge.decide", R"sql(
UPDATE consent.sca_challenge SET decision = $5
 WHERE brand_id = $1 AND bank_id = $2 AND psu_id = $3 AND challenge_id = $4 AND kind = 'device' AND decision IS NULL
   AND closed_at IS NULL AND ends_at > $6)sql"};

constexpr Statement kPurge{"consent.challenge.purge", R"sql(
DELETE FROM consent.sca_challenge
 WHERE (brand_id, bank_id, challenge_id) IN (
   SELECT brand_id, bank_id, challenge_id FROM consent.sca_challenge
    WHERE ends_at < $1 AND terms_hash = '' LIMIT $2 FOR UPDATE SKIP LOCKED))sql"};

std::optional<Bytes> bytes_or_null(const std::string& bytes) {
  return bytes.empty() ? std::nullopt : std::optional(Bytes{bytes});
}

ChallengeRow row_of(const base::db::Row& row) {
  ChallengeRow r;
  r.id = value<std::string>(row[0]);
  r.session = value<std::string>(row[1]);
  r.psu = value<base::PsuId>(row[2]);
  r.purpose = value<std::string>(row[3]) == "enrol" ? ChallengePurpose::enrol : ChallengePurpose::authenticate;
  r.kind = factor_kind_from_text(value<std::string>(row[4])).value();
  r.factor = value<std::optional<std::string>>(row[5]);
  r.preset = value<bool>(row[6]);
  r.terms_hash = value<std::string>(row[7]);
  r.shown = value<std::string>(row[8]);
  r.label = value<std::string>(row[9]);
  r.hint = value<std::string>(row[10]);
  r.sealed = value<Bytes>(row[11]).data;
  r.code_mac = value<std::optional<Bytes>>(row[12]).value_or(Bytes{}).data;
  r.sent = value<int>(row[13]);
  r.decision = value<std::optional<std::string>>(row[14]);
  r.created = value<Instant>(row[15]);
  r.ends = value<Instant>(row[16]);
  return r;
}

}  // namespace

std::vector<Statement> ChallengeStore::statements() {
  return {kInsert, kFindOpen, kClose, kArm, kSentSince, kWaiting, kDecide, kPurge};
}

void ChallengeStore::insert(Transaction& tx, const base::Tenant& tenant, const ChallengeRow& row) {
  exec(tx, kInsert, tenant.brand, tenant.bank, row.id, row.session, row.psu,
       row.purpose == ChallengePurpose::enrol ? "enrol" : "authenticate", to_text(row.kind), row.factor, row.preset,
       row.terms_hash, row.shown, row.label, row.hint, Bytes{row.sealed}, bytes_or_null(row.code_mac), row.sent,
       row.created, row.ends);
}

std::optional<ChallengeRow> ChallengeStore::find_open(Transaction& tx, const base::Tenant& tenant,
                                                      const std::string& id, Instant now) {
  if (!base::is_uuid(id)) return std::nullopt;
  const auto row = exec_row(tx, kFindOpen, tenant.brand, tenant.bank, id, now);
  if (!row) return std::nullopt;
  return row_of(*row);
}

bool ChallengeStore::close(Transaction& tx, const base::Tenant& tenant, const std::string& id, Instant now) {
  return exec_count(tx, kClose, tenant.brand, tenant.bank, id, now) == 1;
}

bool ChallengeStore::arm(Transaction& tx, const base::Tenant& tenant, const std::string& id,
                         const std::string& code_mac, int most) {
  return exec_count(tx, kArm, tenant.brand, tenant.bank, id, Bytes{code_mac}, most) == 1;
}

int ChallengeStore::sent_since(Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu, Instant since) {
  return value<int>(exec_row(tx, kSentSince, tenant.brand, tenant.bank, psu, since).value()[0]);
}

std::vector<ChallengeRow> ChallengeStore::waiting(Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu,
                                                  Instant now) {
  std::vector<ChallengeRow> rows;
  for (const auto& row : exec(tx, kWaiting, tenant.brand, tenant.bank, psu, now)) rows.push_back(row_of(row));
  return rows;
}

bool ChallengeStore::decide(Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu, const std::string& id,
                            const std::string& decision, Instant now) {
  if (!base::is_uuid(id)) return false;
  return exec_count(tx, kDecide, tenant.brand, tenant.bank, psu, id, decision, now) == 1;
}

int ChallengeStore::purge(Transaction& tx, Instant ended_before, int limit) {
  return static_cast<int>(exec_count(tx, kPurge, ended_before, limit));
}

}  // namespace consent
