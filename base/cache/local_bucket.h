// The same buckets in this process's memory, for when Redis is unavailable. Bounded: when full, the entries that have
// least to remember go first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>

#include "base/cache/token_bucket.h"
#include "base/clock.h"

namespace base::cache {

class LocalBucket {
 public:
  explicit LocalBucket(const MonotonicClock& clock, std::size_t capacity = 50000)
      : clock_(clock), capacity_(capacity) {}
  BucketDecision decide(std::span<const Bucket> buckets);  // thread-safe
  std::size_t size() const;

 private:
  void make_room(std::int64_t now);

  const MonotonicClock& clock_;
  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::int64_t> tat_;  // microseconds
};

}  // namespace base::cache
