#include "consent/store/consent_store.h"

#include "base/db/audit_store.h"
#include "base/db/sql.h"
#include "base/ensure.h"
#include "consent/payment/terms_json.h"

namespace consent {
namespace {

using base::Instant;
using base::db::exec;
using base::db::exec_count;
using base::db::exec_demand;
using base::db::exec_row;
using base::db::Statement;
using base::db::Transaction;
using base::db::value;

constexpr Statement kInsert{"consent.consent.insert", R"sql(
INSERT INTO consent.consent (brand_id, bank_id, consent_id, client_id, kind, facade, status, status_reason, permissions,
                             expires_at, transactions_from, transactions_to, created_at, status_updated_at, terms, terms_hash,
                             request)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17))sql"};

constexpr Statement kFind{"consent.consent.find", R"sql(
SELECT c.brand_id, c.bank_id, c.consent_id, c.client_id, c.kind, c.facade, c.status, c.status_reason, c.permissions,
       c.expires_at, c.transactions_from, c.transactions_to, c.created_at, c.status_updated_at, c.psu_id, c.authorised_at,
       c.last_access_at, c.removed_at,
       ARRAY(SELECT a.account_id FROM consent.consent_account a
              WHERE a.brand_id = c.brand_id AND a.bank_id = c.bank_id AND a.consent_id = c.consent_id ORDER BY a.account_id),
       c.terms, c.terms_hash, c.request, c.reconfirmed_at, c.warn_at
  FROM consent.consent c
 WHERE c.brand_id = $1 AND c.bank_id = $2 AND c.consent_id = $3)sql"};

constexpr Statement kOfPsu{"consent.consent.of_psu", R"sql(
SELECT c.brand_id, c.bank_id, c.consent_id, c.client_id, c.kind, c.facade, c.status, c.status_reason, c.permissions,
       c.expires_at, c.transactions_from, c.transactions_to, c.created_at, c.status_updated_at, c.psu_id, c.authorised_at,
       c.last_access_at, c.removed_at,
       ARRAY(SELECT a.account_id FROM consent.consent_account a
              WHERE a.brand_id = c.brand_id AND a.bank_id = c.bank_id AND a.consent_id = c.consent_id ORDER BY a.account_id),
       c.terms, c.terms_hash, c.request, c.reconfirmed_at, c.warn_at
  FROM consent.consent c
 WHERE c.brand_id = $1 AND c.bank_id = $2 AND c.psu_id = $3
 ORDER BY c.created_at DESC, c.consent_id DESC
 LIMIT $4)sql"};

// Locking is a statement of its own: the one after it sees everything that the former holder of the lock committed, the
// accounts included.
constexpr Statement kLockUpdate{"consent.consent.lock_update", R"sql(
SELECT 1 FROM consent.consent WHERE brand_id = $1 AND bank_id = $2 AND consent_id = $3 FOR NO KEY UPDATE)sql"};
constexpr Statement kLockShare{"consent.consent.lock_share", R"sql(
SELECT 1 FROM consent.consent WHERE brand_id = $1 AND bank_id = $2 AND consent_id = $3 FOR SHARE)sql"};

constexpr Statement kState{"consent.consent.state", R"sql(
SELECT status, facade, kind, expires_at FROM consent.consent WHERE brand_id = $1 AND bank_id = $2 AND consent_id = $3)sql"};
constexpr Statement kStateShare{"consent.consent.state_share", R"sql(
SELECT status, facade, kind, expires_at FROM consent.consent WHERE brand_id = $1 AND bank_id = $2 AND consent_id = $3
   FOR SHARE)sql"};

// Divides by zero when there is none to hold.
constexpr Statement kDemandAuthorised{"consent.consent.demand_authorised", R"sql(
SELECT 1 / count(*)
  FROM (SELECT FROM consent.consent
         WHERE brand_id = $1 AND bank_id = $2 AND consent_id = $3 AND status = 'authorised'
           AND (expires_at IS NULL OR expires_at > $4)
           FOR SHARE) AS held)sql"};

// Divides by zero when there is none. Held by nothing: whether it may be authorised is asked again when it is.
constexpr Statement kDemandAuthorisable{"consent.consent.demand_authorisable", R"sql(
SELECT 1 / count(*)
  FROM consent.consent
 WHERE brand_id = $1 AND bank_id = $2 AND consent_id = $3 AND client_id = $4 AND kind = ANY ($5::text[])
   AND status = ANY ($6::text[]) AND removed_at IS NULL AND (expires_at IS NULL OR expires_at > $7))sql"};

constexpr Statement kFacts{"consent.consent.facts", R"sql(
SELECT c.status, c.status_reason, c.facade, c.expires_at, c.psu_id, c.permissions, c.transactions_from, c.transactions_to,
       c.last_access_at,
       ARRAY(SELECT a.account_id FROM consent.consent_account a
              WHERE a.brand_id = c.brand_id AND a.bank_id = c.bank_id AND a.consent_id = c.consent_id),
       c.kind, c.authorised_at,
       ARRAY(SELECT s.psu_id FROM consent.signature s
              WHERE s.brand_id = c.brand_id AND s.bank_id = c.bank_id AND s.consent_id = c.consent_id)
  FROM consent.consent c
 WHERE c.brand_id = $1 AND c.bank_id = $2 AND c.client_id = $3 AND c.consent_id = $4 AND c.removed_at IS NULL)sql"};

constexpr Statement kAdvance{"consent.consent.advance", R"sql(
UPDATE consent.consent
   SET status = $5, status_reason = $6, status_updated_at = $7, psu_id = $8, authorised_at = $9, removed_at = $10,
       expires_at = $11, reconfirmed_at = $12, warn_at = $13
 WHERE brand_id = $1 AND bank_id = $2 AND consent_id = $3 AND status = $4
RETURNING consent_id)sql"};

constexpr Statement kForgetAccounts{"consent.consent_account.forget", R"sql(
DELETE FROM consent.consent_account WHERE brand_id = $1 AND bank_id = $2 AND consent_id = $3)sql"};
constexpr Statement kAddAccounts{"consent.consent_account.add", R"sql(
INSERT INTO consent.consent_account (brand_id, bank_id, consent_id, account_id)
SELECT $1, $2, $3, unnest($4::text[]))sql"};

constexpr Statement kMarkRemoved{"consent.consent.mark_removed", R"sql(
UPDATE consent.consent SET removed_at = $4
 WHERE brand_id = $1 AND bank_id = $2 AND consent_id = $3 AND removed_at IS NULL)sql"};

constexpr Statement kTouch{"consent.consent.touch", R"sql(
UPDATE consent.consent SET last_access_at = $4
 WHERE brand_id = $1 AND bank_id = $2 AND consent_id = $3 AND (last_access_at IS NULL OR last_access_at < $5))sql"};

constexpr Statement kLockExpired{"consent.consent.lock_expired", R"sql(
SELECT brand_id, bank_id, consent_id FROM consent.consent
 WHERE expires_at <= $1
   AND status IN ('awaiting_upload', 'awaiting_authorisation', 'partially_authorised', 'authorised', 'access_revoked_by_psu')
   AND (status <> 'access_revoked_by_psu' OR facade || ' ' || kind = ANY($3::text[]))
 ORDER BY expires_at
 LIMIT $2
   FOR NO KEY UPDATE SKIP LOCKED)sql"};

constexpr Statement kLockWarnings{"consent.consent.lock_warnings", R"sql(
SELECT brand_id, bank_id, consent_id FROM consent.consent
 WHERE warn_at <= $1 AND status = 'authorised'
 ORDER BY warn_at
 LIMIT $2
   FOR NO KEY UPDATE SKIP LOCKED)sql"};

constexpr Statement kSetWarning{"consent.consent.set_warning", R"sql(
UPDATE consent.consent SET warn_at = $4 WHERE brand_id = $1 AND bank_id = $2 AND consent_id = $3)sql"};

constexpr Statement kOpenOfClient{"consent.consent.open_of_client", R"sql(
SELECT consent_id FROM consent.consent
 WHERE brand_id = $1 AND bank_id = $2 AND client_id = $3
   AND (status IN ('awaiting_upload', 'awaiting_authorisation', 'partially_authorised', 'authorised')
        OR (status = 'access_revoked_by_psu' AND facade || ' ' || kind = ANY($4::text[])))
 ORDER BY created_at
 LIMIT $5)sql"};

constexpr Statement kOpenWithAccount{"consent.consent.open_with_account", R"sql(
SELECT c.consent_id FROM consent.consent_account a
  JOIN consent.consent c USING (brand_id, bank_id, consent_id)
 WHERE a.brand_id = $1 AND a.bank_id = $2 AND a.account_id = $3
   AND (c.status IN ('partially_authorised', 'authorised')
        OR (c.status = 'access_revoked_by_psu' AND c.facade || ' ' || c.kind = ANY($4::text[])))
 ORDER BY c.consent_id
 LIMIT $5)sql"};

// Live consents of the same TPP and customer, which a new one replaces; in the order of their ids, so that two
// replacements cannot wait for one another.
constexpr Statement kLiveBeside{"consent.consent.live_beside", R"sql(
SELECT consent_id FROM consent.consent
 WHERE brand_id = $1 AND bank_id = $2 AND psu_id = $3 AND client_id = $4 AND kind = $5 AND facade = $6
   AND status = 'authorised' AND consent_id <> $7
 ORDER BY consent_id
   FOR NO KEY UPDATE)sql"};

constexpr Statement kSetTerms{"consent.consent.set_terms", R"sql(
UPDATE consent.consent SET terms = $4, terms_hash = $5
 WHERE brand_id = $1 AND bank_id = $2 AND consent_id = $3 AND status = 'awaiting_upload')sql"};

constexpr Statement kAppendHistory{"consent.history.append", R"sql(
INSERT INTO consent.consent_history (recorded_at, brand_id, bank_id, consent_id, at, event, from_status, to_status,
                                     status_reason, actor_kind, actor, why, session_id, shown, shown_sha256, accounts,
                                     interaction)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17))sql"};

