#include "consent/services/consent_warnings.h"

#include "consent/events.h"
#include "consent/store/consent_store.h"

namespace consent {

int ConsentWarnings::sweep(const base::Caller& caller, int limit) {
  return base::db::with_transaction(pool_, caller.deadline, [&](base::db::Transaction& tx) {
    const auto due = ConsentStore::lock_warnings(tx, caller.now.business, limit);
    for (const Consent& consent : due) {
      const auto end = policy::next_end(clocks_, consent.expires, consent.authorised, consent.reconfirmed);
      if (end) {
        if (const auto days = policy::warning_due(end->at, caller.now.business)) {
          outbox_.append(
              tx, base::db::Event{base::uuid_v7(caller.now.protocol, entropy_), consent.tenant, consent.client,
                                  std::string(kConsentExpiring), consent.id.str(), caller.now.business,
                                  expiring_data_json(consent, caller.now.business, *end, *days), caller.interaction});
        }
      }
      ConsentStore::set_warning(tx, consent, end ? policy::next_warning(end->at, caller.now.business) : std::nullopt);
    }
    return static_cast<int>(due.size());
  });
}

}  // namespace consent
