// Access without the customer: at most so many times in a rolling window, for each consent, account and endpoint. Kept
// in PostgreSQL: the loss of a cache forgives nobody and punishes nobody.
#pragma once

#include <chrono>
#include <string>

#include "base/caller.h"
#include "base/db/transaction.h"
#include "consent/store/unattended_store.h"
#include "policy/access_clocks.h"

namespace consent {

struct UnattendedVerdict {
  bool allowed = true;
  int limit = 0;
  int remaining = 0;
  std::chrono::seconds reset{0};  // until the oldest counted use leaves the window
};

class UnattendedAccess {
 public:
  explicit UnattendedAccess(policy::AccessClocks clocks) : clocks_(clocks) {}

  // Takes one use, or refuses and takes none.
  UnattendedVerdict take(base::db::Transaction& tx, const base::Caller& caller, const UnattendedKey& key);
  // Rows that no window reaches any more. Returns how many.
  int purge(base::db::Transaction& tx, const base::Caller& caller, int limit = 1000);

 private:
  const policy::AccessClocks clocks_;
};

}  // namespace consent
