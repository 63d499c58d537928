#include "base/cache/local_bucket.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace base::cache {

BucketDecision LocalBucket::decide(std::span<const Bucket> buckets) {
  const std::int64_t now = std::chrono::duration_cast<std::chrono::microseconds>(clock_.now()).count();
  std::lock_guard lock(mutex_);
  std::vector<GcraStep> steps;
  steps.reserve(buckets.size());
  BucketDecision decision;
  decision.allowed = true;
  for (const auto& bucket : buckets) {
    const auto found = tat_.find(bucket.key);
    steps.push_back(gcra(now, found == tat_.end() ? std::nullopt : std::optional(found->second), bucket));
    decision.allowed = decision.allowed && steps.back().allowed;
  }
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    decision.states.push_back(decision.allowed ? steps[i].if_paid : steps[i].if_not_paid);
    if (!decision.allowed || buckets[i].cost == 0) continue;
    if (tat_.size() >= capacity_ && !tat_.contains(buckets[i].key)) make_room(now);
    tat_[buckets[i].key] = steps[i].tat_after;
  }
  return decision;
}

void LocalBucket::make_room(std::int64_t now) {
  std::erase_if(tat_, [&](const auto& entry) { return entry.second <= now; });
  if (tat_.size() < capacity_) return;
  // Still full: an eighth goes, those that would be full again soonest. Rare, so that its cost is spread over many
  // calls.
  std::vector<std::int64_t> ends;
  ends.reserve(tat_.size());
  for (const auto& [key, tat] : tat_) ends.push_back(tat);
  const auto cut = ends.begin() + static_cast<std::ptrdiff_t>(ends.size() / 8);
  std::nth_element(ends.begin(), cut, ends.end());
  const std::int64_t last = *cut;
  std::size_t quota = ends.size() / 8 + 1;
  std::erase_if(tat_, [&](const auto& entry) { return entry.second <= last && quota > 0 && quota-- > 0; });
}

std::size_t LocalBucket::size() const {
  std::lock_guard lock(mutex_);
  return tat_.size();
}

}  // namespace base::cache
