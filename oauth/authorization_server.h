// The authorization server of one brand, put together: wiring gives it its surroundings and takes the endpoints.
// Order of members is order of construction; nothing here decides anything.
#pragma once

#include <memory>
#include <optional>

#include "base/cache/replay_set.h"
#include "base/caller.h"
#include "base/crypto/key_encryption.h"
#include "base/crypto/x509.h"
#include "base/db/audit_trail.h"
#include "base/db/transaction.h"
#include "base/entropy.h"
#include "base/http/call.h"
#include "oauth/grant_ending.h"
#include "oauth/interactions.h"
#include "oauth/ports/consent_gate.h"
#include "oauth/ports/jwks_fetcher.h"
#include "oauth/registration/clients.h"
#include "oauth/resource_server.h"
#include "oauth/settings.h"
#include "oauth/store/statements.h"
#include "oauth/tokens/key_ring.h"

namespace oauth {

struct AuthorizationServerDeps {
  Settings settings;
  KeySchedule key_schedule;
  base::db::Pool& pool;
  base::db::AuditTrail& audit;
  base::Entropy& entropy;
  base::cache::ReplaySet& proofs;
  ConsentGate& consents;
  const base::crypto::KeyEncryptionKey& kek;
  JwksFetcher& jwks;
  const base::MonotonicClock& monotonic;
  std::optional<base::crypto::TrustAnchors> client_authorities;  // for tls_client_auth; none: such clients are refused
};

class AuthorizationServer {
 public:
  // `boot`: tenant, both times, a deadline of seconds. Reads or makes the signing keys.
  AuthorizationServer(AuthorizationServerDeps deps, const base::Caller& boot);
  ~AuthorizationServer();
  AuthorizationServer(const AuthorizationServer&) = delete;
  AuthorizationServer& operator=(const AuthorizationServer&) = delete;

  base::http::Response pushed_authorization(base::http::Call& call);  // POST /par
  base::http::Response token(base::http::Call& call);                 // POST /token
  base::http::Response revocation(base::http::Call& call);            // POST /revoke
  base::http::Response introspection(base::http::Call& call);         // POST /introspect
  base::http::Response userinfo(base::http::Call& call,
                                const PresentedAccess& access);  // GET and POST /userinfo
  base::http::Response jwks(base::http::Call& call);             // GET /jwks; never blocks
  base::http::Response openid_configuration(
      base::http::Call& call);  // GET /.well-known/openid-configuration; never blocks
  base::http::Response server_metadata(
      base::http::Call& call);  // GET /.well-known/oauth-authorization-server; never blocks
  base::http::Response protected_resource_metadata(
      base::http::Call& call);  // GET /.well-known/oauth-protected-resource; never blocks

  Interactions& interactions();  // GET /authorize and the pages after it
  ResourceServer& resource_server();
  KeyRing& keys();
  GrantEnding& grants();
  Clients& clients();

  // Deletes jti rows, revocations and grants that are over, in batches of 10,000; any node, every minute or so. How
  // many went.
  int sweep(const base::Caller& caller);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace oauth
