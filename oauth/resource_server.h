// The resource-server kit: what protects our own partner API. RFC 9068 token check, sender constraint by DPoP
// (RFC 9449 section 7) or mutual TLS (RFC 8705 section 3), the grant read on the primary at each use, step-up
// challenges (RFC 9470) and the way to the metadata in every 401 (RFC 9728 section 5.1).
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/db/transaction.h"
#include "base/http/call.h"
#include "base/http/message.h"
#include "base/id.h"
#include "base/result.h"
#include "oauth/access_token_check.h"

namespace oauth {

class DpopVerifier;

// A live, sender-constrained access token, presented by its owner. Only ResourceServer makes one.
class PresentedAccess {
 public:
  const base::ClientId& client() const { return client_; }
  const base::GrantId& grant() const { return grant_; }        // empty for client_credentials
  const base::ConsentId& consent() const { return consent_; }  // empty without an intent
  const base::PsuId& psu() const { return psu_; }              // empty for client_credentials
  const std::string& subject() const { return subject_; }      // the customer, as the client may know him
  const std::string& scope() const { return scope_; }
  // When and how the customer authenticated (RFC 9068 section 2.2.1); nothing and empty for client_credentials.
  const std::optional<base::Instant>& auth_time() const { return auth_time_; }
  const std::string& acr() const { return acr_; }
  bool has_scope(std::string_view scope) const;  // one of the space-separated values
  bool has_customer() const { return !psu_.empty(); }
  const std::string& next_dpop_nonce() const { return next_dpop_nonce_; }  // for the answer, when not empty

 private:
  friend class ResourceServer;
  PresentedAccess() = default;
  base::ClientId client_;
  base::GrantId grant_;
  base::ConsentId consent_;
  base::PsuId psu_;
  std::string subject_;
  std::string scope_;
  std::string next_dpop_nonce_;
  std::optional<base::Instant> auth_time_;
  std::string acr_;
};

// A refusal in the words of RFC 6750 section 3.1 and RFC 9449 section 7.1; the surface chooses the body.
struct AccessRefusal {
  int status = 401;
  std::string code;  // invalid_token, invalid_dpop_proof, use_dpop_nonce, invalid_request, insufficient_scope,
                     // insufficient_user_authentication;
                     // empty when no credentials came (RFC 6750 section 3.1)
  std::string www_authenticate;  // the header's whole value, always present
  std::string dpop_nonce;        // the DPoP-Nonce header, when not empty
  std::string public_text;
  std::string log_text;  // never any part of the token
};

// A good token without the scope: 403 insufficient_scope.
AccessRefusal insufficient_scope(const base::http::Call& call, std::string_view scope);

// What a resource demands of the customer's authentication (RFC 9470); nothing set demands nothing.
struct AuthenticationDemand {
  std::vector<std::string> acr_values;          // one of these; empty: any
  std::optional<std::chrono::seconds> max_age;  // since the customer authenticated
};

// WWW-Authenticate, DPoP-Nonce and Cache-Control onto a response whose body is the surface's own.
void add_headers(const AccessRefusal& refusal, base::http::Response& response);

struct ResourceServerDeps {
  const Settings& settings;
  base::db::Pool& pool;
  const AccessTokenCheck& tokens;
  DpopVerifier& dpop;
};

class ResourceServer {
 public:
  explicit ResourceServer(ResourceServerDeps deps) : deps_(deps) {}

  // Token, proof, and one read on the primary: is the grant live, the token not revoked, the client live? Fills client,
  // grant, consent and psu of call.event, and its error when refused. Works on the public listener (DPoP) and the mtls
  // listener (Bearer with its certificate; DPoP-bound tokens with their proof as well).
  base::Result<PresentedAccess, AccessRefusal> authenticate(base::http::Call& call);

  // Of a token that was good when it was presented, when its ground is found gone after that (its consent, its grant).
  AccessRefusal ground_gone(const base::http::Call& call) const;

  // [RFC9470-3] A good token whose authentication is not enough for this resource: 401 with what would be. A client's
  // own token has no authentication at all.
  base::Result<void, AccessRefusal> demand(const base::http::Call& call, const PresentedAccess& access,
                                           const AuthenticationDemand& demand) const;

 private:
  ResourceServerDeps deps_;
};

}  // namespace oauth
