#include "consent/store/session_store.h"

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

constexpr Statement kInsert{"consent.session.insert", R"sql(
INSERT INTO consent.customer_session (brand_id, bank_id, handle_hash, session_id, created_at, last_active_at, ends_at)
VALUES ($1, $2, $3, $4, $5, $6, $7))sql"};

constexpr Statement kFind{"consent.session.find", R"sql(
SELECT session_id, psu_id, knowledge_at, possession_at, challenge_id, challenge_ends_at, created_at, last_active_at, ends_at,
       bound_terms, method
  FROM consent.customer_session
 WHERE brand_id = $1 AND bank_id = $2 AND handle_hash = $3 AND ends_at > $4 AND last_active_at > $5)sql"};

constexpr Statement kTouch{"consent.session.touch", R"sql(
UPDATE consent.customer_session SET last_active_at = $4
 WHERE brand_id = $1 AND bank_id = $2 AND handle_hash = $3 AND last_active_at < $5)sql"};

constexpr Statement kFirstElement{"consent.session.first_element", R"sql(
UPDATE consent.customer_session
   SET handle_hash = $5, psu_id = $6, knowledge_at = $4, possession_at = NULL, challenge_id = $7, challenge_ends_at = $8,
       ends_at = $9, last_active_at = $4, bound_terms = '', method = ''
 WHERE brand_id = $1 AND bank_id = $2 AND handle_hash = $3 AND ends_at > $4
RETURNING session_id, psu_id, knowledge_at, possession_at, challenge_id, challenge_ends_at, created_at, last_active_at,
          ends_at, bound_terms, method)sql"};

constexpr Statement kSecondElement{"consent.session.second_element", R"sql(
UPDATE consent.customer_session
   SET handle_hash = $6, possession_at = $5, challenge_id = NULL, challenge_ends_at = NULL, last_active_at = $5,
       bound_terms = $7, method = $8
 WHERE brand_id = $1 AND bank_id = $2 AND handle_hash = $3 AND challenge_id = $4 AND challenge_ends_at > $5 AND ends_at > $5
RETURNING session_id, psu_id, knowledge_at, possession_at, challenge_id, challenge_ends_at, created_at, last_active_at,
          ends_at, bound_terms, method)sql"};

constexpr Statement kBothElements{"consent.session.both_elements", R"sql(
UPDATE consent.customer_session
   SET handle_hash = $5, psu_id = $6, knowledge_at = $4, possession_at = $4, challenge_id = NULL, challenge_ends_at = NULL,
       ends_at = $7, last_active_at = $4, bound_terms = '', method = $8
 WHERE brand_id = $1 AND bank_id = $2 AND handle_hash = $3 AND ends_at > $4
RETURNING session_id, psu_id, knowledge_at, possession_at, challenge_id, challenge_ends_at, created_at, last_active_at,
          ends_at, bound_terms, method)sql"};

constexpr Statement kOpenChallenge{"consent.session.open_challenge", R"sql(
UPDATE consent.customer_session SET challenge_id = $4, challenge_ends_at = $5
 WHERE brand_id = $1 AND bank_id = $2 AND handle_hash = $3 AND knowledge_at IS NOT NULL AND ends_at > $6)sql"};

constexpr Statement kSpendBinding{"consent.session.spend_binding", R"sql(
UPDATE consent.customer_session SET bound_terms = ''
 WHERE brand_id = $1 AND bank_id = $2 AND handle_hash = $3 AND bound_terms = $4 AND bound_terms <> '')sql"};

constexpr Statement kEnd{"consent.session.end", R"sql(
DELETE FROM consent.customer_session WHERE brand_id = $1 AND bank_id = $2 AND handle_hash = $3)sql"};

constexpr Statement kEndOfPsu{"consent.session.end_of_psu", R"sql(
DELETE FROM consent.customer_session WHERE brand_id = $1 AND bank_id = $2 AND psu_id = $3)sql"};

constexpr Statement kPurge{"consent.session.purge", R"sql(
DELETE FROM consent.customer_session
 WHERE session_id IN (SELECT session_id FROM consent.customer_session WHERE last_active_at <= $1 OR ends_at <= $2
                       LIMIT $3 FOR UPDATE SKIP LOCKED))sql"};

