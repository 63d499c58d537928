// What the customer's browser carries back to the client (RFC 6749 section 4.1.2, RFC 9207), as plain parameters or as
// one signed JWT (JARM: JWT Secured Authorization Response Mode for OAuth 2.0).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/http/message.h"
#include "oauth/client.h"
#include "oauth/oauth_error.h"
#include "oauth/profile/profile.h"
#include "oauth/store/pushed_request_store.h"
#include "oauth/tokens/key_ring.h"

namespace oauth {

struct AuthorizationResponse {
  // query, query.jwt: where a 303 leads. form_post.jwt: where a form is posted to, with `response` as its only field.
  std::string url;
  std::optional<std::string> response;
};

struct ResponseTools {
  const std::string& issuer;
  std::shared_ptr<const KeySnapshot> keys;  // used only when the response is signed
  const Profile& profile;
  base::Instant now;
};

// With a code.
AuthorizationResponse code_response(const ResponseTools& tools, const PushedRequest& request, const std::string& code);
// `description` may be empty.
AuthorizationResponse error_response(const ResponseTools& tools, const PushedRequest& request, std::string_view error,
                                     std::string_view description);

}  // namespace oauth
