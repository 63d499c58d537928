#include "base/cache/redis_limiter.h"

#include <algorithm>
#include <vector>

#include "base/observe/log.h"

namespace base::cache {
namespace {

std::chrono::seconds round_up(std::chrono::microseconds time) { return std::chrono::ceil<std::chrono::seconds>(time); }

}  // namespace

Verdict verdict_of(const BucketDecision& decision, std::span<const Bucket> buckets) {
  Verdict verdict;
  verdict.allowed = decision.allowed;
  if (decision.states.empty()) return verdict;
  const auto& states = decision.states;
  for (std::size_t i = 1; i < states.size(); ++i) {
    const auto& best = states[verdict.binding];
    // Refused: the one to wait longest for. Allowed: the one with the smallest share left.
    const bool tighter = decision.allowed ? states[i].remaining * buckets[verdict.binding].quantity <
                                                best.remaining * buckets[i].quantity
                                          : states[i].wait > best.wait;
    if (tighter) verdict.binding = i;
  }
  const BucketState& binding = states[verdict.binding];
  verdict.remaining = binding.remaining;
  verdict.more_in = round_up(binding.more_in);
  if (!decision.allowed) {
    verdict.retry_after = std::max({std::chrono::seconds(1), round_up(binding.wait), verdict.more_in});
    // [draft-ietf-httpapi-ratelimit-headers] A refused request has no quota left that it could use.
    if (buckets[verdict.binding].cost <= 1) verdict.remaining = 0;
  }
  return verdict;
}

RedisLimiter::RedisLimiter(TokenBucket& shared, LocalBucket& local, int known_nodes, observe::Metrics& metrics)
    : shared_(shared), local_(local), known_nodes_(std::max(1, known_nodes)), metrics_(metrics) {
  metrics_.gauge("aldgate_limiter_degraded", 0);
}

Verdict RedisLimiter::decide(std::span<const Bucket> buckets, WhenUnavailable when_unavailable) {
  if (const auto decision = shared_.decide(buckets)) {
    if (degraded_.exchange(false)) {
      metrics_.gauge("aldgate_limiter_degraded", 0);
      observe::log(observe::Level::info, "limits are shared by all nodes again");
    }
    return verdict_of(*decision, buckets);
  }
  if (!degraded_.exchange(true)) {
    metrics_.gauge("aldgate_limiter_degraded", 1);
    observe::log(observe::Level::warning, "limits are kept by this node alone: Redis is unavailable");
  }
  Verdict verdict;
  switch (when_unavailable) {
    case WhenUnavailable::closed: {
      metrics_.count("aldgate_limiter_degraded_total", {{"class", "closed"}});
      verdict.retry_after = std::chrono::seconds(1);
      verdict.more_in = std::chrono::seconds(1);
      break;
    }
    case WhenUnavailable::local: {
      metrics_.count("aldgate_limiter_degraded_total", {{"class", "local"}});
      std::vector<Bucket> shares(buckets.begin(), buckets.end());
      for (auto& bucket : shares)
        bucket.quantity = std::max({std::int64_t{1}, bucket.cost, bucket.quantity / known_nodes_});
      verdict = verdict_of(local_.decide(shares), shares);
      break;
    }
  }
  verdict.degraded = true;
  return verdict;
}

}  // namespace base::cache
