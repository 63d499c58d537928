// Authenticated encryption at rest: AES-256-GCM (NIST SP 800-38D).
// Format: 0x01 | nonce (12 bytes, random) | ciphertext | tag (16 bytes). The format byte is authenticated with the
// associated data. Random nonces allow 2^32 messages under one key (SP 800-38D section 8.3); keys here are data keys
// that seal few records each.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/entropy.h"
#include "base/secret.h"

namespace base::crypto {

inline constexpr std::size_t kAeadKeyBytes = 32;
inline constexpr std::size_t kAeadOverheadBytes = 1 + 12 + 16;

// `associated_data` binds the text to its place (table, owner, id): a record moved elsewhere does not open.
// The key must have kAeadKeyBytes bytes (an invariant, not input).
std::string aead_seal(const Secret& key, std::string_view plaintext, std::string_view associated_data,
                      Entropy& entropy);

// nullopt: not ours, changed, another key or another place. The four are not told apart.
std::optional<Secret> aead_open(const Secret& key, std::string_view sealed, std::string_view associated_data);

}  // namespace base::crypto
