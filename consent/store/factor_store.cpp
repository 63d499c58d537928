#include "consent/store/factor_store.h"

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

constexpr Statement kInsert{"consent.factor.insert", R"sql(
INSERT INTO consent.sca_factor (brand_id, bank_id, factor_id, psu_id, kind, label, hint, sealed, credential_id, public_key,
                                device_bound, counter, created_at, last_used_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
ON CONFLICT DO NOTHING)sql"};

constexpr Statement kOfPsu{"consent.factor.of_psu", R"sql(
SELECT factor_id, psu_id, kind, label, hint, sealed, credential_id, public_key, device_bound, counter, created_at, last_used_at
  FROM consent.sca_factor
 WHERE brand_id = $1 AND bank_id = $2 AND psu_id = $3 AND removed_at IS NULL
 ORDER BY created_at, factor_id)sql"};

constexpr Statement kFind{"consent.factor.find", R"sql(
SELECT factor_id, psu_id, kind, label, hint, sealed, credential_id, public_key, device_bound, counter, created_at, last_used_at
  FROM consent.sca_factor
 WHERE brand_id = $1 AND bank_id = $2 AND psu_id = $3 AND factor_id = $4 AND removed_at IS NULL)sql"};

constexpr Statement kFindCredential{"consent.factor.find_credential", R"sql(
SELECT factor_id, psu_id, kind, label, hint, sealed, credential_id, public_key, device_bound, counter, created_at, last_used_at
  FROM consent.sca_factor
 WHERE brand_id = $1 AND bank_id = $2 AND credential_id = $3 AND removed_at IS NULL)sql"};

constexpr Statement kAdvance{"consent.factor.advance", R"sql(
UPDATE consent.sca_factor SET counter = $5, last_used_at = $6
 WHERE brand_id = $1 AND bank_id = $2 AND factor_id = $3 AND counter = $4 AND removed_at IS NULL)sql"};

constexpr Statement kRemove{"consent.factor.remove", R"sql(
UPDATE consent.sca_factor SET removed_at = $5
 WHERE brand_id = $1 AND bank_id = $2 AND psu_id = $3 AND factor_id = $4 AND removed_at IS NULL)sql"};

constexpr Statement kChanges{"consent.factor.changes", R"sql(
SELECT at, what, kind, label, hint FROM (
  SELECT created_at AS at, 'added' AS what, kind, label, hint FROM consent.sca_factor
   WHERE brand_id = $1 AND bank_id = $2 AND psu_id = $3
  UNION ALL
  SELECT removed_at, 'removed', kind, label, hint FROM consent.sca_factor
   WHERE brand_id = $1 AND bank_id = $2 AND psu_id = $3 AND removed_at IS NOT NULL) AS change
 ORDER BY at DESC, what DESC LIMIT $4)sql"};

constexpr Statement kRecordSignIn{"consent.sign_in.record", R"sql(
INSERT INTO consent.sign_in (recorded_at, brand_id, bank_id, psu_id, session_id, kind, outcome)
VALUES ($1, $2, $3, $4, $5, $6, $7))sql"};

constexpr Statement kSignIns{"consent.sign_in.of_psu", R"sql(
SELECT recorded_at, kind, outcome FROM consent.sign_in
 WHERE brand_id = $1 AND bank_id = $2 AND psu_id = $3
 ORDER BY recorded_at DESC, seq DESC LIMIT $4)sql"};

std::optional<Bytes> bytes_or_null(const std::string& bytes) {
  return bytes.empty() ? std::nullopt : std::optional(Bytes{bytes});
}

FactorRow row_of(const base::db::Row& row) {
  FactorRow r;
  r.factor.id = value<std::string>(row[0]);
  r.psu = value<base::PsuId>(row[1]);
  r.factor.kind = factor_kind_from_text(value<std::string>(row[2])).value();
  r.factor.label = value<std::string>(row[3]);
  r.factor.hint = value<std::string>(row[4]);
  r.sealed = value<Bytes>(row[5]).data;
  r.credential_id = value<std::optional<Bytes>>(row[6]).value_or(Bytes{}).data;
  r.public_key = value<std::optional<Bytes>>(row[7]).value_or(Bytes{}).data;
  r.factor.device_bound = value<bool>(row[8]);
  r.counter = value<std::int64_t>(row[9]);
  r.factor.created = value<Instant>(row[10]);
  r.factor.last_used = value<std::optional<Instant>>(row[11]);
  return r;
}

std::optional<FactorRow> one(const std::optional<base::db::Row>& row) {
  if (!row) return std::nullopt;
  return row_of(*row);
}

std::string_view text_of(SignIn::Outcome outcome) {
  switch (outcome) {
    case SignIn::Outcome::ok:
      return "ok";
    case SignIn::Outcome::refused:
      return "refused";
    case SignIn::Outcome::blocked:
      return "blocked";
  }
  return "refused";
}

}  // namespace

