#include "connectors/resilience/circuit_breaker.h"

#include <gtest/gtest.h>

#include "tests/support/fakes.h"

namespace connectors {
namespace {

using namespace std::chrono_literals;

constexpr CircuitBreakerSettings kSettings{
    .window = 30s, .minimum_calls = 4, .failure_ratio = 0.5, .slow = 5s, .open_for = 10s, .probes_to_close = 2};

struct Bench {
  tests::FakeMonotonicClock clock;
  CircuitBreaker breaker{kSettings, clock};
  void good(int times = 1) {
    for (int i = 0; i < times; ++i) {
      auto permit = breaker.ask();
      ASSERT_TRUE(permit);
      permit.succeed();
    }
  }
  void bad(int times = 1) {
    for (int i = 0; i < times; ++i) {
      auto permit = breaker.ask();
      ASSERT_TRUE(permit);
    }
  }
};

TEST(CircuitBreaker, StaysClosedBelowTheMinimumOfCalls) {
  Bench b;
  b.bad(3);
  EXPECT_EQ(b.breaker.state(), CircuitState::closed);
  b.bad();
  EXPECT_EQ(b.breaker.state(), CircuitState::open);
}

TEST(CircuitBreaker, OpensAtTheRatioAndNotBelow) {
  Bench b;
  b.good(4);
  b.bad(3);
  EXPECT_EQ(b.breaker.state(), CircuitState::closed);
  b.bad();
  EXPECT_EQ(b.breaker.state(), CircuitState::open);
}

TEST(CircuitBreaker, ForgetsWhatLeftTheWindow) {
  Bench b;
  b.bad(3);
  b.clock.advance(30s);
  b.bad(3);
  EXPECT_EQ(b.breaker.state(), CircuitState::closed);
}

TEST(CircuitBreaker, CountsASlowAnswerAsAFailure) {
  Bench b;
  for (int i = 0; i < 4; ++i) {
    auto permit = b.breaker.ask();
    b.clock.advance(5s);
    permit.succeed();
  }
  EXPECT_EQ(b.breaker.state(), CircuitState::open);
}

TEST(CircuitBreaker, LetsNothingThroughWhileOpenAndOneProbeAfterwards) {
  Bench b;
  b.bad(4);
  EXPECT_FALSE(b.breaker.ask());
  EXPECT_EQ(b.breaker.reopens_in(), 10s);
  b.clock.advance(10s - 1ns);
  EXPECT_FALSE(b.breaker.ask());
  b.clock.advance(1ns);
  EXPECT_EQ(b.breaker.state(), CircuitState::half_open);
  auto probe = b.breaker.ask();
  EXPECT_TRUE(probe);
  EXPECT_FALSE(b.breaker.ask()) << "one probe at a time";
}

TEST(CircuitBreaker, ClosesAfterEnoughGoodProbes) {
  Bench b;
  b.bad(4);
  b.clock.advance(10s);
  b.good();
  EXPECT_EQ(b.breaker.state(), CircuitState::half_open);
  b.good();
  EXPECT_EQ(b.breaker.state(), CircuitState::closed);
  b.bad(3);
  EXPECT_EQ(b.breaker.state(), CircuitState::closed) << "it starts afresh";
}

TEST(CircuitBreaker, ABadProbeOpensItAgain) {
  Bench b;
  b.bad(4);
  b.clock.advance(10s);
  b.bad();
  EXPECT_EQ(b.breaker.state(), CircuitState::open);
  EXPECT_FALSE(b.breaker.ask());
}

TEST(CircuitBreaker, ALateResultOfAnEarlierStateDecidesNothing) {
  Bench b;
  auto late = std::make_unique<CircuitBreaker::Permit>(b.breaker.ask());
  b.bad(4);
  b.clock.advance(10s);
  auto probe = b.breaker.ask();
  late.reset();  // fails now, but belongs to the closed state of before
  EXPECT_EQ(b.breaker.state(), CircuitState::half_open);
  probe.succeed();
}

}  // namespace
}  // namespace connectors