constexpr Statement kHistory{"consent.history.of_consent", R"sql(
SELECT at, recorded_at, event, from_status, to_status, status_reason, actor_kind, actor, why, session_id, shown,
       shown_sha256, accounts, interaction
  FROM consent.consent_history
 WHERE brand_id = $1 AND bank_id = $2 AND consent_id = $3
 ORDER BY recorded_at, seq
 LIMIT $4)sql"};

template <class Value>
Value known(std::optional<Value> parsed) {
  ENSURE(parsed.has_value(), "a word in the database that this program does not know");
  return *parsed;
}

base::db::ActorKind actor_kind_from_text(std::string_view text) {
  using base::db::ActorKind;
  for (const ActorKind kind : {ActorKind::tpp, ActorKind::psu, ActorKind::bank, ActorKind::staff, ActorKind::system}) {
    if (base::db::to_text(kind) == text) return kind;
  }
  throw base::BrokenInvariant("an actor kind in the database that this program does not know");
}

Consent consent_of(const base::db::Row& row) {
  Consent c;
  c.tenant = {value<base::BrandId>(row[0]), value<base::BankId>(row[1])};
  c.id = value<base::ConsentId>(row[2]);
  c.client = value<base::ClientId>(row[3]);
  c.kind = known(consent_kind_from_text(value<std::string>(row[4])));
  c.facade = known(facade_from_text(value<std::string>(row[5])));
  c.status = known(consent_status_from_text(value<std::string>(row[6])));
  c.status_reason = known(status_reason_from_text(value<std::string>(row[7])));
  for (const std::string& name : value<std::vector<std::string>>(row[8])) {
    c.permissions.insert(known(policy::permission_from_text(name)));
  }
  c.expires = value<std::optional<Instant>>(row[9]);
  c.transactions_from = value<std::optional<Instant>>(row[10]);
  c.transactions_to = value<std::optional<Instant>>(row[11]);
  c.created = value<Instant>(row[12]);
  c.status_updated = value<Instant>(row[13]);
  c.psu = value<std::optional<base::PsuId>>(row[14]);
  c.authorised = value<std::optional<Instant>>(row[15]);
  c.last_access = value<std::optional<Instant>>(row[16]);
  c.removed = value<std::optional<Instant>>(row[17]);
  for (std::string& account : value<std::vector<std::string>>(row[18])) c.accounts.emplace(std::move(account));
  if (const auto stored = value<std::optional<std::string>>(row[19])) {
    auto terms = terms_from_json(c.kind, *stored);
    ENSURE(terms.has_value(), "terms in the database that this program does not know: " + terms.error());
    c.terms = std::move(*terms);
  }
  c.terms_hash = value<std::string>(row[20]);
  ENSURE(c.terms_hash == terms_hash(c.terms),
         "the terms of consent " + c.id.str() + " are not those it was created with");
  c.request = value<std::string>(row[21]);
  c.reconfirmed = value<std::optional<Instant>>(row[22]);
  c.warn_at = value<std::optional<Instant>>(row[23]);
  return c;
}

