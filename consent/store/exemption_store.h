// consent.exemption_counter, consent.exemption_decision, consent.fraud_quarter.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/db/statement.h"
#include "base/db/transaction.h"
#include "base/id.h"
#include "policy/exemptions/exemption.h"

namespace consent {

struct ExemptionRecord {
  base::Instant at;
  base::PsuId psu;
  base::ClientId client;
  policy::Region region = policy::Region::eu;
  policy::ExemptionDecision decision;
  std::optional<base::Amount> amount;
  std::string consent;
  base::InteractionId interaction;
};

class ExemptionStore {
 public:
  static std::vector<base::db::Statement> statements();

  // Locks the customer's counter of this article and currency until the transaction ends.
  static policy::UsedSince lock_used(base::db::Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu,
                                     policy::Exemption exemption, const std::string& currency, base::Instant now);
  static void add(base::db::Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu,
                  policy::Exemption exemption, const std::string& currency, std::int64_t minor, base::Instant now);
  // The customer authenticated: every counter begins anew.
  static void reset(base::db::Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu);

  static void record(base::db::Transaction& tx, const base::Tenant& tenant, const ExemptionRecord& record);

  // The quarter once more, corrected: the last word counts.
  static void keep_quarter(base::db::Transaction& tx, const base::Tenant& tenant, policy::Instrument instrument,
                           const policy::FraudQuarter& quarter, base::Instant now);
  // The last twelve, the oldest first.
  static std::vector<policy::FraudQuarter> quarters(base::db::Transaction& tx, const base::Tenant& tenant,
                                                    policy::Instrument instrument, std::chrono::sys_days before);
};

}  // namespace consent
