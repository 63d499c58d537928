// Randomness is injected. The product's source is SystemEntropy (OpenSSL RAND_priv_bytes, return code checked).
#pragma once

#include <array>
#include <cstddef>
#include <mutex>
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
  ~SystemEntropy() override;
  void fill(std::span<std::byte> out) override;

 private:
  // OpenSSL's generator costs microseconds a call, however little is asked of it. What was given out is wiped.
  std::mutex mutex_;
  std::array<std::byte, 1024> ahead_;
  std::size_t left_ = 0;
};

// base64url of `bytes` random bytes: handles, tokens, codes, nonces. 32 bytes unless a specification says otherwise.
std::string random_handle(Entropy& entropy, std::size_t bytes = 32);

}  // namespace base
