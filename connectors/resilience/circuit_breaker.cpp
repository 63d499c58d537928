#include "connectors/resilience/circuit_breaker.h"

#include <algorithm>

namespace connectors {

const char* to_text(CircuitState state) {
  switch (state) {
    case CircuitState::closed:
      return "closed";
    case CircuitState::open:
      return "open";
    case CircuitState::half_open:
      return "half_open";
  }
  return "closed";
}

CircuitBreaker::Permit::~Permit() {
  if (breaker_ != nullptr) breaker_->finish(started_, generation_, good_);
}

CircuitBreaker::Permit CircuitBreaker::ask() {
  const std::lock_guard lock(mutex_);
  const auto now = clock_.now();
  let_time_pass(now);
  switch (state_) {
    case CircuitState::closed:
      return {this, now, generation_};
    case CircuitState::open:
      return {nullptr, now, generation_};
    case CircuitState::half_open:
      if (probing_) return {nullptr, now, generation_};
      probing_ = true;
      return {this, now, generation_};
  }
  return {nullptr, now, generation_};
}

CircuitState CircuitBreaker::state() const {
  const std::lock_guard lock(mutex_);
  const bool waited = state_ == CircuitState::open && clock_.now() - changed_ >= settings_.open_for;
  return waited ? CircuitState::half_open : state_;
}

std::chrono::nanoseconds CircuitBreaker::reopens_in() const {
  const std::lock_guard lock(mutex_);
  if (state_ != CircuitState::open) return std::chrono::nanoseconds(0);
  return std::max(std::chrono::nanoseconds(0), changed_ + settings_.open_for - clock_.now());
}

void CircuitBreaker::finish(std::chrono::nanoseconds started, std::uint64_t generation, bool good) {
  const std::lock_guard lock(mutex_);
  const auto now = clock_.now();
  if (generation != generation_) return;
  const bool counted_good = good && now - started < settings_.slow;
  if (state_ == CircuitState::half_open) {
    probing_ = false;
    if (!counted_good) return change_to(CircuitState::open, now);
    if (++good_probes_ >= settings_.probes_to_close) change_to(CircuitState::closed, now);
    return;
  }
  results_.push_back({now, counted_good});
  while (!results_.empty() && results_.front().at <= now - settings_.window) results_.pop_front();
  const auto failed =
      std::count_if(results_.begin(), results_.end(), [](const Result& result) { return !result.good; });
  const bool enough = results_.size() >= static_cast<std::size_t>(settings_.minimum_calls);
  if (enough && static_cast<double>(failed) >= settings_.failure_ratio * static_cast<double>(results_.size())) {
    change_to(CircuitState::open, now);
  }
}

void CircuitBreaker::change_to(CircuitState state, std::chrono::nanoseconds now) {
  state_ = state;
  changed_ = now;
  ++generation_;
  results_.clear();
  probing_ = false;
  good_probes_ = 0;
}

void CircuitBreaker::let_time_pass(std::chrono::nanoseconds now) {
  if (state_ == CircuitState::open && now - changed_ >= settings_.open_for) change_to(CircuitState::half_open, now);
}

}  // namespace connectors
