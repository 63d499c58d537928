#include "consent/store/signature_store.h"

#include "base/db/sql.h"

namespace consent {
namespace {

using base::Instant;
using base::db::exec;
using base::db::Statement;
using base::db::Transaction;
using base::db::value;

constexpr Statement kRules{"consent.signing_rule.of_consent", R"sql(
SELECT account_id, needed, signatories FROM consent.signing_rule
 WHERE brand_id = $1 AND bank_id = $2 AND consent_id = $3 ORDER BY account_id)sql"};
constexpr Statement kForgetRules{"consent.signing_rule.forget", R"sql(
DELETE FROM consent.signing_rule WHERE brand_id = $1 AND bank_id = $2 AND consent_id = $3)sql"};
constexpr Statement kAddRule{"consent.signing_rule.add", R"sql(
INSERT INTO consent.signing_rule (brand_id, bank_id, consent_id, account_id, needed, signatories)
VALUES ($1, $2, $3, $4, $5, $6))sql"};
constexpr Statement kSignedSince{"consent.signature.since", R"sql(
SELECT psu_id FROM consent.signature
 WHERE brand_id = $1 AND bank_id = $2 AND consent_id = $3 AND ($4::timestamptz IS NULL OR signed_at > $4))sql"};
constexpr Statement kForgetOne{"consent.signature.forget_one", R"sql(
DELETE FROM consent.signature WHERE brand_id = $1 AND bank_id = $2 AND consent_id = $3 AND psu_id = $4)sql"};
constexpr Statement kForgetAll{"consent.signature.forget_all", R"sql(
DELETE FROM consent.signature WHERE brand_id = $1 AND bank_id = $2 AND consent_id = $3)sql"};
constexpr Statement kSign{"consent.signature.add", R"sql(
INSERT INTO consent.signature (brand_id, bank_id, consent_id, psu_id, signed_at) VALUES ($1, $2, $3, $4, $5))sql"};
constexpr Statement kOfSignatory{"consent.signing_rule.of_signatory", R"sql(
SELECT DISTINCT consent_id FROM consent.signing_rule
 WHERE signatories @> ARRAY[$3::text] AND brand_id = $1 AND bank_id = $2
 ORDER BY consent_id DESC
 LIMIT $4)sql"};

}  // namespace

std::vector<Statement> SignatureStore::statements() {
  return {kRules, kForgetRules, kAddRule, kSignedSince, kForgetOne, kForgetAll, kSign, kOfSignatory};
}

std::vector<SigningRule> SignatureStore::rules(Transaction& tx, const Consent& consent) {
  std::vector<SigningRule> rules;
  for (const auto& row : exec(tx, kRules, consent.tenant.brand, consent.tenant.bank, consent.id)) {
    SigningRule rule{value<base::AccountId>(row[0]), value<int>(row[1]), {}};
    for (std::string& psu : value<std::vector<std::string>>(row[2])) rule.signatories.emplace(std::move(psu));
    rules.push_back(std::move(rule));
  }
  return rules;
}

void SignatureStore::replace_rules(Transaction& tx, const Consent& consent, const std::vector<SigningRule>& rules) {
  exec(tx, kForgetRules, consent.tenant.brand, consent.tenant.bank, consent.id);
  for (const SigningRule& rule : rules) {
    std::vector<std::string> signatories;
    for (const base::PsuId& psu : rule.signatories) signatories.push_back(psu.str());
    exec(tx, kAddRule, consent.tenant.brand, consent.tenant.bank, consent.id, rule.account, rule.needed, signatories);
  }
}

std::set<base::PsuId> SignatureStore::signed_since(Transaction& tx, const Consent& consent,
                                                   std::optional<Instant> since) {
  std::set<base::PsuId> signed_by;
  for (const auto& row : exec(tx, kSignedSince, consent.tenant.brand, consent.tenant.bank, consent.id, since)) {
    signed_by.insert(value<base::PsuId>(row[0]));
  }
  return signed_by;
}

std::set<base::PsuId> SignatureStore::under_way(Transaction& tx, const Consent& consent) {
  std::optional<Instant> since = consent.authorised;
  if (consent.status == ConsentStatus::access_revoked_by_psu && (!since || *since < consent.status_updated)) {
    since = consent.status_updated;
  }
  return signed_since(tx, consent, since);
}

void SignatureStore::sign(Transaction& tx, const Consent& consent, const base::PsuId& psu, Instant at) {
  exec(tx, kForgetOne, consent.tenant.brand, consent.tenant.bank, consent.id, psu);
  exec(tx, kSign, consent.tenant.brand, consent.tenant.bank, consent.id, psu, at);
}

void SignatureStore::forget_signatures(Transaction& tx, const Consent& consent) {
  exec(tx, kForgetAll, consent.tenant.brand, consent.tenant.bank, consent.id);
}

std::vector<base::ConsentId> SignatureStore::of_signatory(Transaction& tx, const base::Tenant& tenant,
                                                          const base::PsuId& psu, int limit) {
  std::vector<base::ConsentId> ids;
  for (const auto& row : exec(tx, kOfSignatory, tenant.brand, tenant.bank, psu, limit)) {
    ids.push_back(value<base::ConsentId>(row[0]));
  }
  return ids;
}

}  // namespace consent
