#include "base/buffered_entropy.h"

#include <openssl/crypto.h>

#include <algorithm>

namespace base {

BufferedEntropy::~BufferedEntropy() { OPENSSL_cleanse(ahead_.data(), ahead_.size()); }

void BufferedEntropy::fill(std::span<std::byte> out) {
  if (out.size() > ahead_.size() / 4) {
    source_.fill(out);
    return;
  }
  const std::lock_guard lock(mutex_);
  if (left_ < out.size()) {
    left_ = 0;  // also when the next line throws
    source_.fill(ahead_);
    left_ = ahead_.size();
  }
  std::byte* const from = ahead_.data() + (left_ - out.size());
  std::copy_n(from, out.size(), out.data());
  OPENSSL_cleanse(from, out.size());
  left_ -= out.size();
}

}  // namespace base
