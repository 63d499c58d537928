#include "base/crypto/jwe.h"

#include <openssl/rsa.h>

#include <algorithm>
#include <limits>

#include "base/crypto/evp_key.h"
#include "base/crypto/hash.h"
#include "base/crypto/jwe_parts.h"
#include "base/encoding.h"
#include "base/ensure.h"
#include "base/json/strict.h"

namespace base::crypto {
namespace {

constexpr std::size_t kGcmTagBytes = 16;
constexpr std::size_t kP256SecretBytes = 32;

auto refuse(JwkErrorCode code, std::string why) { return failure(JwkError{code, std::move(why)}); }

int checked_size(std::size_t size) {
  ENSURE(size <= static_cast<std::size_t>(std::numeric_limits<int>::max()), "encrypted texts are small");
  return static_cast<int>(size);
}

std::string random_bytes(Entropy& entropy, std::size_t count) {
  std::string out(count, '\0');
  entropy.fill({reinterpret_cast<std::byte*>(out.data()), out.size()});
  return out;
}

// 32 bits, most significant first (NIST SP 800-56A section 5.8.1).
std::string be32(std::size_t value) {
  ENSURE(value <= 0xffffffffu, "lengths fit into 32 bits");
  std::string out;
  for (const unsigned shift : {24u, 16u, 8u, 0u}) out += static_cast<char>(value >> shift & 0xffu);
  return out;
}

// [RFC7517-4.2] [RFC7517-4.3] what the key is for, when the JWK says it, must be this.
Result<void, JwkError> check_purpose(const json::Value& jwk) {
  const auto use = jwk.find("use");
  if (use == jwk.end() || *use != "enc") return refuse(JwkErrorCode::unsupported, "use is not enc");
  const auto operations = jwk.find("key_ops");
  if (operations == jwk.end()) return {};
  if (!operations->is_array()) return refuse(JwkErrorCode::malformed, "key_ops is not an array");
  const bool fits = std::all_of(operations->begin(), operations->end(), [](const json::Value& operation) {
    return operation == "encrypt" || operation == "wrapKey" || operation == "deriveKey" || operation == "deriveBits";
  });
  if (!fits) return refuse(JwkErrorCode::unsupported, "key_ops is not for encryption");
  return {};
}

}  // namespace

GcmText a256gcm_encrypt(const Secret& key, std::string_view vector, std::string_view plaintext,
                        std::string_view associated_data) {
  ENSURE(key.reveal().size() == kA256GcmKeyBytes && vector.size() == kGcmVectorBytes, "A256GCM has fixed sizes");
  GcmText out{std::string(plaintext.size(), '\0'), std::string(kGcmTagBytes, '\0')};
  const EvpCipherCtxPtr context(ossl_check(EVP_CIPHER_CTX_new(), "EVP_CIPHER_CTX_new"));
  EVP_CIPHER_CTX* const c = context.get();
  int written = 0;
  ossl_check(EVP_EncryptInit_ex2(c, EVP_aes_256_gcm(), as_octets(key.reveal()), as_octets(vector), nullptr),
             "EncryptInit");
  ossl_check(EVP_EncryptUpdate(c, nullptr, &written, as_octets(associated_data), checked_size(associated_data.size())),
             "associated data");
  ossl_check(
      EVP_EncryptUpdate(c, as_octets(out.ciphertext), &written, as_octets(plaintext), checked_size(plaintext.size())),
      "EVP_EncryptUpdate");
  ossl_check(EVP_EncryptFinal_ex(c, as_octets(out.tag), &written), "EVP_EncryptFinal_ex");
  ossl_check(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(kGcmTagBytes), out.tag.data()), "GCM tag");
  return out;
}

Secret ecdh_p256(EVP_PKEY* own, EVP_PKEY* other) {
  const EvpPkeyCtxPtr context(ossl_check(EVP_PKEY_CTX_new(own, nullptr), "EVP_PKEY_CTX_new"));
  ossl_check(EVP_PKEY_derive_init(context.get()), "EVP_PKEY_derive_init");
  ossl_check(EVP_PKEY_derive_set_peer(context.get(), other), "EVP_PKEY_derive_set_peer");
  std::string shared(kP256SecretBytes, '\0');
  std::size_t size = shared.size();
  ossl_check(EVP_PKEY_derive(context.get(), as_octets(shared), &size), "EVP_PKEY_derive");
  ENSURE(size == kP256SecretBytes, "a shared secret on P-256 has 32 bytes");
  return Secret(std::move(shared));
}

