// The consent's part of the facts behind one partner API request: one query.
#pragma once

#include <optional>
#include <set>

#include "base/caller.h"
#include "base/db/transaction.h"
#include "base/id.h"
#include "consent/consent_status.h"
#include "policy/permission.h"

namespace consent {

struct ConsentInUse {
  base::PsuId psu;                                               // empty when no customer has decided yet
  ConsentStatus status = ConsentStatus::awaiting_authorisation;  // effective: a passed expiry shows
  std::set<policy::Permission> permissions;
  std::set<base::AccountId> accounts;  // selected
  std::optional<base::Instant> expires;
  std::optional<base::Instant> transactions_from;
  std::optional<base::Instant> transactions_to;
  ConsentKind kind = ConsentKind::account_access;
  std::optional<base::Instant> authorised;  // the customer's last authentication for it
  std::set<base::PsuId> signatories;        // where several had to agree
  bool touch_due = false;                   // last_access is older than an hour: call touch()
};

class ConsentAccess {
 public:
  // nullopt: unknown, removed, or another client's. Works under Pool::read as under Pool::run.
  std::optional<ConsentInUse> for_use(base::db::Transaction& tx, const base::Caller& caller,
                                      const base::ClientId& client, const base::ConsentId& consent);
  // Notes the last access for the dashboard, at most once an hour for a consent whatever the traffic (guarded UPDATE).
  void touch(base::db::Transaction& tx, const base::Caller& caller, const base::ConsentId& consent);
};

}  // namespace consent
