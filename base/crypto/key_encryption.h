// The key-encryption key (DESIGN decision 13): wraps private keys and data keys at rest. It comes from a file whose
// path is in the configuration; the bytes never are.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/entropy.h"
#include "base/result.h"
#include "base/secret.h"

namespace base::crypto {

struct KeyFileError {
  std::string log_text;  // names the path and the reason, never content
};

class KeyEncryptionKey {
 public:
  // The file holds 32 raw bytes, or their base64 or base64url text with at most one line end. Others must not be able
  // to read it: any permission for "other", or group write, is refused.
  static Result<KeyEncryptionKey, KeyFileError> from_file(const std::string& path);
  static KeyEncryptionKey from_bytes(const Secret& bytes);  // 32 bytes, an invariant

  // Eight hex digits that name the key without telling it: stored beside what it wrapped, so that a change of key is
  // seen.
  const std::string& id() const { return id_; }

  std::string seal(std::string_view plaintext, std::string_view associated_data, Entropy& entropy) const;
  std::optional<Secret> open(std::string_view sealed, std::string_view associated_data) const;

  // A 32-byte key for one purpose (HMAC-SHA-256 of the label): one label can never be computed from another.
  Secret derive(std::string_view label) const;

 private:
  explicit KeyEncryptionKey(const Secret& root);

  Secret root_;
  Secret sealing_;
  std::string id_;
};

}  // namespace base::crypto
