#include "base/cache/token_bucket.h"

#include <algorithm>
#include <cmath>

namespace base::cache {

// A bucket is full when tat <= now, and empty when tat = now + window: `tat - now` is the time that refilling takes.
// Costs are counted in microseconds (window / quantity each), as in the script.
GcraStep gcra(std::int64_t now, std::optional<std::int64_t> tat, const Bucket& bucket) {
  const auto window = static_cast<double>(std::chrono::microseconds(bucket.window).count());
  const double each = window / static_cast<double>(bucket.quantity);
  const double used = std::max(0.0, static_cast<double>(tat.value_or(now) - now));
  const double paid = used + each * static_cast<double>(bucket.cost);

  const auto state = [&](double in_use) {
    BucketState result;
    // Half a microsecond of grace for rounding: 1 request exactly one interval later is conformant.
    result.remaining = std::max<std::int64_t>(0, static_cast<std::int64_t>(std::floor((window - in_use + 0.5) / each)));
    if (result.remaining < bucket.quantity)
      result.more_in = std::chrono::microseconds(static_cast<std::int64_t>(
          std::ceil(std::max(0.0, in_use - (window - each * static_cast<double>(result.remaining + 1))))));
    return result;
  };
  GcraStep step;
  step.allowed = paid <= window + 0.5;
  step.tat_after = now + static_cast<std::int64_t>(std::ceil(paid));
  step.if_paid = state(paid);
  step.if_not_paid = state(used);
  if (!step.allowed)
    step.if_not_paid.wait = std::chrono::microseconds(static_cast<std::int64_t>(std::ceil(paid - window)));
  return step;
}

}  // namespace base::cache
