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

// [RFC8705-2.1.2] one of five forms, the registered one and no other
bool names(const base::crypto::Certificate& certificate, TlsSubjectKind kind, std::string_view subject) {
  switch (kind) {
    case TlsSubjectKind::subject_dn:
      return certificate.subject_is(subject);
    case TlsSubjectKind::san_dns:
      return certificate.has_dns(subject);
    case TlsSubjectKind::san_uri:
      return certificate.has_uri(subject);
    case TlsSubjectKind::san_ip:
      return certificate.has_ip(subject);
    case TlsSubjectKind::san_email:
      return certificate.has_email(subject);
  }
  return false;
}

}  // namespace

base::Result<void, OAuthError> verify_tls_client(const base::http::Peer& peer, const Client& client,
                                                 const std::optional<base::crypto::TrustAnchors>& authorities,
                                                 base::Instant now) {
  TRY(const base::crypto::Certificate certificate, certificate_of(peer));
  if (!authorities) return refuse("no authority for client certificates is configured");
  // What the client sent beside its own certificate may complete the chain; it is not trusted by itself.
  std::vector<base::crypto::Certificate> intermediates;
  for (const auto& der : peer.certificate_chain_der) {
    auto intermediate = base::crypto::Certificate::from_der(der);
    if (!intermediate) return refuse("an intermediate certificate: " + intermediate.error().log_text);
    intermediates.push_back(std::move(*intermediate));
  }
  // [RFC8705-2.1] "the certificate chain is validated"
  if (const auto chain = authorities->verify_client(certificate, intermediates, now); !chain) {
    return refuse("client certificate: " + chain.error().log_text);
  }
  // [RFC8705-2.1] "matches the expected subject … configured or registered for the particular client"
  if (client.tls_subject.empty() || !names(certificate, client.tls_subject_kind, client.tls_subject)) {
    return refuse("the certificate's subject is not the registered one (" +
                  std::string(to_text(client.tls_subject_kind)) + ")");
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
