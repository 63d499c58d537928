// Signatures outside JOSE: a public key given by its numbers, a signature as the algorithm itself defines it. For the
// keys of passkeys (COSE, RFC 9053). The limits on keys are those of JWKs (base/crypto/jwk.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/crypto/jwk.h"

namespace base::crypto {

enum class RawAlgorithm : std::uint8_t {
  es256,  // ECDSA on P-256 with SHA-256, the signature in DER (X9.62): not r||s as in JOSE
  eddsa,  // Ed25519
  rs256,  // RSASSA-PKCS1-v1_5 with SHA-256: what the TPMs of older machines speak
};

struct RawPublicKey {
  RawAlgorithm algorithm = RawAlgorithm::es256;
  std::string x, y;  // es256: 32 octets each; eddsa: x
  std::string n, e;  // rs256, big-endian, minimal
};

// Why the key is none that we take; nullopt: it is one.
std::optional<JwkError> fault_of(const RawPublicKey& key);
// False also when the key is none.
bool verify_raw(const RawPublicKey& key, std::string_view input, std::string_view signature);

}  // namespace base::crypto
