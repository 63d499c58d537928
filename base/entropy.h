// Randomness is injected. The product's source is SystemEntropy (OpenSSL RAND_priv_bytes, return code checked).
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace base {

class Entropy {
 public:
  virtual ~Entropy() = default;
  virtual void fill(std::span<std::byte> out) = 0;  // throws when the source fails; thread-safe
};

class SystemEntropy final : public Entropy {
 public:
  void fill(std::span<std::byte> out) override;
};

// base64url of `bytes` random bytes: handles, tokens, codes, nonces. 32 bytes unless a specification says otherwise.
std::string random_handle(Entropy& entropy, std::size_t bytes = 32);

}  // namespace base
