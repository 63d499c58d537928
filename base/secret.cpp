#include "base/secret.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <stdexcept>

#include "base/encoding.h"
#include "base/entropy.h"

namespace base {

void wipe(std::string& bytes) {
  // The whole buffer, small-string or heap: what was longer before may still lie behind the end.
  bytes.resize(bytes.capacity());
  OPENSSL_cleanse(bytes.data(), bytes.size());
  bytes.clear();
}

Secret::Secret(std::string&& bytes) noexcept : bytes_(std::move(bytes)) {
  // A moved-from small string keeps its characters.
  wipe(bytes);
}

Secret Secret::copy_of(std::string_view bytes) {
  Secret secret;
  secret.bytes_.reserve(bytes.size());
  secret.bytes_.assign(bytes);
  return secret;
}

Secret::Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) { wipe(other.bytes_); }

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe(bytes_);
    bytes_ = std::move(other.bytes_);
    wipe(other.bytes_);
  }
  return *this;
}

Secret::~Secret() { wipe(bytes_); }

bool constant_time_equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void SystemEntropy::fill(std::span<std::byte> out) {
  if (RAND_priv_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(out.size())) != 1) {
    throw std::runtime_error("RAND_priv_bytes failed");
  }
}

std::string random_handle(Entropy& entropy, std::size_t bytes) {
  std::string raw(bytes, '\0');
  entropy.fill({reinterpret_cast<std::byte*>(raw.data()), raw.size()});
  std::string text = base64url_encode(raw);
  wipe(raw);
  return text;
}

}  // namespace base
