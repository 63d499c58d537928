// consent.unattended_access: the uses without the customer in a rolling window, one row for consent, account and
// endpoint.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/db/statement.h"
#include "base/db/transaction.h"
#include "base/id.h"

namespace consent {

struct UnattendedKey {
  base::ConsentId consent;
  std::string account;   // an account id, or "*" where a request is about all of them
  std::string endpoint;  // "balances"
};

struct UnattendedUses {
  int count = 0;
  std::optional<base::Instant> oldest;
};

class UnattendedStore {
 public:
  static std::vector<base::db::Statement> statements();

  // One statement: takes a use when fewer than `limit` lie after `since`, or changes nothing and answers nullopt.
  static std::optional<UnattendedUses> take(base::db::Transaction& tx, const base::Tenant& tenant,
                                            const UnattendedKey& key, base::Instant now, base::Instant since,
                                            int limit);
  static UnattendedUses uses(base::db::Transaction& tx, const base::Tenant& tenant, const UnattendedKey& key,
                             base::Instant now, base::Instant since);
  // Rows whose last use is older. Returns how many.
  static int purge(base::db::Transaction& tx, base::Instant unused_since, int limit);
};

}  // namespace consent
