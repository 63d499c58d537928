#include "base/system_clock.h"

namespace base {

Instant SystemProtocolClock::now() const {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

std::chrono::nanoseconds SystemMonotonicClock::now() const {
  return std::chrono::steady_clock::now().time_since_epoch();
}

Instant OffsetBusinessClock::now() const { return real_.now() + offset(); }

}  // namespace base
