// Fakes for clock and entropy. Test code only; never linked into the product.
#pragma once

#include <atomic>
#include <cstdint>
#include <random>

#include "base/clock.h"
#include "base/entropy.h"

namespace tests {

class FakeProtocolClock final : public base::ProtocolClock {
 public:
  explicit FakeProtocolClock(base::Instant start) : micros_(start.time_since_epoch().count()) {}
  base::Instant now() const override { return base::Instant(std::chrono::microseconds(micros_.load())); }
  void advance(std::chrono::microseconds by) { micros_ += by.count(); }

 private:
  std::atomic<std::int64_t> micros_;
};

class FakeBusinessClock final : public base::BusinessClock {
 public:
  explicit FakeBusinessClock(base::Instant start) : micros_(start.time_since_epoch().count()) {}
  base::Instant now() const override { return base::Instant(std::chrono::microseconds(micros_.load())); }
  void advance(std::chrono::microseconds by) { micros_ += by.count(); }

 private:
  std::atomic<std::int64_t> micros_;
};

class FakeMonotonicClock final : public base::MonotonicClock {
 public:
  std::chrono::nanoseconds now() const override { return std::chrono::nanoseconds(nanos_.load()); }
  void advance(std::chrono::nanoseconds by) { nanos_ += by.count(); }

 private:
  std::atomic<std::int64_t> nanos_{1};
};

// Repeatable, not random: each instance yields the same sequence for the same seed. Not thread-safe by design.
class SeededEntropy final : public base::Entropy {
 public:
  explicit SeededEntropy(std::uint64_t seed = 1) : engine_(seed) {}
  void fill(std::span<std::byte> out) override {
    for (auto& b : out) b = static_cast<std::byte>(engine_() & 0xff);
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace tests
