#include "webhooks/delivery/schedule.h"

#include <array>
#include <cstdint>

#include "base/ensure.h"

namespace webhooks {

RetrySchedule RetrySchedule::standard() {
  using namespace std::chrono_literals;
  return {.waits = {0s, 5s, 5min, 30min, 2h, 5h, 10h, 14h, 20h, 24h}};
}

RetrySchedule RetrySchedule::after_first(std::vector<std::chrono::seconds> between) {
  between.insert(between.begin(), std::chrono::seconds(0));
  return {.waits = std::move(between)};
}

int draw_jitter_permille(base::Entropy& entropy, int most_permille) {
  ENSURE(most_permille >= 0 && most_permille <= 1000, "jitter is a share");
  const auto choices = static_cast<std::uint32_t>(2 * most_permille + 1);
  // Rejection keeps the draw even: what lies above the last whole multiple is drawn again.
  const std::uint32_t bound = UINT32_MAX - UINT32_MAX % choices;
  std::uint32_t drawn = 0;
  do {
    std::array<std::byte, 4> bytes{};
    entropy.fill(bytes);
    drawn = 0;
    for (const std::byte b : bytes) drawn = drawn << 8 | std::to_integer<std::uint32_t>(b);
  } while (drawn >= bound);
  return static_cast<int>(drawn % choices) - most_permille;
}

std::chrono::microseconds jittered(std::chrono::seconds wait, int permille) {
  return std::chrono::microseconds(wait) * (1000 + permille) / 1000;
}

}  // namespace webhooks
