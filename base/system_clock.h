// The real clocks. The only file that reads the machine's time (a test holds it to that).
#pragma once

#include <atomic>

#include "base/clock.h"

namespace base {

class SystemProtocolClock final : public ProtocolClock {
 public:
  Instant now() const override;
};

class SystemMonotonicClock final : public MonotonicClock {
 public:
  std::chrono::nanoseconds now() const override;
};

// Real time plus an offset. The offset is 0 in production; in the sandbox it is kept in PostgreSQL and refreshed by its
// owner (gateway/wiring), so that all nodes move together.
class OffsetBusinessClock final : public BusinessClock {
 public:
  explicit OffsetBusinessClock(const ProtocolClock& real) : real_(real) {}
  Instant now() const override;
  void set_offset(std::chrono::seconds offset) { offset_seconds_.store(offset.count()); }
  std::chrono::seconds offset() const { return std::chrono::seconds(offset_seconds_.load()); }

 private:
  const ProtocolClock& real_;
  std::atomic<std::int64_t> offset_seconds_{0};
};

}  // namespace base
