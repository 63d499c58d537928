// Access tokens: JWTs of RFC 9068, ES256, sender-constrained by cnf (RFC 9449 section 6.1, RFC 8705 section 3.1).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/crypto/jwk.h"
#include "base/id.h"
#include "base/result.h"
#include "oauth/tokens/key_ring.h"

namespace oauth {

struct AccessToken {
  std::string issuer;
  std::string audience;
  std::string jti;
  base::ClientId client;
  std::string scope;
  base::Instant issued_at;
  base::Instant expires_at;
  std::optional<std::string> jkt;  // exactly one of the two
  std::optional<std::string> x5t;
  std::string subject;  // the customer as this client knows him; with client credentials the client_id
  // Of a grant; all empty with client credentials.
  base::GrantId grant;
  base::ConsentId consent;
  std::string authorization_details;  // JSON array (RFC 9396 section 9.1); empty: none
  std::optional<base::Instant> auth_time;
  std::string acr;
  // Of the key it verified with; filled when read.
  std::string kid;
  std::string key_thumbprint;
};

// The longest a token may be, and what endpoints for tokens read of one.
inline constexpr std::size_t kMaxAccessTokenBytes = 16 * 1024;

std::string sign_access_token(const AccessToken& token, const base::crypto::PrivateKey& key);

enum class Expiry { checked, ignored };  // ignored: at revocation, where an expired token is no error

struct AccessTokenError {
  bool unknown_kid = false;  // perhaps a younger key than this node has read
  std::string log_text;
};
// RFC 9068 section 4: typ, signature by a key of the ring, iss, aud, exp, and exactly one cnf.
base::Result<AccessToken, AccessTokenError> read_access_token(std::string_view text, const KeySnapshot& keys,
                                                              const std::string& issuer, const std::string& audience,
                                                              base::Instant now, Expiry expiry);

}  // namespace oauth
