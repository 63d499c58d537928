// What the authorization server must know of a consent, in its own words. Wiring fills it from consent/.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/caller.h"
#include "base/db/transaction.h"
#include "base/id.h"
#include "base/result.h"

namespace oauth {

enum class IntentRefusal {
  unknown,          // no such consent, or another client's: the two look the same to the caller
  not_authorisable  // exists, but is in a state that no authorization may start or end in (used, rejected, revoked,
                    // expired)
};

struct Intent {
  base::ConsentId consent;
  std::string scope;       // the OAuth scope it needs: "accounts", "payments", "fundsconfirmations"
  bool long_lived = true;  // a refresh token is issued
};

enum class ConsentLock { none, share };  // share: FOR SHARE, so that a concurrent revocation waits or is seen

class ConsentGate {
 public:
  virtual ~ConsentGate() = default;
  // At PAR and again when the interaction opens.
  virtual base::Result<Intent, IntentRefusal> intent(base::db::Transaction& tx, const base::Caller& caller,
                                                     const base::ClientId& client, const base::ConsentId& consent) = 0;
  // At PAR too, for a consent that `scope` is asked for with: as a demand of the transaction, which costs no round trip
  // of its own and ends as base::db::Unmet where intent() has to be asked instead, for the reason or because only it
  // can tell. nullopt: so it has from the beginning, and nothing is demanded.
  virtual std::optional<Intent> demand_intent(base::db::Transaction& /*tx*/, const base::Caller& /*caller*/,
                                              const base::ClientId& /*client*/, const base::ConsentId& /*consent*/,
                                              std::string_view /*scope*/) {
    return std::nullopt;
  }
  // At introspection (none) and wherever else it is asked: is this consent authorised now?
  virtual bool authorised(base::db::Transaction& tx, const base::Caller& caller, const base::ConsentId& consent,
                          ConsentLock lock) = 0;
  // At code redemption: authorised, or agreed to by this customer and waiting for further signatories. Locks as share.
  virtual bool redeemable(base::db::Transaction& tx, const base::Caller& caller, const base::ConsentId& consent) {
    return authorised(tx, caller, consent, ConsentLock::share);
  }
  // The same at each refresh, as a demand of the transaction, which holds it (share) and ends as base::db::Unmet when
  // it is not authorised: costs no round trip of its own.
  virtual void demand_authorised(base::db::Transaction& tx, const base::Caller& caller,
                                 const base::ConsentId& consent) = 0;
};

}  // namespace oauth
