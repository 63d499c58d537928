// What the checks of one request share: its parameters, and what each check found out for the next.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "base/crypto/x509.h"
#include "base/db/transaction.h"
#include "base/http/call.h"
#include "base/result.h"
#include "oauth/binding/dpop.h"
#include "oauth/checks/request_object.h"
#include "oauth/client.h"
#include "oauth/client_auth/client_keys.h"
#include "oauth/client_auth/known_clients.h"
#include "oauth/client_auth/private_key_jwt.h"
#include "oauth/oauth_error.h"
#include "oauth/rar/authorization_details.h"
#include "oauth/settings.h"
#include "oauth/store/pushed_request_store.h"

namespace oauth {

struct CheckTools {
  const Settings& settings;
  base::db::Pool& pool;
  ClientKeys& client_keys;
  KnownClients& known_clients;
  DpopVerifier& dpop;
  const std::optional<base::crypto::TrustAnchors>& client_authorities;
  const DetailTypes& detail_types;
};

// What must not be done twice when a request's checks run again (answer_current).
struct Earlier {
  std::optional<base::Result<std::optional<DpopProof>, OAuthError>> proof;  // used, or refused: its jti is taken
  bool within_limits = false;                                               // asked, and granted
};

struct RequestContext {
  RequestContext(base::http::Call& the_call, const CheckTools& the_tools) : call(the_call), tools(the_tools) {}

  base::http::Call& call;
  const CheckTools& tools;

  // What was sent. After a request object verified: what stands in it, and nothing of what stood beside it.
  base::http::Parameters form;
  std::shared_ptr<const Client> client;  // authenticated
  bool may_know_client = false;          // what this node remembers will do, for now
  bool client_was_known = false;         // and it did
  Earlier earlier;
  std::optional<AssertionUse> assertion;        // to be written with the effect
  std::optional<std::string> jkt;               // DPoP key proven in this request
  std::string next_dpop_nonce;                  // for the answer's DPoP-Nonce, when not empty
  std::optional<std::string> x5t;               // certificate shown, of a client whose tokens are bound to it
  std::optional<RequestObject> request_object;  // PAR: verified, to be written with the effect
  PushedRequest request;                        // PAR: what is being pushed
  std::optional<AuthorizationDetails> details;  // token request: what the token shall be narrowed to
  std::string scope;                            // client_credentials: granted; refresh_token: asked for, or empty

  base::Instant now() const { return call.caller.now.protocol; }
  const Profile& profile() const { return profile_of(client->profile); }
  NonceRule nonce_rule() const { return client->require_dpop_nonce ? NonceRule::always : NonceRule::whenever_needed; }
  // Of a request that was granted.
  base::http::Response with_next_nonce(base::http::Response response) const {
    if (!next_dpop_nonce.empty()) response.headers.set("DPoP-Nonce", next_dpop_nonce);
    return response;
  }
};

// The request's DPoP proof, used once however often its checks run; nullopt: there is none.
inline base::Result<std::optional<DpopProof>, OAuthError> proof_of(RequestContext& context) {
  if (!context.earlier.proof) {
    context.earlier.proof = context.tools.dpop.verify(context.call, context.profile(), context.nonce_rule());
  }
  return *context.earlier.proof;
}

// A check refuses in the protocol's words; the caller's own limits come as a ready response.
using CheckFailure = std::variant<OAuthError, base::http::Response>;
using CheckOutcome = base::Result<void, CheckFailure>;

base::http::Response to_response(const CheckFailure& failure, base::http::Call& call);

}  // namespace oauth
