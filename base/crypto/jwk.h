// JSON Web Key (RFC 7517, RFC 7518 section 6, RFC 8037) for signatures only: EC P-256 (ES256), RSA 2048 to 4096 bits
// (PS256), OKP Ed25519 (EdDSA). The algorithm comes from the key, never from a token (RFC 8725 section 3.1).
// RS256 is for signing alone: keys for it are made, kept and published here, but none that comes from outside is one,
// and nothing verifies with it. Symmetric keys, other curves and encryption keys are not read here. JWE: not here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"

namespace base::crypto {

enum class JwsAlgorithm : std::uint8_t { es256, ps256, eddsa, rs256 };
std::string_view to_text(JwsAlgorithm algorithm);  // "ES256", "PS256", "EdDSA", "RS256"
// Of those that are verified, so never rs256: exact spelling; everything else is nullopt.
std::optional<JwsAlgorithm> algorithm_from_text(std::string_view text);

enum class JwkErrorCode : std::uint8_t {
  malformed,         // not JSON, a member missing or of the wrong type or not canonical base64url
  unsupported,       // well-formed but not for us: kty, crv, alg, use or key_ops
  private_material,  // a private or symmetric member where only a public key may stand
  weak,              // RSA size or exponent, Ed25519 point of small order
  invalid_key,       // off the curve, coordinate out of range, private and public half do not match
  duplicate_kid,     // of a set
  too_many_keys,     // of a set
};
struct JwkError {
  JwkErrorCode code = JwkErrorCode::malformed;
  std::string log_text;  // never contains key material; fit for a public error_description too
};

enum class AllowPrivate : std::uint8_t { no, yes };

// An immutable key, parsed and validated once; copies share it. Safe to use from many threads.
class PublicKey {
 public:
  // AllowPrivate::yes reads the public half of a private JWK; ::no refuses any private member (RFC 9449 section 4.3
  // item 7).
  static Result<PublicKey, JwkError> from_jwk(std::string_view text, AllowPrivate allow_private = AllowPrivate::no);
  // Of a key that this program made, as to_jwk() wrote it: it may be one for RS256.
  static Result<PublicKey, JwkError> from_own_jwk(std::string_view text);
  // SubjectPublicKeyInfo: of a certificate, or of a PEM "PUBLIC KEY". The same limits as for a JWK.
  static Result<PublicKey, JwkError> from_spki(std::string_view der);
  static Result<PublicKey, JwkError> from_pem(std::string_view pem);

  JwsAlgorithm algorithm() const;
  const std::string& kid() const;         // empty when the JWK had none
  const std::string& thumbprint() const;  // RFC 7638, SHA-256, base64url: `jkt` (RFC 9449 section 6.1)
  PublicKey with_kid(std::string kid) const;
  // Public members only, deterministic: kty and key members, alg, use "sig", and kid when there is one.
  std::string to_jwk() const;
  std::string to_spki() const;  // DER

  // `signature` in JWS form: r||s of 64 bytes for ES256 (RFC 7518 section 3.4), never DER. Of an RS256 key: never.
  bool verify(std::string_view input, std::string_view signature) const;

  struct Impl;
  explicit PublicKey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

 private:
  friend class PrivateKey;
  std::shared_ptr<const Impl> impl_;
};

class PrivateKey {
 public:
  // RSA keys are made with 2048 bits: signing takes six times as long with 3072.
  static PrivateKey generate(JwsAlgorithm algorithm, std::string kid = "");
  static Result<PrivateKey, JwkError> from_jwk(std::string_view text);
  static Result<PrivateKey, JwkError> from_pem(std::string_view pem);  // PKCS#8 or the traditional forms, unencrypted
  // The DER of an RSA key does not tell which of the two algorithms it is for: who made it knows.
  static Result<PrivateKey, JwkError> from_pkcs8(std::string_view der, JwsAlgorithm rsa = JwsAlgorithm::ps256);

  JwsAlgorithm algorithm() const { return public_key().algorithm(); }
  const std::string& kid() const { return public_key().kid(); }
  const PublicKey& public_key() const;
  PrivateKey with_kid(std::string kid) const;
  Secret to_pkcs8() const;        // DER
  Secret to_pem() const;          // PKCS#8 PEM
  Secret to_private_jwk() const;  // all members of RFC 7518 section 6, for a key file

  std::string sign(std::string_view input) const;  // JWS form

  struct Impl;
  explicit PrivateKey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

 private:
  std::shared_ptr<const Impl> impl_;
};

// A JWK Set (RFC 7517 section 5), as a client registers or publishes it.
class JwkSet {
 public:
  static constexpr std::size_t kMaxBytes = 64 * 1024;
  static constexpr std::size_t kMaxKeys = 32;

  // Keys that are well-formed but not for us (JwkErrorCode::unsupported) are skipped, as section 5 advises; any other
  // fault refuses the whole set, because a set with a private, weak or broken key is a mistake that its owner must hear
  // of.
  static Result<JwkSet, JwkError> parse(std::string_view text);
  static Result<JwkSet, JwkError> from_keys(std::vector<PublicKey> keys);

  const std::vector<PublicKey>& keys() const { return keys_; }
  const PublicKey* by_kid(std::string_view kid) const;  // nullptr when there is none
  std::vector<PublicKey> by_algorithm(JwsAlgorithm algorithm) const;
  // The key a token names: with a kid, that key; without one, the only key of that algorithm. nullptr when there is
  // none, or more than one, or the kid's key has another algorithm.
  const PublicKey* select(const std::optional<std::string>& kid, JwsAlgorithm algorithm) const;
  std::string to_json() const;  // {"keys":[…]}, public members only, in order

 private:
  std::vector<PublicKey> keys_;
};

}  // namespace base::crypto
