// JSON Web Keys and sets: whatever is accepted writes itself down as a public key that reads back as the same key.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/crypto/jwe.h"
#include "base/crypto/jwk.h"
#include "base/ensure.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace base::crypto;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto key = PublicKey::from_jwk(text)) {
    const auto again = PublicKey::from_jwk(key->to_jwk());
    ENSURE(again.has_value() && again->thumbprint() == key->thumbprint() && again->kid() == key->kid(),
           "a key reads back as itself");
    ENSURE(!key->verify("text", std::string(64, '\0')), "no key accepts zeros");
  }
  if (const auto set = JwkSet::parse(text)) {
    ENSURE(set->keys().size() <= JwkSet::kMaxKeys, "a set is bounded");
    const auto again = JwkSet::parse(set->to_json());
    ENSURE(again.has_value() && again->to_json() == set->to_json(), "a set reads back as itself");
  }
  if (const auto key = PrivateKey::from_jwk(text)) {
    ENSURE(key->public_key().verify("text", key->sign("text")), "a private key fits its public half");
  }
  // The binary forms.
  (void)PublicKey::from_spki(text);
  (void)PrivateKey::from_pkcs8(text);
  if (const auto key = EncryptionKey::from_jwk(text)) {
    const auto again = EncryptionKey::from_jwk(key->to_jwk());
    ENSURE(again && again->to_jwk() == key->to_jwk(), "an encryption key is written as it is read");
    ENSURE(!PublicKey::from_jwk(key->to_jwk()), "and never verifies a signature");
  }
  return 0;
}