Secret concat_kdf(const Secret& shared, std::string_view algorithm_id, std::string_view party_u,
                  std::string_view party_v, std::size_t bytes) {
  ENSURE(bytes <= 32, "one round of SHA-256 gives 32 bytes");
  std::string input = be32(1);
  input.append(shared.reveal());
  for (const std::string_view part : {algorithm_id, party_u, party_v}) input.append(be32(part.size())).append(part);
  input.append(be32(bytes * 8));
  std::string derived = sha256(input);
  wipe(input);
  Secret key = Secret::copy_of(std::string_view(derived).substr(0, bytes));
  wipe(derived);
  return key;
}

std::string rsa_oaep_256_encrypt(EVP_PKEY* key, const Secret& plaintext) {
  const EvpPkeyCtxPtr context(ossl_check(EVP_PKEY_CTX_new(key, nullptr), "EVP_PKEY_CTX_new"));
  EVP_PKEY_CTX* const c = context.get();
  ossl_check(EVP_PKEY_encrypt_init(c), "EVP_PKEY_encrypt_init");
  ossl_check(EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_OAEP_PADDING), "OAEP");
  ossl_check(EVP_PKEY_CTX_set_rsa_oaep_md(c, EVP_sha256()), "OAEP with SHA-256");
  ossl_check(EVP_PKEY_CTX_set_rsa_mgf1_md(c, EVP_sha256()), "MGF1 with SHA-256");
  const std::string_view text = plaintext.reveal();
  std::size_t size = 0;
  ossl_check(EVP_PKEY_encrypt(c, nullptr, &size, as_octets(text), text.size()), "EVP_PKEY_encrypt");
  std::string out(size, '\0');
  ossl_check(EVP_PKEY_encrypt(c, as_octets(out), &size, as_octets(text), text.size()), "EVP_PKEY_encrypt");
  out.resize(size);
  return out;
}

struct EncryptionKey::Impl {
  EvpPkeyPtr key;
  PublicMembers members;
  JweAlgorithm algorithm;
  std::string kid;
};

std::string_view to_text(JweAlgorithm algorithm) {
  switch (algorithm) {
    case JweAlgorithm::rsa_oaep_256:
      return "RSA-OAEP-256";
    case JweAlgorithm::ecdh_es:
      return "ECDH-ES";
  }
  return "";
}

std::optional<JweAlgorithm> jwe_algorithm_from_text(std::string_view text) {
  for (const auto algorithm : kJweAlgorithms) {
    if (text == to_text(algorithm)) return algorithm;
  }
  return std::nullopt;
}

Result<EncryptionKey, JwkError> EncryptionKey::from_jwk(std::string_view text) {
  auto jwk = json::parse_strict(text, {.max_bytes = 16 * 1024, .max_depth = 4});
  if (!jwk || !jwk->is_object()) return refuse(JwkErrorCode::malformed, "a JWK is a JSON object");
  TRY_VOID(check_purpose(*jwk));
  const auto alg = jwk->find("alg");
  if (alg != jwk->end() && !alg->is_string()) return refuse(JwkErrorCode::malformed, "alg is not a string");
  const std::string algorithm_named = alg != jwk->end() ? alg->get<std::string>() : "";
  // Its numbers meet the same limits as those of a key for signatures, which is then read from them alone.
  for (const char* purpose : {"use", "key_ops", "alg"}) jwk->erase(purpose);
  TRY(const PublicKey numbers, PublicKey::from_jwk(json::dump(*jwk)));

  JweAlgorithm algorithm = JweAlgorithm::ecdh_es;
  switch (numbers.algorithm()) {
    case JwsAlgorithm::es256:
      break;
    case JwsAlgorithm::ps256:
      algorithm = JweAlgorithm::rsa_oaep_256;
      break;
    case JwsAlgorithm::rs256:
      return refuse(JwkErrorCode::unsupported, "a key for RS256 encrypts nothing");
    case JwsAlgorithm::eddsa:
      return refuse(JwkErrorCode::unsupported, "an Ed25519 key encrypts nothing");
  }
  // [RFC8725-3.1] "Each key MUST be used with exactly one algorithm"
  if (!algorithm_named.empty() && algorithm_named != to_text(algorithm)) {
    return refuse(JwkErrorCode::unsupported, "alg is not the one this gateway uses with such a key");
  }
  const std::string spki = numbers.to_spki();
  const unsigned char* at = as_octets(spki);
  EvpPkeyPtr key(ossl_check(d2i_PUBKEY(nullptr, &at, static_cast<long>(spki.size())), "d2i_PUBKEY"));
  TRY(PublicMembers members, public_members(key.get()));
  return EncryptionKey(
      std::make_shared<const Impl>(Impl{std::move(key), std::move(members), algorithm, numbers.kid()}));
}