HistoryEntry history_of(const base::db::Row& row) {
  HistoryEntry h;
  h.at = value<Instant>(row[0]);
  h.recorded = value<Instant>(row[1]);
  h.event = value<std::string>(row[2]);
  if (const auto from = value<std::optional<std::string>>(row[3])) h.from = known(consent_status_from_text(*from));
  h.to = known(consent_status_from_text(value<std::string>(row[4])));
  h.reason = known(status_reason_from_text(value<std::string>(row[5])));
  h.actor = {actor_kind_from_text(value<std::string>(row[6])), value<std::string>(row[7])};
  h.why = value<std::string>(row[8]);
  h.evidence = {value<std::string>(row[9]), value<std::string>(row[10])};
  h.shown_sha256 = value<std::string>(row[11]);
  h.accounts = value<std::vector<std::string>>(row[12]);
  h.interaction = value<base::InteractionId>(row[13]);
  return h;
}

// "facade kind", as the statements compare it: where a revocation is final, a revoked consent is not open any more.
std::vector<std::string> reauthorisable() {
  std::vector<std::string> words;
  for (const Facade facade : {Facade::obie_v4, Facade::berlin_group}) {
    for (const KindPolicy& kind : kind_policies()) {
      if (is_final(ConsentStatus::access_revoked_by_psu, policy_of(facade, kind.kind))) continue;
      words.push_back(std::string(to_text(facade)) + " " + std::string(kind.text));
    }
  }
  return words;
}

