#include "oauth/tokens/id_token.h"

#include "base/crypto/hash.h"
#include "base/crypto/jwe.h"
#include "base/crypto/jws.h"
#include "base/encoding.h"
#include "base/ensure.h"
#include "base/json/strict.h"

namespace oauth {
namespace {

std::int64_t seconds_of(base::Instant at) {
  return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}

}  // namespace

std::string left_half_hash(std::string_view text, base::crypto::JwsAlgorithm algorithm) {
  // Ed25519 hashes with SHA-512, the others with SHA-256.
  const std::string hash =
      algorithm == base::crypto::JwsAlgorithm::eddsa ? base::crypto::sha512(text) : base::crypto::sha256(text);
  return base::base64url_encode(std::string_view(hash).substr(0, hash.size() / 2));
}

std::string encrypt_id_token(const std::string& signed_token, const base::crypto::EncryptionKey& key,
                             base::Entropy& entropy) {
  // [RFC7519-5.2] "In the case that nested signing or encryption is employed, this Header Parameter MUST be present; in
  // this case, the value MUST be "JWT""
  return key.encrypt("JWT", signed_token, entropy);
}

std::string sign_id_token(const IdToken& token, const base::crypto::PrivateKey& key) {
  base::json::Value claims = {
      {"iss", token.issuer},
      {"sub", token.subject},
      {"aud", token.client.str()},
      {"iat", seconds_of(token.issued_at)},
      {"exp", seconds_of(token.expires_at)},
      {"auth_time", seconds_of(token.auth_time)},
      {"at_hash", left_half_hash(token.access_token, key.algorithm())},
  };
  if (!token.acr.empty()) claims["acr"] = token.acr;
  if (token.nonce) claims["nonce"] = *token.nonce;
  if (token.state_hash) claims["s_hash"] = *token.state_hash;
  if (!token.consent.empty()) claims["openbanking_intent_id"] = token.consent.str();
  return base::crypto::sign_compact({.typ = "JWT", .kid = "", .jwk = ""}, base::json::dump(claims), key);
}

}  // namespace oauth
