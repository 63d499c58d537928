// Makes passed expiries durable. Reads and uses do not depend on it (as_of): it exists for the event, the end of the
// tokens' rows and the history. Any number of nodes may run it (FOR UPDATE SKIP LOCKED).
#pragma once

#include "base/caller.h"
#include "base/db/transaction.h"
#include "consent/services/consent_changes.h"

namespace consent {

class ConsentExpiry {
 public:
  ConsentExpiry(base::db::Pool& pool, ConsentChanges& changes) : pool_(pool), changes_(changes) {}

  // One batch in one transaction, over all tenants (caller.tenant is not used). Returns how many; call again while it
  // returns `limit`.
  int sweep(const base::Caller& caller, int limit = 100);

 private:
  base::db::Pool& pool_;
  ConsentChanges& changes_;
};

}  // namespace consent
