// Ending grants: every token of an ended grant is refused from the next request on, on every node.
#pragma once

#include <string>

#include "base/caller.h"
#include "base/db/audit_trail.h"
#include "base/db/transaction.h"
#include "base/id.h"

namespace oauth {

class GrantEnding {
 public:
  explicit GrantEnding(base::db::AuditTrail& audit) : audit_(audit) {}

  // All live grants of one consent; `reason` is a word of the caller's ("revoked_by_psu"). The caller holds the
  // consent's lock (lock order: consent, then grant). Returns how many ended.
  int end_grants_of_consent(base::db::Transaction& tx, const base::Caller& caller, const base::ConsentId& consent,
                            const std::string& reason);

  // One grant. False when there is no such live grant. `actor` goes into the evidence.
  bool end_grant(base::db::Transaction& tx, const base::Caller& caller, const base::GrantId& grant,
                 base::db::ActorKind actor_kind, const std::string& actor, const std::string& reason);

 private:
  base::db::AuditTrail& audit_;
};

}  // namespace oauth