std::vector<Statement> FactorStore::statements() {
  return {kInsert, kOfPsu, kFind, kFindCredential, kAdvance, kRemove, kChanges, kRecordSignIn, kSignIns};
}

bool FactorStore::insert(Transaction& tx, const base::Tenant& tenant, const FactorRow& row) {
  return exec_count(tx, kInsert, tenant.brand, tenant.bank, row.factor.id, row.psu, to_text(row.factor.kind),
                    row.factor.label, row.factor.hint, Bytes{row.sealed}, bytes_or_null(row.credential_id),
                    bytes_or_null(row.public_key), row.factor.device_bound, row.counter, row.factor.created,
                    row.factor.last_used) == 1;
}

std::vector<FactorRow> FactorStore::of_psu(Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu) {
  std::vector<FactorRow> rows;
  for (const auto& row : exec(tx, kOfPsu, tenant.brand, tenant.bank, psu)) rows.push_back(row_of(row));
  return rows;
}

std::optional<FactorRow> FactorStore::find(Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu,
                                           const std::string& id) {
  if (!base::is_uuid(id)) return std::nullopt;
  return one(exec_row(tx, kFind, tenant.brand, tenant.bank, psu, id));
}

std::optional<FactorRow> FactorStore::find_credential(Transaction& tx, const base::Tenant& tenant,
                                                      const std::string& credential_id) {
  return one(exec_row(tx, kFindCredential, tenant.brand, tenant.bank, Bytes{credential_id}));
}

bool FactorStore::advance(Transaction& tx, const base::Tenant& tenant, const std::string& id, std::int64_t from,
                          std::int64_t to, Instant used) {
  return exec_count(tx, kAdvance, tenant.brand, tenant.bank, id, from, to, used) == 1;
}

bool FactorStore::remove(Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu, const std::string& id,
                         Instant at) {
  if (!base::is_uuid(id)) return false;
  return exec_count(tx, kRemove, tenant.brand, tenant.bank, psu, id, at) == 1;
}

std::vector<FactorChange> FactorStore::changes(Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu,
                                               int limit) {
  std::vector<FactorChange> all;
  for (const auto& row : exec(tx, kChanges, tenant.brand, tenant.bank, psu, limit)) {
    const bool added = value<std::string>(row[1]) == "added";
    all.push_back({value<Instant>(row[0]), added ? FactorChange::What::added : FactorChange::What::removed,
                   factor_kind_from_text(value<std::string>(row[2])).value(), value<std::string>(row[3]),
                   value<std::string>(row[4])});
  }
  return all;
}

void FactorStore::record_sign_in(Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu,
                                 const std::string& session, const SignIn& sign_in) {
  exec(tx, kRecordSignIn, sign_in.at, tenant.brand, tenant.bank, psu, session,
       sign_in.by ? to_text(*sign_in.by) : std::string_view("password"), text_of(sign_in.outcome));
}

std::vector<SignIn> FactorStore::sign_ins(Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu,
                                          int limit) {
  std::vector<SignIn> all;
  for (const auto& row : exec(tx, kSignIns, tenant.brand, tenant.bank, psu, limit)) {
    const auto outcome = value<std::string>(row[2]);
    all.push_back({value<Instant>(row[0]), factor_kind_from_text(value<std::string>(row[1])),
                   outcome == "ok"        ? SignIn::Outcome::ok
                   : outcome == "blocked" ? SignIn::Outcome::blocked
                                          : SignIn::Outcome::refused});
  }
  return all;
}

}  // namespace consent
