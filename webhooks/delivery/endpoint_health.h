// When an endpoint that only fails is disabled. The clock starts once several failures lie within 24 hours with at
// least 12 hours between the first and the last; five days of nothing but failures after that, and it is off. Any
// success resets everything.
#pragma once

#include <optional>

#include "base/clock.h"

namespace webhooks {

struct EndpointHealth {
  int failures_in_row = 0;
  std::optional<base::Instant> window_from;  // first failure of the 24 hours that are looked at
  int failures_in_window = 0;
  std::optional<base::Instant> failing_since;  // the five days count from here
};

enum class HealthVerdict { keep, disable };

HealthVerdict note_failure(EndpointHealth& health, base::Instant now);
void note_success(EndpointHealth& health);

}  // namespace webhooks
