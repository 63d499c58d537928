#include "oauth/client_auth/tls_client_auth.h"

namespace oauth {
namespace {

auto refuse(std::string log_text) {
  return base::failure(
      oauth_error(OAuthErrorCode::invalid_client, "client authentication failed", std::move(log_text)));
}

base::Result<base::crypto::Certificate, OAuthError> certificate_of(const base::http::Peer& peer) {
  if (peer.certificate_der.empty()) {
    return base::failure(oauth_error(OAuthErrorCode::invalid_client,
                                     "this client authenticates with its certificate: use the mTLS endpoint"));
  }
  auto certificate = base::crypto::Certificate::from_der(peer.certificate_der);
  if (!certificate) return refuse("client certificate: " + certificate.error().log_text);
  return std::move(*certificate);
}

}  // namespace

base::Result<void, OAuthError> verify_tls_client(const base::http::Peer& peer, const Client& client,
                                                 const std::optional<base::crypto::TrustAnchors>& authorities,
                                                 base::Instant now) {
  TRY(const base::crypto::Certificate certificate, certificate_of(peer));
  if (!authorities) return refuse("no authority for client certificates is configured");
  // [RFC8705-2.1] "the certificate chain is validated"
  if (const auto chain = authorities->verify_client(certificate, {}, now); !chain) {
    return refuse("client certificate: " + chain.error().log_text);
  }
  // [RFC8705-2.1] "matches the expected subject … configured or registered for the particular client"
  if (client.tls_subject.empty() || !certificate.subject_is(client.tls_subject)) {
    return refuse("the certificate's subject is not the registered one");
  }
  return {};
}

base::Result<void, OAuthError> verify_self_signed_tls_client(const base::http::Peer& peer, const Client& client,
                                                             const base::Caller& caller, ClientKeys& keys) {
  const base::Instant now = caller.now.protocol;
  TRY(const base::crypto::Certificate certificate, certificate_of(peer));
  const auto key = certificate.public_key();
  if (!key) return refuse("the certificate's key is not of a kind we accept: " + key.error().log_text);
  if (now < certificate.not_before() || now > certificate.not_after())
    return refuse("the certificate is not valid now");
  // [RFC8705-2.2] "successfully authenticated if the certificate that it presented during the handshake matches one of
  // the certificates configured or registered for that particular client"
  if (const auto held = keys.holds(caller, client, key->thumbprint()); !held) {
    if (!held.error().unavailable) return refuse(held.error().log_text);
    return base::failure(oauth_error(OAuthErrorCode::invalid_client,
                                     "client authentication failed: " + held.error().public_text,
                                     held.error().log_text));
  }
  return {};
}

}  // namespace oauth