Result<std::vector<EncryptionKey>, JwkError> EncryptionKey::from_jwks(std::string_view text) {
  const auto set = json::parse_strict(text, {.max_bytes = JwkSet::kMaxBytes, .max_depth = 8});
  const auto* list = set && set->is_object() && set->contains("keys") ? &(*set)["keys"] : nullptr;
  if (list == nullptr || !list->is_array()) return refuse(JwkErrorCode::malformed, "a JWK Set has an array of keys");
  if (list->size() > JwkSet::kMaxKeys) return refuse(JwkErrorCode::too_many_keys, "a JWK Set has at most 32 keys");
  std::vector<EncryptionKey> keys;
  for (const json::Value& item : *list) {
    auto key = from_jwk(json::dump(item));
    if (key) {
      keys.push_back(std::move(*key));
    } else if (key.error().code != JwkErrorCode::unsupported) {
      return failure(std::move(key.error()));
    }
  }
  return keys;
}

JweAlgorithm EncryptionKey::algorithm() const { return impl_->algorithm; }
const std::string& EncryptionKey::kid() const { return impl_->kid; }

std::string EncryptionKey::to_jwk() const {
  json::Value jwk{{"alg", to_text(impl_->algorithm)}, {"use", "enc"}};
  if (!impl_->kid.empty()) jwk["kid"] = impl_->kid;
  if (const auto* ec = std::get_if<EcMembers>(&impl_->members)) {
    jwk["kty"] = "EC";
    jwk["crv"] = "P-256";
    jwk["x"] = base64url_encode(ec->x);
    jwk["y"] = base64url_encode(ec->y);
  } else {
    const auto& rsa = std::get<RsaMembers>(impl_->members);
    jwk["kty"] = "RSA";
    jwk["n"] = base64url_encode(rsa.n);
    jwk["e"] = base64url_encode(rsa.e);
  }
  return json::dump(jwk);
}

// [RFC7516-5.1] in its order: content encryption key, encrypted key, initialization vector, header, ciphertext
std::string EncryptionKey::encrypt(std::string_view content_type, std::string_view plaintext, Entropy& entropy) const {
  json::Value header{{"alg", to_text(impl_->algorithm)}, {"enc", kJweEncryption}};
  if (!impl_->kid.empty()) header["kid"] = impl_->kid;
  if (!content_type.empty()) header["cty"] = content_type;

  Secret content_key;
  std::string encrypted_key;  // empty with Direct Key Agreement
  switch (impl_->algorithm) {
    case JweAlgorithm::rsa_oaep_256:
      content_key = Secret(random_bytes(entropy, kA256GcmKeyBytes));
      encrypted_key = rsa_oaep_256_encrypt(impl_->key.get(), content_key);
      break;
    case JweAlgorithm::ecdh_es: {
      // [RFC7518-4.6] "a new ephemeral public key value MUST be generated for each key agreement operation"
      const EvpPkeyPtr ephemeral(ossl_check(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), "EVP_PKEY_Q_keygen"));
      const auto point = public_members(ephemeral.get());
      ENSURE(point.has_value(), "a generated key is valid");
      const auto& ec = std::get<EcMembers>(*point);
      header["epk"] = {{"kty", "EC"}, {"crv", "P-256"}, {"x", base64url_encode(ec.x)}, {"y", base64url_encode(ec.y)}};
      // [RFC7518-4.6.2] AlgorithmID: "In the Direct Key Agreement case, Data is set to the octets of … the "enc" Header
      // Parameter value"
      content_key = concat_kdf(ecdh_p256(ephemeral.get(), impl_->key.get()), kJweEncryption, "", "", kA256GcmKeyBytes);
      break;
    }
  }
  const std::string protected_header = base64url_encode(json::dump(header));
  const std::string vector = random_bytes(entropy, kGcmVectorBytes);
  const GcmText text = a256gcm_encrypt(content_key, vector, plaintext, protected_header);
  return protected_header + '.' + base64url_encode(encrypted_key) + '.' + base64url_encode(vector) + '.' +
         base64url_encode(text.ciphertext) + '.' + base64url_encode(text.tag);
}

}  // namespace base::crypto
