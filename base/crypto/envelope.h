// Envelope encryption: a data key per owner, itself wrapped by the key-encryption key. Erasing the wrapped key erases
// everything it sealed, in backups too (DESIGN decision 13).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/crypto/key_encryption.h"
#include "base/entropy.h"
#include "base/secret.h"

namespace base::crypto {

class DataKey {
 public:
  static DataKey generate(Entropy& entropy);
  // `owner` is bound into the wrapping: a wrapped key copied to another owner's row does not open.
  std::string wrap(const KeyEncryptionKey& wrapping, std::string_view owner, Entropy& entropy) const;
  static std::optional<DataKey> unwrap(const KeyEncryptionKey& wrapping, std::string_view wrapped,
                                       std::string_view owner);

  std::string seal(std::string_view plaintext, std::string_view associated_data, Entropy& entropy) const;
  std::optional<Secret> open(std::string_view sealed, std::string_view associated_data) const;

 private:
  explicit DataKey(Secret key) : key_(std::move(key)) {}
  Secret key_;
};

// Keyed index of a value that must be searched but not be readable (IBAN, username): equal values have equal indexes,
// per field. base64url of HMAC-SHA-256 over the length-prefixed field name and the value. The caller normalises the
// value first.
class BlindIndex {
 public:
  explicit BlindIndex(const KeyEncryptionKey& root);
  std::string of(std::string_view field, std::string_view value) const;

 private:
  Secret key_;
};

}  // namespace base::crypto
