// Whether a customer has to authenticate for this, with everything that the decision needs and leaves behind: counters
// since the last authentication, the fraud of the quarters, and a record of every decision with its reason.
// [RTS-SCA-21.1] the bank records and monitors, at least quarterly, the use of each exemption. Business time.
#pragma once

#include <string>
#include <vector>

#include "base/caller.h"
#include "base/db/audit_trail.h"
#include "base/db/transaction.h"
#include "base/id.h"
#include "base/result.h"
#include "policy/exemptions/exemption.h"
#include "policy/exemptions/fraud_rate.h"

namespace consent {

struct ExemptionQuestion {
  base::PsuId psu;
  base::ClientId client;
  std::string consent;           // its id; empty: none
  policy::ExemptionFacts facts;  // low_value, contactless and fraud are filled in here, and `now`
};

struct BandReport {
  policy::Instrument instrument = policy::Instrument::card;
  std::int64_t up_to_minor = 0;
  std::int64_t reference_millionths = 0;
  policy::BandState state = policy::BandState::unproven;
};

class ScaExemptions {
 public:
  ScaExemptions(policy::ExemptionPolicy policy, base::db::AuditTrail& audit)
      : policy_(std::move(policy)), audit_(audit) {}

  // Decides, records, and counts a use. Counters are locked: of two payments at once, one sees the other.
  policy::ExemptionDecision decide(base::db::Transaction& tx, const base::Caller& caller,
                                   const ExemptionQuestion& question);

  // A completed quarter's values, from the bank's own accounts; entering it again corrects it. The failure says what is
  // wrong with it.
  base::Result<void, std::string> enter_quarter(base::db::Transaction& tx, const base::Caller& caller,
                                                const std::string& staff, policy::Instrument instrument,
                                                const policy::FraudQuarter& quarter);
  // Every band of the region as it stands now.
  std::vector<BandReport> bands(base::db::Transaction& tx, const base::Caller& caller, policy::Region region);

 private:
  policy::ExemptionPolicy policy_;
  base::db::AuditTrail& audit_;
};

}  // namespace consent
