// Retries may add only a fraction to the load: each first call earns `ratio` of a retry, up to `most`. When a bank is
// down the budget runs dry and the retries stop by themselves.
#pragma once

#include <algorithm>
#include <mutex>

namespace connectors {

class RetryBudget {  // thread-safe
 public:
  RetryBudget(double ratio, double most) : ratio_(ratio), most_(most), saved_(most) {}
  void earn() {
    const std::lock_guard lock(mutex_);
    saved_ = std::min(most_, saved_ + ratio_);
  }
  [[nodiscard]] bool spend() {
    const std::lock_guard lock(mutex_);
    if (saved_ < 1) return false;
    saved_ -= 1;
    return true;
  }

 private:
  const double ratio_, most_;
  std::mutex mutex_;
  double saved_;
};

}  // namespace connectors
