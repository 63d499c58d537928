// Tells TPPs that an access will end: 30, 7 and 1 day ahead, once each. Whatever ends it first counts: the consent's
// expiry, the customer's next authentication (EU), the reconfirmation (UK).
#pragma once

#include <string>

#include "base/caller.h"
#include "base/db/outbox.h"
#include "base/db/transaction.h"
#include "base/entropy.h"
#include "policy/access_clocks.h"

namespace consent {

class ConsentWarnings {
 public:
  ConsentWarnings(base::db::Pool& pool, base::db::Outbox& outbox, base::Entropy& entropy, policy::AccessClocks clocks)
      : pool_(pool), outbox_(outbox), entropy_(entropy), clocks_(clocks) {}

  // One batch in one transaction, over all tenants. A warning that was missed (a node was down) is told late when it is
  // the one that stands now, and not at all when a nearer one does. Returns how many consents were looked at; call
  // again while it returns `limit`.
  int sweep(const base::Caller& caller, int limit = 100);

 private:
  base::db::Pool& pool_;
  base::db::Outbox& outbox_;
  base::Entropy& entropy_;
  const policy::AccessClocks clocks_;
};

}  // namespace consent
