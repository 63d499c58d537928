// Client authentication by certificate (RFC 8705 section 2): PKI (a registered subject, issued by a configured
// authority) and self-signed (a key registered by value, or published at the client's jwks_uri).
#pragma once

#include <optional>

#include "base/caller.h"
#include "base/clock.h"
#include "base/crypto/x509.h"
#include "base/http/message.h"
#include "base/result.h"
#include "oauth/client.h"
#include "oauth/client_auth/client_keys.h"
#include "oauth/oauth_error.h"

namespace oauth {

base::Result<void, OAuthError> verify_tls_client(const base::http::Peer& peer, const Client& client,
                                                 const std::optional<base::crypto::TrustAnchors>& authorities,
                                                 base::Instant now);
base::Result<void, OAuthError> verify_self_signed_tls_client(const base::http::Peer& peer, const Client& client,
                                                             const base::Caller& caller, ClientKeys& keys);

}  // namespace oauth
