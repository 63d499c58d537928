#include "consent/services/unattended_access.h"

#include <algorithm>

namespace consent {

UnattendedVerdict UnattendedAccess::take(base::db::Transaction& tx, const base::Caller& caller,
                                         const UnattendedKey& key) {
  const base::Instant now = caller.now.business;
  const base::Instant since = now - clocks_.unattended_window;
  UnattendedVerdict verdict;
  verdict.limit = clocks_.unattended_uses;
  // [RTS-SCA-36.5b] "no more than four times in a 24-hour period": any 24 hours, not a calendar day.
  auto uses = UnattendedStore::take(tx, caller.tenant, key, now, since, clocks_.unattended_uses);
  if (!uses) {
    verdict.allowed = false;
    uses = UnattendedStore::uses(tx, caller.tenant, key, now, since);
  }
  verdict.remaining = std::max(0, clocks_.unattended_uses - uses->count);
  if (uses->oldest) {
    verdict.reset = std::chrono::ceil<std::chrono::seconds>(*uses->oldest + clocks_.unattended_window - now);
  }
  return verdict;
}

int UnattendedAccess::purge(base::db::Transaction& tx, const base::Caller& caller, int limit) {
  return UnattendedStore::purge(tx, caller.now.business - clocks_.unattended_window, limit);
}

}  // namespace consent
