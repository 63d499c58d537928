// Errors of the authorization server's own endpoints: RFC 6749 section 5.2, RFC 9101 section 7, RFC 9126 section 2.3,
// RFC 9449 sections 5 and 8, RFC 9396 section 5, OpenID Connect Core section 3.1.2.6. One mapper to HTTP.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/http/call.h"
#include "base/http/message.h"
#include "base/result.h"

namespace oauth {

enum class OAuthErrorCode : std::uint8_t {
  invalid_request,
  invalid_client,
  invalid_grant,
  unauthorized_client,
  unsupported_grant_type,
  unsupported_response_type,
  unsupported_token_type,
  invalid_scope,
  invalid_request_uri,
  invalid_request_object,
  request_uri_not_supported,
  registration_not_supported,
  invalid_authorization_details,
  invalid_dpop_proof,
  use_dpop_nonce,
  access_denied,
  login_required,
  server_error,
  temporarily_unavailable,
};
std::string_view to_text(OAuthErrorCode code);

struct OAuthError {
  OAuthErrorCode code = OAuthErrorCode::invalid_request;
  std::string public_text;  // error_description: ASCII without '"' and '\' (RFC 6749 section 5.2)
  std::string log_text;     // what was wrong, with the clause; never a token, code or assertion
  std::string dpop_nonce;   // use_dpop_nonce only
};

// The same sentence for both readers, when it gives nothing away.
OAuthError oauth_error(OAuthErrorCode code, std::string text);
OAuthError oauth_error(OAuthErrorCode code, std::string public_text, std::string log_text);

// Status, JSON body, no-store, WWW-Authenticate or DPoP-Nonce where due; fills call.event.
base::http::Response to_response(const OAuthError& error, base::http::Call& call);

// Keeps only what error_description may hold (RFC 6749 section 5.2: %x20-21 / %x23-5B / %x5D-7E).
std::string error_description(std::string_view text);

}  // namespace oauth
