// A TPP reads and removes what it created. Every facade's consents come through here; a consent of another kind is
// unknown at this kind's address.
#pragma once

#include <set>

#include "base/caller.h"
#include "base/db/transaction.h"
#include "base/result.h"
#include "consent/consent.h"
#include "consent/consent_error.h"
#include "consent/services/consent_changes.h"

namespace consent {

class ClientConsents {
 public:
  ClientConsents(base::db::Pool& pool, ConsentChanges& changes) : pool_(pool), changes_(changes) {}

  // unknown, foreign_client (audited).
  base::Result<Consent, ConsentError> find(const base::Caller& caller, const base::ClientId& client, ConsentKind kind,
                                           const base::ConsentId& consent);
  // Ends the consent (terminated_by_tpp) and its tokens; one that ended otherwise is only put out of sight. unknown,
  // foreign_client (audited).
  base::Result<void, ConsentError> remove(const base::Caller& caller, const base::ClientId& client, ConsentKind kind,
                                          const base::ConsentId& consent);

 private:
  base::db::Pool& pool_;
  ConsentChanges& changes_;
};

}  // namespace consent
