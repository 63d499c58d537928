// JSON Web Encryption, compact serialization (RFC 7516 section 7.1), to a recipient's registered key. It only encrypts:
// nothing here reads what strangers have encrypted.
// Key management RSA-OAEP-256 and ECDH-ES on P-256 (RFC 7518 sections 4.3 and 4.6), content encryption A256GCM. Not
// here, by choice: RSA1_5 and RSA-OAEP with SHA-1, dir and other symmetric keys, PBES2, CBC modes, compression.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto/jwk.h"
#include "base/entropy.h"
#include "base/result.h"

namespace base::crypto {

enum class JweAlgorithm : std::uint8_t { rsa_oaep_256, ecdh_es };
inline constexpr std::array kJweAlgorithms{JweAlgorithm::rsa_oaep_256, JweAlgorithm::ecdh_es};
std::string_view to_text(JweAlgorithm algorithm);                            // "RSA-OAEP-256", "ECDH-ES"
std::optional<JweAlgorithm> jwe_algorithm_from_text(std::string_view text);  // exact spelling
inline constexpr std::string_view kJweEncryption = "A256GCM";

// An immutable public key to encrypt to; copies share it. The algorithm is the one of its type, never a choice of the
// moment.
class EncryptionKey {
 public:
  // A public JWK with "use":"enc": EC P-256 or RSA of 2048 to 4096 bits, with the limits of PublicKey.
  static Result<EncryptionKey, JwkError> from_jwk(std::string_view text);
  // The keys of a JWK Set that are for encryption and fit; others are skipped, broken ones refuse the set.
  static Result<std::vector<EncryptionKey>, JwkError> from_jwks(std::string_view text);

  JweAlgorithm algorithm() const;
  const std::string& kid() const;  // empty when the JWK had none
  std::string to_jwk() const;      // deterministic: public members, alg, use "enc", kid when there is one

  // `content_type`: the cty header, left out when empty; "JWT" for a nested JWT (RFC 7519 section 5.2).
  std::string encrypt(std::string_view content_type, std::string_view plaintext, Entropy& entropy) const;

  struct Impl;
  explicit EncryptionKey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

 private:
  std::shared_ptr<const Impl> impl_;
};

}  // namespace base::crypto
