// Stops calling a bank that does not answer (DESIGN decision 16). closed: calls pass and their results are counted in a
// sliding window; open: none passes until `open_for` has gone by; half-open: one probe at a time, and its result
// decides.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>

#include "base/clock.h"

namespace connectors {

struct CircuitBreakerSettings {
  std::chrono::nanoseconds window = std::chrono::seconds(30);
  int minimum_calls = 10;                                   // fewer calls in the window never open it
  double failure_ratio = 0.5;                               // at this ratio it opens
  std::chrono::nanoseconds slow = std::chrono::seconds(5);  // a slower answer counts as a failure
  std::chrono::nanoseconds open_for = std::chrono::seconds(10);
  int probes_to_close = 2;  // good probes in a row
};

enum class CircuitState { closed, open, half_open };
const char* to_text(CircuitState state);

class CircuitBreaker {  // thread-safe
 public:
  CircuitBreaker(CircuitBreakerSettings settings, const base::MonotonicClock& clock)
      : settings_(settings), clock_(clock) {}

  // What a caller holds during one call; without a verdict at its end the call counts as failed (an exception flew).
  class Permit {
   public:
    Permit(Permit&& other) noexcept
        : breaker_(other.breaker_), started_(other.started_), generation_(other.generation_), good_(other.good_) {
      other.breaker_ = nullptr;
    }
    Permit& operator=(Permit&&) = delete;
    ~Permit();
    void succeed() { good_ = true; }
    explicit operator bool() const { return breaker_ != nullptr; }

   private:
    friend class CircuitBreaker;
    Permit(CircuitBreaker* breaker, std::chrono::nanoseconds started, std::uint64_t generation)
        : breaker_(breaker), started_(started), generation_(generation) {}
    CircuitBreaker* breaker_;  // nullptr: the call may not be made
    std::chrono::nanoseconds started_;
    std::uint64_t generation_;
    bool good_ = false;
  };
  [[nodiscard]] Permit ask();

  CircuitState state() const;
  std::chrono::nanoseconds reopens_in() const;  // zero when calls may be tried

 private:
  struct Result {
    std::chrono::nanoseconds at;
    bool good;
  };
  void finish(std::chrono::nanoseconds started, std::uint64_t generation, bool good);
  void change_to(CircuitState state, std::chrono::nanoseconds now);
  void let_time_pass(std::chrono::nanoseconds now);

  const CircuitBreakerSettings settings_;
  const base::MonotonicClock& clock_;
  mutable std::mutex mutex_;
  CircuitState state_ = CircuitState::closed;
  std::uint64_t generation_ = 0;  // a result of an earlier state decides nothing in a later one
  std::chrono::nanoseconds changed_{0};
  std::deque<Result> results_;
  bool probing_ = false;
  int good_probes_ = 0;
};

}  // namespace connectors
