// GET and POST /userinfo (OpenID Connect Core section 5.3): a resource like any other, behind the resource server.
// Plain JSON, or signed when the client has registered so.
#pragma once

#include "base/db/transaction.h"
#include "base/http/call.h"
#include "oauth/ports/consent_gate.h"
#include "oauth/resource_server.h"
#include "oauth/settings.h"
#include "oauth/tokens/key_ring.h"

namespace oauth {

struct UserinfoDeps {
  const Settings& settings;
  base::db::Pool& pool;
  KeyRing& keys;
  ConsentGate& consents;
  const ResourceServer& resource_server;
};

class UserinfoEndpoint {
 public:
  explicit UserinfoEndpoint(UserinfoDeps deps) : deps_(deps) {}
  // The access has the scope openid.
  base::http::Response operator()(base::http::Call& call, const PresentedAccess& access);

 private:
  UserinfoDeps deps_;
};

}  // namespace oauth
