// What the bank does to consents that no customer asked for: staff or a rule ends one, a TPP's registration ends, an
// account is closed; and what a TPP reports about its own asking (reconfirmation). Each consent is one transaction.
#pragma once

#include <string>

#include "base/caller.h"
#include "base/db/transaction.h"
#include "base/result.h"
#include "consent/consent.h"
#include "consent/consent_error.h"
#include "consent/services/consent_changes.h"

namespace consent {

class ConsentUpkeep {
 public:
  ConsentUpkeep(base::db::Pool& pool, ConsentChanges& changes) : pool_(pool), changes_(changes) {}

  // `reason`: revoked_by_bank, fraud_suspected or client_ended. unknown, status_conflict, expired.
  base::Result<Consent, ConsentError> revoke_by_bank(const base::Caller& caller, const base::ConsentId& consent,
                                                     const Actor& actor, StatusReason reason, const std::string& why);
  // As the customer asked the bank's staff, by telephone or at the counter.
  base::Result<Consent, ConsentError> revoke_for_customer(const base::Caller& caller, const base::ConsentId& consent,
                                                          const Actor& actor, const std::string& why);
  // As the TPP asked, outside its API.
  base::Result<Consent, ConsentError> terminate_for_client(const base::Caller& caller, const base::ConsentId& consent,
                                                           const Actor& actor, const std::string& why);
  // Every open consent of a client ends. Returns how many.
  int end_all_of_client(const base::Caller& caller, const base::ClientId& client, const Actor& actor,
                        const std::string& why);
  // The account leaves every consent it stands in; a consent that has no other ends. Returns how many it left.
  int account_closed(const base::Caller& caller, const base::AccountId& account, const Actor& actor,
                     const std::string& why);
  // The TPP says that its customer confirmed the access again. unknown, foreign_client, status_conflict, expired.
  base::Result<Consent, ConsentError> reconfirm(const base::Caller& caller, const base::ClientId& client,
                                                const base::ConsentId& consent);

 private:
  base::Result<Consent, ConsentError> end(const base::Caller& caller, const base::ConsentId& consent,
                                          const Change& change);

  base::db::Pool& pool_;
  ConsentChanges& changes_;
};

}  // namespace consent
