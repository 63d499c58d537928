// Between JSON Web Keys and OpenSSL: raw key members in, a validated EVP_PKEY out, and the three JWS signature
// algorithms of RFC 7518 section 3 and RFC 8037 on it. Internal to base/crypto.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/crypto/jwk.h"
#include "base/crypto/openssl_ptr.h"
#include "base/result.h"
#include "base/secret.h"

namespace base::crypto {

// Octets as RFC 7518 section 6 and RFC 8037 section 2 define them, decoded.
struct EcMembers {  // P-256
  std::string x;
  std::string y;
};
struct RsaMembers {
  std::string n;
  std::string e;
};
struct OkpMembers {  // Ed25519
  std::string x;
};
using PublicMembers = std::variant<EcMembers, RsaMembers, OkpMembers>;

struct PrivateMembers {
  Secret d;
  Secret p, q, dp, dq, qi;  // RSA only
};

JwsAlgorithm algorithm_of(const PublicMembers& members);

// Every limit on a key is enforced here, whichever way the key came.
Result<EvpPkeyPtr, JwkError> import_public(const PublicMembers& members);
// nullptr when OpenSSL refuses the numbers. That the halves belong together is proven by signs_for().
EvpPkeyPtr import_private(const PublicMembers& members, const PrivateMembers& secrets);

Result<PublicMembers, JwkError> public_members(const EVP_PKEY* key);
PrivateMembers private_members(const EVP_PKEY* key, JwsAlgorithm algorithm);

// A key, and for ES256 a context that is ready for the one operation. The context is only ever copied: each use works
// on its own, so that many threads may use one key at once and nothing of a use is left for the next.
struct PreparedKey {
  EvpPkeyPtr key;
  EvpPkeyCtxPtr context;  // null for the other algorithms
};
enum class KeyUse : std::uint8_t { sign, verify };
PreparedKey prepare(EvpPkeyPtr key, JwsAlgorithm algorithm, KeyUse use);
PreparedKey prepare(const PreparedKey& same, JwsAlgorithm algorithm, KeyUse use);

bool verify_with(const PreparedKey& key, JwsAlgorithm algorithm, std::string_view input, std::string_view signature);
std::optional<std::string> sign_with(const PreparedKey& key, JwsAlgorithm algorithm, std::string_view input);

}  // namespace base::crypto
