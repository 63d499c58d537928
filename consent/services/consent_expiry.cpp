#include "consent/services/consent_expiry.h"

#include "consent/store/consent_store.h"

namespace consent {

int ConsentExpiry::sweep(const base::Caller& caller, int limit) {
  return base::db::with_transaction(pool_, caller.deadline, [&](base::db::Transaction& tx) {
    const auto due = ConsentStore::lock_expired(tx, caller.now.business, limit);
    for (const Consent& consent : due) changes_.expire(tx, caller, consent);
    return static_cast<int>(due.size());
  });
}

}  // namespace consent
