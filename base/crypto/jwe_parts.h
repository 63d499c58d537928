// The steps of JSON Web Encryption, as the vectors of RFC 7516 and RFC 7518 fix them. Internal to base/crypto.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/crypto/openssl_ptr.h"
#include "base/secret.h"

namespace base::crypto {

// RFC 7518 section 5.3: AES-256-GCM, a key of 32 bytes, an initialization vector of 12, a tag of 16.
inline constexpr std::size_t kA256GcmKeyBytes = 32;
inline constexpr std::size_t kGcmVectorBytes = 12;
struct GcmText {
  std::string ciphertext;
  std::string tag;
};
GcmText a256gcm_encrypt(const Secret& key, std::string_view vector, std::string_view plaintext,
                        std::string_view associated_data);

// The shared secret Z of two keys on P-256.
Secret ecdh_p256(EVP_PKEY* own, EVP_PKEY* other);
// RFC 7518 section 4.6.2: Concat KDF with SHA-256. At most 32 bytes: one round of it.
Secret concat_kdf(const Secret& shared, std::string_view algorithm_id, std::string_view party_u,
                  std::string_view party_v, std::size_t bytes);

// RFC 7518 section 4.3: RSAES OAEP using SHA-256 and MGF1 with SHA-256.
std::string rsa_oaep_256_encrypt(EVP_PKEY* key, const Secret& plaintext);

}  // namespace base::crypto
