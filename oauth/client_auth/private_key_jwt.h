// private_key_jwt: client authentication by a signed assertion (RFC 7523 section 3, OpenID Connect Core section 9, with
// the audience rule of the client's profile).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/caller.h"
#include "base/clock.h"
#include "base/crypto/jws.h"
#include "base/id.h"
#include "base/result.h"
#include "oauth/client.h"
#include "oauth/client_auth/client_keys.h"
#include "oauth/oauth_error.h"
#include "oauth/tokens/claims.h"

namespace oauth {

inline constexpr std::string_view kAssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

struct ReadAssertion {
  base::crypto::ParsedJws jws;
  Claims claims;
  base::ClientId claimed_client;  // iss = sub; believed only once verified
};

// What must be written in the transaction of the request's effect.
struct AssertionUse {
  std::string jti_hash;      // SHA-256, raw
  base::Instant expires_at;  // of the record: past the last moment the assertion could be accepted
  std::string kid;           // the key it was signed with
  bool mark_key_used = false;
};

base::Result<ReadAssertion, OAuthError> read_assertion(std::string_view assertion);
// `client` holds its live keys. May fetch them from its jwks_uri: hold no database connection.
base::Result<AssertionUse, OAuthError> verify_assertion(const ReadAssertion& assertion, const Client& client,
                                                        const std::string& issuer, const base::Caller& caller,
                                                        ClientKeys& keys);

}  // namespace oauth
