// SystemEntropy, taken a kilobyte at a time: OpenSSL's generator costs microseconds a call, however little is asked of
// it, and a request asks half a dozen times. What was given out is wiped.
#pragma once

#include <array>
#include <mutex>

#include "base/entropy.h"

namespace base {

class BufferedEntropy final : public Entropy {
 public:
  BufferedEntropy() = default;
  ~BufferedEntropy() override;
  BufferedEntropy(const BufferedEntropy&) = delete;
  BufferedEntropy& operator=(const BufferedEntropy&) = delete;
  void fill(std::span<std::byte> out) override;

 private:
  SystemEntropy source_;
  std::mutex mutex_;
  std::array<std::byte, 1024> ahead_{};
  std::size_t left_ = 0;
};

}  // namespace base
