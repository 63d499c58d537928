#include "connectors/sandbox/password_hash.h"

#include <argon2.h>

#include <array>

#include "base/ensure.h"

namespace connectors {
namespace {

constexpr std::uint32_t kPasses = 2, kKibibytes = 19 * 1024, kLanes = 1;
constexpr std::size_t kSaltBytes = 16, kHashBytes = 32;

}  // namespace

std::string hash_password(std::string_view password, base::Entropy& entropy) {
  std::array<std::byte, kSaltBytes> salt{};
  entropy.fill(salt);
  std::string encoded(argon2_encodedlen(kPasses, kKibibytes, kLanes, kSaltBytes, kHashBytes, Argon2_id), '\0');
  const int code = argon2id_hash_encoded(kPasses, kKibibytes, kLanes, password.data(), password.size(), salt.data(),
                                         salt.size(), kHashBytes, encoded.data(), encoded.size());
  ENSURE(code == ARGON2_OK, "argon2id cannot hash");
  encoded.resize(encoded.find('\0'));
  return encoded;
}

bool password_matches(const std::string& hash, std::string_view password) {
  const int code = argon2id_verify(hash.c_str(), password.data(), password.size());
  ENSURE(code == ARGON2_OK || code == ARGON2_VERIFY_MISMATCH, "argon2id cannot verify");
  return code == ARGON2_OK;
}

}  // namespace connectors
