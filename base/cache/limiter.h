// Rate limits as callers see them. One call decides over several buckets at once, all or nothing: either every bucket
// pays its cost, or none does. GCRA: a bucket holds `quantity`, refilled evenly over `window`.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/cache/token_bucket.h"

namespace base::cache {

// What a traffic class does while Redis is unavailable (DESIGN decision 7).
enum class WhenUnavailable {
  local,   // a bucket of this process, of quantity / known nodes
  closed,  // refuse
};

struct Verdict {
  bool allowed = false;
  bool degraded = false;                // decided without Redis
  std::size_t binding = 0;              // index of the bucket that refused, or that has the least left (as a share)
  std::int64_t remaining = 0;           // `r` of the binding bucket
  std::chrono::seconds more_in{0};      // `t`: until more quota; 0 when full
  std::chrono::seconds retry_after{0};  // 0 when allowed; never less than more_in
};

class Limiter {
 public:
  virtual ~Limiter() = default;
  virtual Verdict decide(std::span<const Bucket> buckets, WhenUnavailable when_unavailable) = 0;
};

}  // namespace base::cache
