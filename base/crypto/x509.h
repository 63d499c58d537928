// X.509 certificates of clients (RFC 5280) as RFC 8705 uses them: thumbprint, subject, subject alternative names, and
// the chain to a configured set of authorities. Revocation (CRL, OCSP): not here.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/crypto/jwk.h"
#include "base/result.h"

namespace base::crypto {

enum class X509ErrorCode : std::uint8_t {
  malformed,
  not_yet_valid,
  expired,
  untrusted,            // no chain to a configured authority, or a broken one
  not_for_client_auth,  // extended key usage without clientAuth
};
struct X509Error {
  X509ErrorCode code = X509ErrorCode::malformed;
  std::string log_text;  // may hold OpenSSL's reason, no names from the certificate
};

struct SubjectAltNames {
  std::vector<std::string> dns;
  std::vector<std::string> uri;
  std::vector<std::string> ip;  // text: dotted quad, or RFC 5952
  std::vector<std::string> email;
};

// An immutable certificate; copies share it.
class Certificate {
 public:
  static constexpr std::size_t kMaxBytes = 16 * 1024;

  static Result<Certificate, X509Error> from_der(std::string_view der);
  static Result<Certificate, X509Error> from_pem(std::string_view pem);  // exactly one certificate

  const std::string& der() const;
  const std::string& thumbprint_s256() const;  // `x5t#S256` (RFC 8705 section 3.1)
  std::string subject() const;                 // RFC 4514 text, for people and logs of administration
  std::string issuer() const;
  std::string serial() const;  // lower-case hex without leading zeros
  Instant not_before() const;
  Instant not_after() const;
  const SubjectAltNames& alt_names() const;
  std::string spki() const;  // DER SubjectPublicKeyInfo
  // The key as a JWS key, when it is of a kind and size we accept (self_signed_tls_client_auth compares thumbprints).
  Result<PublicKey, JwkError> public_key() const;

  // `registered` is RFC 4514 text (tls_client_auth_subject_dn). Compared as distinguished names by RFC 5280
  // section 7.1: string types and case do not matter; the order and the grouping of RDNs do. False when the text is no
  // RFC 4514 name.
  bool subject_is(std::string_view registered) const;
  // Exact matches with one alternative name. No wildcards. DNS without case, IP as octets, URI and email byte by byte.
  bool has_dns(std::string_view registered) const;
  bool has_uri(std::string_view registered) const;
  bool has_ip(std::string_view registered) const;
  bool has_email(std::string_view registered) const;

  struct Impl;
  explicit Certificate(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

 private:
  friend class TrustAnchors;
  std::shared_ptr<const Impl> impl_;
};

// Is the text an RFC 4514 name that subject_is() could match? For registration.
bool is_rfc4514_name(std::string_view text);

// The authorities a listener trusts. Immutable; copies share it.
class TrustAnchors {
 public:
  static Result<TrustAnchors, X509Error> from_pem(std::string_view bundle);  // one certificate at least

  // Chain to an anchor (through `intermediates`, which are not trusted by themselves), valid at `at`, every signature
  // at 112 bits of strength or more, and the extended key usage of the leaf names clientAuth. A certificate without
  // that extension is refused: eIDAS and OBIE client certificates carry it.
  Result<void, X509Error> verify_client(const Certificate& leaf, const std::vector<Certificate>& intermediates,
                                        Instant at) const;

  struct Impl;
  explicit TrustAnchors(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

 private:
  std::shared_ptr<const Impl> impl_;
};

}  // namespace base::crypto
