#include "base/crypto/key_encryption.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/crypto/aead.h"
#include "base/crypto/hash.h"
#include "base/encoding.h"
#include "base/ensure.h"

namespace base::crypto {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kMaxFileBytes = 64;  // 44 characters of base64 and a line end

auto refuse(const std::string& path, std::string_view why) {
  return failure(KeyFileError{"key-encryption key " + path + ": " + std::string(why)});
}

class Descriptor {
 public:
  explicit Descriptor(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

// The key in the file's bytes, whichever of the documented forms they have.
std::optional<Secret> decode(std::string_view content) {
  if (content.size() == kKeyBytes) return Secret::copy_of(content);
  if (content.ends_with('\n')) content.remove_suffix(1);
  if (content.ends_with('\r')) content.remove_suffix(1);
  auto bytes = base64url_decode(content);
  if (!bytes) bytes = base64_decode(content);
  if (!bytes) return std::nullopt;
  Secret key(std::move(*bytes));
  if (key.reveal().size() != kKeyBytes) return std::nullopt;
  return key;
}

}  // namespace

KeyEncryptionKey::KeyEncryptionKey(const Secret& root)
    : root_(root.clone()), sealing_(derive("aldgate key encryption aes-256-gcm")) {
  id_ = hex_encode(derive("aldgate key encryption id").reveal().substr(0, 4));
}

KeyEncryptionKey KeyEncryptionKey::from_bytes(const Secret& bytes) {
  ENSURE(bytes.reveal().size() == kKeyBytes, "a key-encryption key has 32 bytes");
  return KeyEncryptionKey(bytes);
}

Result<KeyEncryptionKey, KeyFileError> KeyEncryptionKey::from_file(const std::string& path) {
  const Descriptor file(path);
  if (file.get() < 0) return refuse(path, std::strerror(errno));
  struct stat facts {};
  if (::fstat(file.get(), &facts) != 0) return refuse(path, std::strerror(errno));
  if (!S_ISREG(facts.st_mode)) return refuse(path, "not a regular file");
  if ((facts.st_mode & (S_IRWXO | S_IWGRP)) != 0) {
    return refuse(path, "others may read it or the group may write it; use mode 0600 or 0440");
  }
  std::string content(kMaxFileBytes + 1, '\0');
  std::size_t size = 0;
  while (size < content.size()) {
    const ssize_t got = ::read(file.get(), content.data() + size, content.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      wipe(content);
      return refuse(path, std::strerror(errno));
    }
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  const std::optional<Secret> key = decode(std::string_view(content).substr(0, size));
  wipe(content);
  if (!key) return refuse(path, "neither 32 raw bytes nor their base64 or base64url text");
  return from_bytes(*key);
}

std::string KeyEncryptionKey::seal(std::string_view plaintext, std::string_view associated_data,
                                   Entropy& entropy) const {
  return aead_seal(sealing_, plaintext, associated_data, entropy);
}

std::optional<Secret> KeyEncryptionKey::open(std::string_view sealed, std::string_view associated_data) const {
  return aead_open(sealing_, sealed, associated_data);
}

Secret KeyEncryptionKey::derive(std::string_view label) const { return Secret(hmac_sha256(root_, label)); }

}  // namespace base::crypto
