// Compact JWS: one accepted text has one spelling, and no text verifies under a key that never signed.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/crypto/jws.h"
#include "base/encoding.h"
#include "base/ensure.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace base::crypto;
  // Public halves of keys made and forgotten here.
  static const std::vector<PublicKey> keys{PrivateKey::generate(JwsAlgorithm::es256).public_key(),
                                           PrivateKey::generate(JwsAlgorithm::ps256).public_key(),
                                           PrivateKey::generate(JwsAlgorithm::eddsa).public_key()};
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto jws = parse_compact(text);
  if (!jws) return 0;
  ENSURE(jws->signing_input + "." + base::base64url_encode(jws->signature) == text, "one token has one spelling");
  ENSURE(jws->signing_input.ends_with("." + base::base64url_encode(jws->payload)), "the payload is what was signed");
  for (const PublicKey& key : keys) ENSURE(!verify(*jws, key), "nobody signed this");
  if (jws->header.jwk) {
    if (const auto embedded = PublicKey::from_jwk(*jws->header.jwk)) (void)verify(*jws, *embedded);
  }
  return 0;
}
