#include "base/crypto/envelope.h"

#include <cstdint>

#include "base/crypto/aead.h"
#include "base/crypto/hash.h"
#include "base/encoding.h"

namespace base::crypto {
namespace {

std::string wrapping_context(std::string_view owner) { return "aldgate data key\n" + std::string(owner); }

}  // namespace

DataKey DataKey::generate(Entropy& entropy) {
  std::string bytes(kAeadKeyBytes, '\0');
  entropy.fill({reinterpret_cast<std::byte*>(bytes.data()), bytes.size()});
  return DataKey(Secret(std::move(bytes)));
}

std::string DataKey::wrap(const KeyEncryptionKey& wrapping, std::string_view owner, Entropy& entropy) const {
  return wrapping.seal(key_.reveal(), wrapping_context(owner), entropy);
}

std::optional<DataKey> DataKey::unwrap(const KeyEncryptionKey& wrapping, std::string_view wrapped,
                                       std::string_view owner) {
  auto key = wrapping.open(wrapped, wrapping_context(owner));
  if (!key || key->reveal().size() != kAeadKeyBytes) return std::nullopt;
  return DataKey(std::move(*key));
}

std::string DataKey::seal(std::string_view plaintext, std::string_view associated_data, Entropy& entropy) const {
  return aead_seal(key_, plaintext, associated_data, entropy);
}

std::optional<Secret> DataKey::open(std::string_view sealed, std::string_view associated_data) const {
  return aead_open(key_, sealed, associated_data);
}

BlindIndex::BlindIndex(const KeyEncryptionKey& root) : key_(root.derive("aldgate blind index")) {}

std::string BlindIndex::of(std::string_view field, std::string_view value) const {
  // Length first, so that no field and value join to the text of another pair.
  std::string message;
  for (int shift = 24; shift >= 0; shift -= 8) {
    message += static_cast<char>((static_cast<std::uint32_t>(field.size()) >> shift) & 0xff);
  }
  message += field;
  message += value;
  std::string index = base64url_encode(hmac_sha256(key_, message));
  wipe(message);
  return index;
}

}  // namespace base::crypto
