#include "webhooks/delivery/endpoint_health.h"

namespace webhooks {
namespace {

using namespace std::chrono_literals;
constexpr auto kWindow = 24h;
constexpr auto kLeastSpread = 12h;
constexpr int kSeveral = 3;
constexpr auto kFailingLife = std::chrono::hours(5 * 24);

}  // namespace

HealthVerdict note_failure(EndpointHealth& health, base::Instant now) {
  ++health.failures_in_row;
  if (health.failing_since) {
    return now - *health.failing_since >= kFailingLife ? HealthVerdict::disable : HealthVerdict::keep;
  }
  if (!health.window_from || now - *health.window_from > kWindow) {
    health.window_from = now;
    health.failures_in_window = 0;
  }
  ++health.failures_in_window;
  if (health.failures_in_window >= kSeveral && now - *health.window_from >= kLeastSpread) health.failing_since = now;
  return HealthVerdict::keep;
}

void note_success(EndpointHealth& health) { health = {}; }

}  // namespace webhooks
