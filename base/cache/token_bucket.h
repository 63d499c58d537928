// GCRA over several keys in one Lua script and one round trip, on Redis's own TIME (all nodes share one clock).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/cache/redis.h"

namespace base::cache {

// One bucket of a decision. All keys of one decision carry one hash tag: "{addr:192.0.2.1}:head" before authentication,
// "{tpp-id}:aisp" after it (two decisions, two calls), so that they lie in one Cluster slot.
struct Bucket {
  std::string key;                 // without the key prefix; personal parts already hashed
  std::int64_t quantity = 0;       // burst; `q`. > 0
  std::chrono::seconds window{0};  // `w`: time in which an empty bucket fills. > 0
  std::int64_t cost = 1;           // 0 asks without paying; ≤ quantity, else never allowed
};

struct BucketState {
  std::int64_t remaining = 0;            // after the decision
  std::chrono::microseconds more_in{0};  // until remaining + 1; 0 when full
  std::chrono::microseconds wait{0};     // until `cost` would be paid; 0 when it can
};

struct BucketDecision {
  bool allowed = false;
  std::vector<BucketState> states;  // one each, in the order given
};

// The arithmetic of one bucket, shared by the local bucket and tests. `tat`: theoretical arrival time, `now` and `tat`
// on one clock, in microseconds. Returns the state and the tat after paying.
struct GcraStep {
  bool allowed = false;
  std::int64_t tat_after = 0;  // when paid
  BucketState if_paid, if_not_paid;
};
GcraStep gcra(std::int64_t now, std::optional<std::int64_t> tat, const Bucket& bucket);

class TokenBucket {
 public:
  explicit TokenBucket(Redis& redis);
  // nullopt: Redis is unavailable. Thread-safe.
  std::optional<BucketDecision> decide(std::span<const Bucket> buckets);

 private:
  Redis& redis_;
  std::string sha_;
};

}  // namespace base::cache
