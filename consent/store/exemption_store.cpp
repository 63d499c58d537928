#include "consent/store/exemption_store.h"

#include <algorithm>

#include "base/db/sql.h"

namespace consent {
namespace {

using base::Instant;
using base::db::exec;
using base::db::exec_count;
using base::db::exec_row;
using base::db::Statement;
using base::db::Transaction;
using base::db::value;

constexpr Statement kMake{"consent.exemption.make_counter", R"sql(
INSERT INTO consent.exemption_counter (brand_id, bank_id, psu_id, article, currency, uses, minor, updated_at)
VALUES ($1, $2, $3, $4, $5, 0, 0, $6) ON CONFLICT DO NOTHING)sql"};

constexpr Statement kLock{"consent.exemption.lock_counter", R"sql(
SELECT uses, minor FROM consent.exemption_counter
 WHERE brand_id = $1 AND bank_id = $2 AND psu_id = $3 AND article = $4 AND currency = $5 FOR UPDATE)sql"};

constexpr Statement kAdd{"consent.exemption.add", R"sql(
UPDATE consent.exemption_counter SET uses = uses + 1, minor = minor + $6, updated_at = $7
 WHERE brand_id = $1 AND bank_id = $2 AND psu_id = $3 AND article = $4 AND currency = $5)sql"};

constexpr Statement kReset{"consent.exemption.reset", R"sql(
UPDATE consent.exemption_counter SET uses = 0, minor = 0 WHERE brand_id = $1 AND bank_id = $2 AND psu_id = $3)sql"};

constexpr Statement kRecord{"consent.exemption.record", R"sql(
INSERT INTO consent.exemption_decision (at, brand_id, bank_id, psu_id, client_id, region, exempt, article, reason, minor,
                                        currency, consent_id, interaction)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13))sql"};

constexpr Statement kKeepQuarter{"consent.exemption.keep_quarter", R"sql(
INSERT INTO consent.fraud_quarter (brand_id, bank_id, instrument, begins, total_minor, fraud_minor, recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (brand_id, bank_id, instrument, begins)
   DO UPDATE SET total_minor = $5, fraud_minor = $6, recorded_at = $7)sql"};

constexpr Statement kQuarters{"consent.exemption.quarters", R"sql(
SELECT begins, total_minor, fraud_minor FROM consent.fraud_quarter
 WHERE brand_id = $1 AND bank_id = $2 AND instrument = $3 AND begins < $4 ORDER BY begins DESC LIMIT 12)sql"};

}  // namespace

std::vector<Statement> ExemptionStore::statements() {
  return {kMake, kLock, kAdd, kReset, kRecord, kKeepQuarter, kQuarters};
}

policy::UsedSince ExemptionStore::lock_used(Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu,
                                            policy::Exemption exemption, const std::string& currency, Instant now) {
  exec_count(tx, kMake, tenant.brand, tenant.bank, psu, policy::to_text(exemption), currency, now);
  const auto row = exec_row(tx, kLock, tenant.brand, tenant.bank, psu, policy::to_text(exemption), currency).value();
  return {value<int>(row[0]), value<std::int64_t>(row[1])};
}

void ExemptionStore::add(Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu,
                         policy::Exemption exemption, const std::string& currency, std::int64_t minor, Instant now) {
  exec(tx, kAdd, tenant.brand, tenant.bank, psu, policy::to_text(exemption), currency, minor, now);
}

void ExemptionStore::reset(Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu) {
  exec(tx, kReset, tenant.brand, tenant.bank, psu);
}

void ExemptionStore::record(Transaction& tx, const base::Tenant& tenant, const ExemptionRecord& record) {
  std::optional<std::int64_t> minor;
  if (record.amount) minor = record.amount->minor();
  exec(tx, kRecord, record.at, tenant.brand, tenant.bank, record.psu, record.client, policy::to_text(record.region),
       record.decision.exempt, record.decision.by ? policy::to_text(*record.decision.by) : std::string_view(),
       record.decision.reason, minor, record.amount ? record.amount->currency().code() : std::string(), record.consent,
       record.interaction);
}

void ExemptionStore::keep_quarter(Transaction& tx, const base::Tenant& tenant, policy::Instrument instrument,
                                  const policy::FraudQuarter& quarter, Instant now) {
  exec(tx, kKeepQuarter, tenant.brand, tenant.bank, policy::to_text(instrument), quarter.begins, quarter.total_minor,
       quarter.fraud_minor, now);
}

std::vector<policy::FraudQuarter> ExemptionStore::quarters(Transaction& tx, const base::Tenant& tenant,
                                                           policy::Instrument instrument,
                                                           std::chrono::sys_days before) {
  std::vector<policy::FraudQuarter> all;
  for (const auto& row : exec(tx, kQuarters, tenant.brand, tenant.bank, policy::to_text(instrument), before)) {
    all.push_back({value<std::chrono::sys_days>(row[0]), value<std::int64_t>(row[1]), value<std::int64_t>(row[2])});
  }
  std::reverse(all.begin(), all.end());
  return all;
}

}  // namespace consent
