// What an authorization server may ask of a consent. Wiring adapts it to oauth/ports/consent_gate.h. Always reads the
// primary, inside the caller's transaction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/caller.h"
#include "base/db/transaction.h"
#include "base/id.h"
#include "base/result.h"

namespace consent {

enum class IntentRefusal : std::uint8_t {
  unknown,          // no such consent, removed, or another client's
  not_authorisable  // final, expired or consumed. A consent whose access the customer revoked can be authorised again
};

struct AuthorisableIntent {
  base::ConsentId consent;
  std::string scope;  // "accounts", "payments", "fundsconfirmations"
  enum class Life : std::uint8_t { single_use, long_lived } life = Life::long_lived;
};

enum class GateLock : std::uint8_t { none, share };  // share: FOR SHARE; a concurrent revocation waits or is seen

class ConsentGate {
 public:
  base::Result<AuthorisableIntent, IntentRefusal> intent(base::db::Transaction& tx, const base::Caller& caller,
                                                         const base::ClientId& client, const base::ConsentId& consent);
  // The same for a scope whose consents are all of one life, as a demand of the transaction: it ends as Unmet when the
  // consent is none that intent() finds authorisable whatever its facade (intent() may still: it knows the facade).
  // nullopt, and nothing demanded: there is no such scope, or its consents are of both lives.
  std::optional<AuthorisableIntent> demand_intent(base::db::Transaction& tx, const base::Caller& caller,
                                                  const base::ClientId& client, const base::ConsentId& consent,
                                                  std::string_view scope);
  // Is this consent authorised, and not expired, at caller.now.business?
  bool authorised(base::db::Transaction& tx, const base::Caller& caller, const base::ConsentId& consent, GateLock lock);
  // May a code for it be redeemed? Also while further signatories are waited for: the tokens then wait with the
  // consent, and nothing can be read or paid with them before it is authorised. Locks it as GateLock::share does.
  bool redeemable(base::db::Transaction& tx, const base::Caller& caller, const base::ConsentId& consent);
  // As authorised() with GateLock::share, as a demand of the transaction: it ends as Unmet when the consent is not.
  void demand_authorised(base::db::Transaction& tx, const base::Caller& caller, const base::ConsentId& consent);
};

}  // namespace consent