std::vector<std::string> names_of(const std::set<policy::Permission>& permissions) {
  std::vector<std::string> names;
  for (const policy::Permission permission : permissions) names.emplace_back(policy::to_text(permission));
  return names;
}

}  // namespace

std::vector<Statement> ConsentStore::statements() {
  return {kLockWarnings,
          kSetWarning,
          kOpenOfClient,
          kOpenWithAccount,
          kLiveBeside,
          kInsert,
          kFind,
          kOfPsu,
          kLockUpdate,
          kLockShare,
          kState,
          kStateShare,
          kFacts,
          kAdvance,
          kForgetAccounts,
          kAddAccounts,
          kMarkRemoved,
          kTouch,
          kLockExpired,
          kAppendHistory,
          kHistory,
          kDemandAuthorised,
          kDemandAuthorisable,
          kSetTerms};
}

void ConsentStore::insert(Transaction& tx, const Consent& c) {
  ENSURE(fits(c.terms, c.kind) && c.terms_hash == terms_hash(c.terms), "terms of another kind, or another hash");
  std::optional<std::string> terms;
  if (c.kind != ConsentKind::account_access) terms = terms_to_json(c.terms);
  exec(tx, kInsert, c.tenant.brand, c.tenant.bank, c.id, c.client, to_text(c.kind), to_text(c.facade),
       to_text(c.status), to_text(c.status_reason), names_of(c.permissions), c.expires, c.transactions_from,
       c.transactions_to, c.created, c.status_updated, terms, c.terms_hash, c.request);
}

std::optional<Consent> ConsentStore::find(Transaction& tx, const base::Tenant& tenant, const base::ConsentId& id,
                                          Lock lock) {
  if (!base::is_uuid(id.str())) return std::nullopt;
  switch (lock) {
    case Lock::none:
      break;
    case Lock::share:
      exec(tx, kLockShare, tenant.brand, tenant.bank, id);
      break;
    case Lock::update:
      exec(tx, kLockUpdate, tenant.brand, tenant.bank, id);
      break;
  }
  const auto row = exec_row(tx, kFind, tenant.brand, tenant.bank, id);
  if (!row) return std::nullopt;
  return consent_of(*row);
}

