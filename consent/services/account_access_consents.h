// The TPP's side of account-access-consents: create, read, remove. UK Open Banking Read/Write v4.0, Account Access
// Consents (everything); the HTTP and JSON of it are the facade's.
#pragma once

#include <set>

#include "base/caller.h"
#include "base/db/transaction.h"
#include "base/entropy.h"
#include "base/result.h"
#include "consent/consent.h"
#include "consent/consent_error.h"
#include "consent/consent_request.h"
#include "consent/services/consent_changes.h"

namespace consent {

class AccountAccessConsents {
 public:
  // `supported`: served_permissions() or standard_permissions(), or what the bank declares.
  AccountAccessConsents(base::db::Pool& pool, ConsentChanges& changes, base::Entropy& entropy,
                        std::set<policy::Permission> supported)
      : pool_(pool), changes_(changes), entropy_(entropy), supported_(std::move(supported)) {}

  // permissions_invalid, expiration_invalid, period_invalid.
  base::Result<Consent, ConsentError> create(const base::Caller& caller, const base::ClientId& client,
                                             const CreateAccountAccessConsent& request);
  // unknown, foreign_client (audited).
  base::Result<Consent, ConsentError> find(const base::Caller& caller, const base::ClientId& client,
                                           const base::ConsentId& consent);
  // DELETE: ends the consent (TERMINATED_BY_TPP) and its tokens; afterwards it is unknown to the TPP. A consent that
  // ended otherwise is only put out of sight. unknown, foreign_client (audited).
  base::Result<void, ConsentError> remove(const base::Caller& caller, const base::ClientId& client,
                                          const base::ConsentId& consent);

 private:
  base::db::Pool& pool_;
  ConsentChanges& changes_;
  base::Entropy& entropy_;
  const std::set<policy::Permission> supported_;
};

}  // namespace consent
