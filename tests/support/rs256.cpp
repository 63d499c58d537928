#include "tests/support/rs256.h"

#include "base/crypto/jws.h"
#include "base/crypto/openssl_ptr.h"

namespace tests {

bool rs256_fits(std::string_view compact, const std::string& jwk) {
  using namespace base::crypto;
  const auto jws = parse_compact(compact);
  const auto published = PublicKey::from_own_jwk(jwk);
  if (!jws || !published || published->algorithm() != JwsAlgorithm::rs256) return false;
  if (jws->header.alg != "RS256" || jws->header.kid.value_or("") != published->kid()) return false;
  const std::string der = published->to_spki();
  const unsigned char* at = as_octets(std::string_view(der));
  const EvpPkeyPtr key(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
  const EvpMdCtxPtr context(EVP_MD_CTX_new());
  const bool fits = EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
                    EVP_DigestVerify(context.get(), as_octets(std::string_view(jws->signature)), jws->signature.size(),
                                     as_octets(std::string_view(jws->signing_input)), jws->signing_input.size()) == 1;
  drain_error_queue();
  return fits;
}

}  // namespace tests