std::optional<ConsentFacts> ConsentStore::facts(Transaction& tx, const base::Tenant& tenant,
                                                const base::ClientId& client, const base::ConsentId& id) {
  if (!base::is_uuid(id.str())) return std::nullopt;
  const auto row = exec_row(tx, kFacts, tenant.brand, tenant.bank, client, id);
  if (!row) return std::nullopt;
  ConsentFacts f;
  f.status = known(consent_status_from_text(value<std::string>((*row)[0])));
  f.reason = known(status_reason_from_text(value<std::string>((*row)[1])));
  f.facade = known(facade_from_text(value<std::string>((*row)[2])));
  f.expires = value<std::optional<Instant>>((*row)[3]);
  f.psu = value<std::optional<base::PsuId>>((*row)[4]);
  f.permissions = value<std::vector<std::string>>((*row)[5]);
  f.transactions_from = value<std::optional<Instant>>((*row)[6]);
  f.transactions_to = value<std::optional<Instant>>((*row)[7]);
  f.last_access = value<std::optional<Instant>>((*row)[8]);
  f.accounts = value<std::vector<std::string>>((*row)[9]);
  f.kind = known(consent_kind_from_text(value<std::string>((*row)[10])));
  f.authorised = value<std::optional<Instant>>((*row)[11]);
  f.signatories = value<std::vector<std::string>>((*row)[12]);
  return f;
}

std::optional<ConsentState> ConsentStore::state(Transaction& tx, const base::Tenant& tenant, const base::ConsentId& id,
                                                Lock lock) {
  if (!base::is_uuid(id.str())) return std::nullopt;
  ENSURE(lock != Lock::update, "state() is for readers");
  const auto row = exec_row(tx, lock == Lock::share ? kStateShare : kState, tenant.brand, tenant.bank, id);
  if (!row) return std::nullopt;
  return ConsentState{known(consent_status_from_text(value<std::string>((*row)[0]))),
                      known(facade_from_text(value<std::string>((*row)[1]))),
                      known(consent_kind_from_text(value<std::string>((*row)[2]))),
                      value<std::optional<Instant>>((*row)[3])};
}

void ConsentStore::demand_authorised(Transaction& tx, const base::Tenant& tenant, const base::ConsentId& id,
                                     Instant now) {
  exec_demand(tx, kDemandAuthorised, tenant.brand, tenant.bank, id, now);
}

void ConsentStore::demand_authorisable(Transaction& tx, const base::Tenant& tenant, const base::ConsentId& id,
                                       const base::ClientId& client, const std::vector<std::string>& kinds,
                                       const std::vector<std::string>& statuses, Instant now) {
  exec_demand(tx, kDemandAuthorisable, tenant.brand, tenant.bank, id, client, kinds, statuses, now);
}

std::vector<Consent> ConsentStore::of_psu(Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu,
                                          int limit) {
  std::vector<Consent> consents;
  for (const auto& row : exec(tx, kOfPsu, tenant.brand, tenant.bank, psu, limit)) consents.push_back(consent_of(row));
  return consents;
}

bool ConsentStore::advance(Transaction& tx, ConsentStatus from, const Consent& after) {
  return exec_row(tx, kAdvance, after.tenant.brand, after.tenant.bank, after.id, to_text(from), to_text(after.status),
                  to_text(after.status_reason), after.status_updated, after.psu, after.authorised, after.removed,
                  after.expires, after.reconfirmed, after.warn_at)
      .has_value();
}

bool ConsentStore::set_terms(Transaction& tx, const Consent& consent) {
  ENSURE(fits(consent.terms, consent.kind) && consent.terms_hash == terms_hash(consent.terms),
         "terms of another kind, or another hash");
  return exec_count(tx, kSetTerms, consent.tenant.brand, consent.tenant.bank, consent.id, terms_to_json(consent.terms),
                    consent.terms_hash) == 1;
}

void ConsentStore::replace_accounts(Transaction& tx, const Consent& consent) {
  exec(tx, kForgetAccounts, consent.tenant.brand, consent.tenant.bank, consent.id);
  std::vector<std::string> accounts;
  for (const base::AccountId& account : consent.accounts) accounts.push_back(account.str());
  exec(tx, kAddAccounts, consent.tenant.brand, consent.tenant.bank, consent.id, accounts);
}

