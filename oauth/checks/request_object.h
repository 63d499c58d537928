// Signed request objects (RFC 9101), pushed as RFC 9126 section 3 says, with the rules of FAPI 2.0 Message Signing:
// what the client signed is what it asks for.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/caller.h"
#include "base/clock.h"
#include "base/http/message.h"
#include "base/result.h"
#include "oauth/client.h"
#include "oauth/client_auth/client_keys.h"
#include "oauth/oauth_error.h"

namespace oauth {

// Verified. Its jti is used, and its text kept, in the transaction of the push.
struct RequestObject {
  base::http::Parameters parameters;    // of the authorization request
  std::string text;                     // as it came
  std::optional<std::string> jti_hash;  // SHA-256, raw; absent when it has no jti
  base::Instant jti_expires_at;         // of the jti's record: past the last moment the object could be accepted
};

// `client` is authenticated and holds its live keys. May fetch them from its jwks_uri: hold no database connection.
base::Result<RequestObject, OAuthError> verify_request_object(std::string_view text, const Client& client,
                                                              const std::string& issuer, const base::Caller& caller,
                                                              ClientKeys& keys);

}  // namespace oauth
