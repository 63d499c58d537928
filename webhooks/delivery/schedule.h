// When a failed delivery is tried again. Standard Webhooks 1.0.0, "Deliverability and reliability".
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "base/entropy.h"

namespace webhooks {

struct RetrySchedule {
  // waits[i] stands before attempt i + 1; the first is 0. As many attempts as waits.
  std::vector<std::chrono::seconds> waits;
  int jitter_permille = 200;

  static RetrySchedule standard();  // 0 s, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h
  // From a setting that names only the waits between attempts.
  static RetrySchedule after_first(std::vector<std::chrono::seconds> between);
  std::size_t attempts() const { return waits.size(); }
};

// A random share of the wait between -jitter and +jitter, in permille.
int draw_jitter_permille(base::Entropy& entropy, int most_permille);
std::chrono::microseconds jittered(std::chrono::seconds wait, int permille);

}  // namespace webhooks