SessionRow session_of(const base::db::Row& row) {
  SessionRow s;
  s.id = value<std::string>(row[0]);
  s.psu = value<std::optional<base::PsuId>>(row[1]);
  s.knowledge_at = value<std::optional<Instant>>(row[2]);
  s.possession_at = value<std::optional<Instant>>(row[3]);
  s.challenge = value<std::optional<std::string>>(row[4]);
  s.challenge_ends = value<std::optional<Instant>>(row[5]);
  s.created = value<Instant>(row[6]);
  s.last_active = value<Instant>(row[7]);
  s.ends = value<Instant>(row[8]);
  s.bound_terms = value<std::string>(row[9]);
  s.method = value<std::string>(row[10]);
  return s;
}

std::optional<SessionRow> one(const std::optional<base::db::Row>& row) {
  if (!row) return std::nullopt;
  return session_of(*row);
}

}  // namespace

std::vector<Statement> SessionStore::statements() {
  return {kInsert,        kFind, kTouch,    kFirstElement, kSecondElement, kBothElements,
          kOpenChallenge, kEnd,  kEndOfPsu, kPurge,        kSpendBinding};
}

void SessionStore::insert(Transaction& tx, const base::Tenant& tenant, const std::string& hash, const SessionRow& row) {
  exec(tx, kInsert, tenant.brand, tenant.bank, Bytes{hash}, row.id, row.created, row.last_active, row.ends);
}

std::optional<SessionRow> SessionStore::find(Transaction& tx, const base::Tenant& tenant, const std::string& hash,
                                             Instant now, Instant active_since) {
  return one(exec_row(tx, kFind, tenant.brand, tenant.bank, Bytes{hash}, now, active_since));
}

bool SessionStore::touch(Transaction& tx, const base::Tenant& tenant, const std::string& hash, Instant now,
                         Instant if_before) {
  return exec_count(tx, kTouch, tenant.brand, tenant.bank, Bytes{hash}, now, if_before) == 1;
}

std::optional<SessionRow> SessionStore::first_element(Transaction& tx, const base::Tenant& tenant,
                                                      const std::string& hash, Instant now,
                                                      const FirstElement& verified) {
  return one(exec_row(tx, kFirstElement, tenant.brand, tenant.bank, Bytes{hash}, now, Bytes{verified.new_hash},
                      verified.psu, verified.challenge, verified.challenge_ends, verified.ends));
}

std::optional<SessionRow> SessionStore::second_element(Transaction& tx, const base::Tenant& tenant,
                                                       const std::string& hash, const SecondElement& verified,
                                                       Instant now) {
  return one(exec_row(tx, kSecondElement, tenant.brand, tenant.bank, Bytes{hash}, verified.challenge, now,
                      Bytes{verified.new_hash}, verified.bound_terms, verified.method));
}

std::optional<SessionRow> SessionStore::both_elements(Transaction& tx, const base::Tenant& tenant,
                                                      const std::string& hash, const BothElements& verified,
                                                      Instant now) {
  return one(exec_row(tx, kBothElements, tenant.brand, tenant.bank, Bytes{hash}, now, Bytes{verified.new_hash},
                      verified.psu, verified.ends, verified.method));
}

bool SessionStore::open_challenge(Transaction& tx, const base::Tenant& tenant, const std::string& hash,
                                  const std::string& challenge, Instant ends, Instant now) {
  return exec_count(tx, kOpenChallenge, tenant.brand, tenant.bank, Bytes{hash}, challenge, ends, now) == 1;
}

bool SessionStore::spend_binding(Transaction& tx, const base::Tenant& tenant, const std::string& hash,
                                 const std::string& terms) {
  return exec_count(tx, kSpendBinding, tenant.brand, tenant.bank, Bytes{hash}, terms) == 1;
}

void SessionStore::end(Transaction& tx, const base::Tenant& tenant, const std::string& hash) {
  exec(tx, kEnd, tenant.brand, tenant.bank, Bytes{hash});
}

int SessionStore::end_of_psu(Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu) {
  return static_cast<int>(exec_count(tx, kEndOfPsu, tenant.brand, tenant.bank, psu));
}

int SessionStore::purge(Transaction& tx, Instant now, Instant active_since, int limit) {
  return static_cast<int>(exec_count(tx, kPurge, active_since, now, limit));
}

}  // namespace consent
