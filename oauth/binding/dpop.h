// DPoP proofs (RFC 9449 sections 4.2, 4.3, 7, 8, 11.1): the proof itself, and its single use.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/cache/replay_set.h"
#include "base/clock.h"
#include "base/db/transaction.h"
#include "base/http/call.h"
#include "base/result.h"
#include "oauth/binding/dpop_nonce.h"
#include "oauth/binding/proof_keys.h"
#include "oauth/oauth_error.h"
#include "oauth/profile/profile.h"
#include "oauth/settings.h"

namespace oauth {

struct ProofExpectation {
  std::string method;                       // of the request, as received
  std::string uri;                          // normalised_htu() of the endpoint's external URL
  std::optional<std::string> access_token;  // at a resource: ath must be its hash
};

struct DpopProof {
  std::string jkt;       // RFC 7638 thumbprint of the key in the proof
  std::string jti_hash;  // base64url(SHA-256(jti))
  base::Instant issued_at;
  std::optional<std::string> nonce;
  std::string next_nonce;  // once used: what the answer should carry in DPoP-Nonce; empty: the old one lives on
};

// whenever_needed: only when proof memory cannot say whether a proof was used before.
enum class NonceRule { whenever_needed, always };

// Everything that needs no memory: RFC 9449 section 4.3 items 2 to 9 and 11, and ath of item 12.
base::Result<DpopProof, OAuthError> check_proof(std::string_view proof, const ProofExpectation& expected,
                                                const Profile& profile, base::Instant now, ProofKeys& known);

struct DpopDeps {
  const Settings& settings;
  base::cache::ReplaySet& memory;
  base::db::Pool& pool;
};

// Adds single use (section 11.1) and nonces. A proof's id is remembered in Redis. Proofs with a nonce are remembered in
// PostgreSQL too, and a nonce is demanded whenever Redis may have forgotten: when it is away, or lost its memory within
// the proof's window (DESIGN decision 7). So every proof that Redis alone remembers is one that Redis did not forget.
// A client may be registered so that its proofs always need a nonce: then none that was made ahead of time is worth
// anything.
class DpopVerifier {
 public:
  DpopVerifier(DpopDeps deps, base::Secret nonce_key) : deps_(deps), nonces_(std::move(nonce_key)) {}

  // Of an authorization server's endpoint: check() and use_once(). nullopt: there is no DPoP header.
  base::Result<std::optional<DpopProof>, OAuthError> verify(base::http::Call& call, const Profile& profile,
                                                            NonceRule rule);
  // Reads the request's only DPoP header; remembers nothing. `access_token`: at a resource.
  base::Result<std::optional<DpopProof>, OAuthError> check(const base::http::Call& call, const Profile& profile,
                                                           const std::optional<std::string>& access_token) const;
  // Single use, and the nonce where one is needed. Last of all checks: a proof of a request that is refused for another
  // reason is not burnt.
  base::Result<void, OAuthError> use_once(const base::Caller& caller, DpopProof& proof, const Profile& profile,
                                          NonceRule rule);

 private:
  OAuthError nonce_wanted(base::Instant now, std::string log_text) const;

  DpopDeps deps_;
  mutable ProofKeys known_;
  DpopNonces nonces_;
};

}  // namespace oauth
