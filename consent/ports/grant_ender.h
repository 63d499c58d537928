// Ending a consent ends the tokens issued under it, in the same transaction. Wiring fills it from oauth/.
// Lock order: consent first, then grant.
#pragma once

#include <string>

#include "base/caller.h"
#include "base/db/transaction.h"
#include "base/id.h"

namespace consent {

class GrantEnder {
 public:
  virtual ~GrantEnder() = default;
  // Ends every live grant of the consent; `reason` is the consent's status reason ("revoked_by_psu"). Returns how many.
  virtual int end_grants(base::db::Transaction& tx, const base::Caller& caller, const base::ConsentId& consent,
                         const std::string& reason) = 0;
};

}  // namespace consent
