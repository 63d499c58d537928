// What an access token of ours is worth at this moment: its signature and claims (RFC 9068 section 4), then one read on
// the primary (DESIGN decision 8). The resource server asks about tokens it is shown, introspection about tokens it is
// told of; what each demands of the sender is its own matter.
#pragma once

#include <string>
#include <string_view>

#include "base/caller.h"
#include "base/db/transaction.h"
#include "base/id.h"
#include "base/result.h"
#include "oauth/settings.h"
#include "oauth/store/grant_store.h"
#include "oauth/tokens/access_token.h"
#include "oauth/tokens/key_ring.h"
#include "oauth/tokens/subject.h"
#include "oauth/tokens/verified_tokens.h"

namespace oauth {

// A token that stands, by what is known of its grant and its client.
struct StandingToken {
  base::PsuId psu;                  // the grant's customer; none with client credentials
  bool require_dpop_nonce = false;  // the client's policy
};

class AccessTokenCheck {
 public:
  AccessTokenCheck(const Settings& settings, KeyRing& keys, const Subjects& subjects)
      : settings_(settings), keys_(keys), subjects_(subjects) {}

  // Nothing of the answer is to be believed before stands(). The error is for the log, and holds nothing of the token.
  base::Result<AccessToken, std::string> read(const base::Caller& caller, std::string_view token) const;

  // Is the grant live, the token not revoked, the client live, the key not compromised?
  base::Result<StandingToken, std::string> stands(base::db::Transaction& tx, const base::Caller& caller,
                                                  const AccessToken& token, FactsAre facts_are = FactsAre::first) const;

 private:
  const Settings& settings_;
  KeyRing& keys_;
  const Subjects& subjects_;
  mutable VerifiedTokens verified_;
};

}  // namespace oauth
