// The three clocks (DESIGN decision 14). Protocol time is always real; business time may be moved in the sandbox;
// monotonic time measures. Only main, the sandbox and tests construct one; everybody else is handed a reference.
#pragma once

#include <chrono>

namespace base {

using Instant = std::chrono::sys_time<std::chrono::microseconds>;

class ProtocolClock {
 public:
  virtual ~ProtocolClock() = default;
  virtual Instant now() const = 0;
};

class BusinessClock {
 public:
  virtual ~BusinessClock() = default;
  virtual Instant now() const = 0;
};

class MonotonicClock {
 public:
  virtual ~MonotonicClock() = default;
  virtual std::chrono::nanoseconds now() const = 0;
};

// What one request uses from beginning to end: both wall clocks read once.
struct Now {
  Instant protocol;
  Instant business;
};

}  // namespace base