bool ConsentStore::mark_removed(Transaction& tx, const Consent& consent, Instant at) {
  return exec_count(tx, kMarkRemoved, consent.tenant.brand, consent.tenant.bank, consent.id, at) == 1;
}

bool ConsentStore::touch(Transaction& tx, const base::Tenant& tenant, const base::ConsentId& id, Instant at,
                         Instant if_before) {
  if (!base::is_uuid(id.str())) return false;
  return exec_count(tx, kTouch, tenant.brand, tenant.bank, id, at, if_before) == 1;
}

std::vector<Consent> ConsentStore::lock_expired(Transaction& tx, Instant now, int limit) {
  std::vector<Consent> consents;
  for (const auto& row : exec(tx, kLockExpired, now, limit, reauthorisable())) {
    const base::Tenant tenant{value<base::BrandId>(row[0]), value<base::BankId>(row[1])};
    auto found = find(tx, tenant, value<base::ConsentId>(row[2]), Lock::none);
    ENSURE(found.has_value(), "a locked consent vanished");
    consents.push_back(std::move(*found));
  }
  return consents;
}

std::vector<Consent> ConsentStore::lock_warnings(Transaction& tx, Instant now, int limit) {
  std::vector<Consent> consents;
  for (const auto& row : exec(tx, kLockWarnings, now, limit)) {
    const base::Tenant tenant{value<base::BrandId>(row[0]), value<base::BankId>(row[1])};
    auto found = find(tx, tenant, value<base::ConsentId>(row[2]), Lock::none);
    ENSURE(found.has_value(), "a locked consent vanished");
    consents.push_back(std::move(*found));
  }
  return consents;
}

void ConsentStore::set_warning(Transaction& tx, const Consent& consent, std::optional<Instant> at) {
  exec(tx, kSetWarning, consent.tenant.brand, consent.tenant.bank, consent.id, at);
}

std::vector<base::ConsentId> ConsentStore::open_of_client(Transaction& tx, const base::Tenant& tenant,
                                                          const base::ClientId& client, int limit) {
  std::vector<base::ConsentId> ids;
  for (const auto& row : exec(tx, kOpenOfClient, tenant.brand, tenant.bank, client, reauthorisable(), limit)) {
    ids.push_back(value<base::ConsentId>(row[0]));
  }
  return ids;
}

std::vector<base::ConsentId> ConsentStore::open_with_account(Transaction& tx, const base::Tenant& tenant,
                                                             const base::AccountId& account, int limit) {
  std::vector<base::ConsentId> ids;
  for (const auto& row : exec(tx, kOpenWithAccount, tenant.brand, tenant.bank, account, reauthorisable(), limit)) {
    ids.push_back(value<base::ConsentId>(row[0]));
  }
  return ids;
}

std::vector<base::ConsentId> ConsentStore::lock_live_beside(Transaction& tx, const Consent& consent) {
  std::vector<base::ConsentId> ids;
  for (const auto& row : exec(tx, kLiveBeside, consent.tenant.brand, consent.tenant.bank, consent.psu, consent.client,
                              to_text(consent.kind), to_text(consent.facade), consent.id)) {
    ids.push_back(value<base::ConsentId>(row[0]));
  }
  return ids;
}

void ConsentStore::append_history(Transaction& tx, const Consent& consent, const HistoryEntry& entry) {
  const std::optional<std::string> from =
      entry.from ? std::optional<std::string>(to_text(*entry.from)) : std::optional<std::string>();
  exec(tx, kAppendHistory, entry.recorded, consent.tenant.brand, consent.tenant.bank, consent.id, entry.at, entry.event,
       from, to_text(entry.to), to_text(entry.reason), base::db::to_text(entry.actor.kind), entry.actor.id, entry.why,
       entry.evidence.session, entry.evidence.shown, entry.shown_sha256, entry.accounts, entry.interaction);
}

std::vector<HistoryEntry> ConsentStore::history(Transaction& tx, const base::Tenant& tenant, const base::ConsentId& id,
                                                int limit) {
  std::vector<HistoryEntry> entries;
  if (!base::is_uuid(id.str())) return entries;
  for (const auto& row : exec(tx, kHistory, tenant.brand, tenant.bank, id, limit)) entries.push_back(history_of(row));
  return entries;
}

}  // namespace consent
