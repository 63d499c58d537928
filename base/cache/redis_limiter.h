// Redis first; while it is unavailable, this process alone (aldgate_limiter_degraded_total, aldgate_limiter_degraded
// 1|0).
#pragma once

#include <atomic>

#include "base/cache/limiter.h"
#include "base/cache/local_bucket.h"
#include "base/cache/token_bucket.h"
#include "base/observe/metrics.h"

namespace base::cache {

class RedisLimiter final : public Limiter {
 public:
  // known_nodes: how many processes share the limits; a local bucket gets quantity / known_nodes, at least its cost.
  RedisLimiter(TokenBucket& shared, LocalBucket& local, int known_nodes, observe::Metrics& metrics);
  Verdict decide(std::span<const Bucket> buckets, WhenUnavailable when_unavailable) override;

 private:
  TokenBucket& shared_;
  LocalBucket& local_;
  const int known_nodes_;
  observe::Metrics& metrics_;
  std::atomic<bool> degraded_{false};
};

// What a caller tells the client, from the states of all buckets.
Verdict verdict_of(const BucketDecision& decision, std::span<const Bucket> buckets);

}  // namespace base::cache
