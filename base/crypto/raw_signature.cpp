#include "base/crypto/raw_signature.h"

#include "base/crypto/evp_key.h"

namespace base::crypto {
namespace {

Result<EvpPkeyPtr, JwkError> import(const RawPublicKey& key) {
  switch (key.algorithm) {
    case RawAlgorithm::es256:
      return import_public(EcMembers{key.x, key.y});
    case RawAlgorithm::eddsa:
      return import_public(OkpMembers{key.x});
    case RawAlgorithm::rs256:
      return import_public(RsaMembers{key.n, key.e});
  }
  return failure(JwkError{JwkErrorCode::unsupported, "no such algorithm"});
}

}  // namespace

std::optional<JwkError> fault_of(const RawPublicKey& key) {
  const auto imported = import(key);
  if (!imported) return imported.error();
  return std::nullopt;
}

bool verify_raw(const RawPublicKey& key, std::string_view input, std::string_view signature) {
  const auto imported = import(key);
  if (!imported) return false;
  const EvpMdCtxPtr context(ossl_check(EVP_MD_CTX_new(), "EVP_MD_CTX_new"));
  // Ed25519 hashes by itself; RSA's padding is PKCS #1 v1.5 unless another is asked for.
  const EVP_MD* digest = key.algorithm == RawAlgorithm::eddsa ? nullptr : fetched_sha256();
  ossl_check(EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, imported->get()), "EVP_DigestVerifyInit");
  const bool fits =
      EVP_DigestVerify(context.get(), as_octets(signature), signature.size(), as_octets(input), input.size()) == 1;
  if (!fits) drain_error_queue();
  return fits;
}

}  // namespace base::crypto
