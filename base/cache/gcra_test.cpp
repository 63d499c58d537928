#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "base/cache/local_bucket.h"
#include "base/cache/redis_limiter.h"
#include "tests/support/fakes.h"

namespace base::cache {
namespace {

using namespace std::chrono_literals;

Bucket bucket(std::string key, std::int64_t quantity, std::chrono::seconds window, std::int64_t cost = 1) {
  return {std::move(key), quantity, window, cost};
}

TEST(LocalBucket, ABurstOfTheQuantityPassesAndTheNextWaitsOneInterval) {
  tests::FakeMonotonicClock clock;
  LocalBucket buckets(clock);
  const std::vector<Bucket> wanted{bucket("k", 5, 10s)};
  for (int i = 4; i >= 0; --i) {
    const auto decision = buckets.decide(wanted);
    ASSERT_TRUE(decision.allowed);
    EXPECT_EQ(decision.states[0].remaining, i);
    EXPECT_EQ(decision.states[0].more_in, 2s);
  }
  const auto refused = buckets.decide(wanted);
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.states[0].remaining, 0);
  EXPECT_EQ(refused.states[0].wait, 2s);
  clock.advance(2s - 1us);
  EXPECT_FALSE(buckets.decide(wanted).allowed);
  clock.advance(1us);
  EXPECT_TRUE(buckets.decide(wanted).allowed);
  EXPECT_FALSE(buckets.decide(wanted).allowed);
}

// The closed form of a continuously refilled bucket: level(t) = min(q, level + elapsed * q / w).
TEST(LocalBucket, AgreesWithTheClosedFormOverARandomHistory) {
  tests::FakeMonotonicClock clock;
  LocalBucket buckets(clock);
  std::mt19937_64 random(7);
  const std::int64_t quantity = 20;
  const auto window = 40s;  // 2 s each: whole microseconds, so that both forms are exact
  double level = static_cast<double>(quantity);
  int refused = 0;
  for (int i = 0; i < 5000; ++i) {
    const auto pause = std::chrono::microseconds(random() % 3'000'000);
    clock.advance(pause);
    level = std::min<double>(quantity, level + static_cast<double>(pause.count()) / 2e6);
    const auto cost = static_cast<std::int64_t>(1 + random() % 3);
    if (std::abs(level - static_cast<double>(cost)) < 1e-5) continue;  // the edge itself has its own test
    const bool allowed = level >= static_cast<double>(cost);
    const std::vector<Bucket> wanted{bucket("k", quantity, window, cost)};
    const auto decision = buckets.decide(wanted);
    ASSERT_EQ(decision.allowed, allowed) << "step " << i;
    if (allowed) level -= static_cast<double>(cost);
    if (std::abs(level - std::round(level)) > 1e-5) {
      EXPECT_EQ(decision.states[0].remaining, static_cast<std::int64_t>(level)) << "step " << i;
    }
    if (!allowed) {
      ++refused;
      EXPECT_NEAR(static_cast<double>(decision.states[0].wait.count()), (static_cast<double>(cost) - level) * 2e6, 3);
    }
  }
  EXPECT_GT(refused, 100);
}

TEST(LocalBucket, ARefusalPaysNothingFromAnyBucket) {
  tests::FakeMonotonicClock clock;
  LocalBucket buckets(clock);
  const std::vector<Bucket> both{bucket("wide", 10, 10s), bucket("narrow", 1, 10s)};
  EXPECT_TRUE(buckets.decide(both).allowed);
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(buckets.decide(both).allowed);
  const std::vector<Bucket> look{bucket("wide", 10, 10s, 0)};
  EXPECT_EQ(buckets.decide(look).states[0].remaining, 9);
}

TEST(LocalBucket, ACostAboveTheQuantityIsNeverPaid) {
  tests::FakeMonotonicClock clock;
  LocalBucket buckets(clock);
  const std::vector<Bucket> wanted{bucket("k", 3, 3s, 4)};
  EXPECT_FALSE(buckets.decide(wanted).allowed);
  clock.advance(1h);
  EXPECT_FALSE(buckets.decide(wanted).allowed);
}

TEST(LocalBucket, StaysBoundedAndForgetsThoseWithTheLeastToRemember) {
  tests::FakeMonotonicClock clock;
  LocalBucket buckets(clock, 100);
  const std::vector<Bucket> heavy{bucket("heavy", 10, 100s, 10)};
  EXPECT_TRUE(buckets.decide(heavy).allowed);
  for (int i = 0; i < 1000; ++i) {
    const std::vector<Bucket> light{bucket("light" + std::to_string(i), 10, 100s)};
    EXPECT_TRUE(buckets.decide(light).allowed);
    EXPECT_LE(buckets.size(), 100u);
  }
  EXPECT_FALSE(buckets.decide(heavy).allowed);
}

TEST(Verdict, RetryAfterIsNeverBeforeMoreQuota) {
  const std::vector<Bucket> buckets{bucket("a", 10, 10s), bucket("b", 10, 600s)};
  BucketDecision decision;
  decision.states = {{0, 400ms, 400ms}, {0, 59s + 100ms, 59s + 100ms}};
  const auto verdict = verdict_of(decision, buckets);
  EXPECT_FALSE(verdict.allowed);
  EXPECT_EQ(verdict.binding, 1u);
  EXPECT_EQ(verdict.retry_after, 60s);
  EXPECT_GE(verdict.retry_after, verdict.more_in);
}

TEST(Verdict, TheBindingBucketOfAnAllowedRequestHasTheSmallestShareLeft) {
  const std::vector<Bucket> buckets{bucket("a", 10, 10s), bucket("b", 1000, 60s)};
  BucketDecision decision;
  decision.allowed = true;
  decision.states = {{5, 0us, 0us}, {400, 60ms, 0us}};
  const auto verdict = verdict_of(decision, buckets);
  EXPECT_EQ(verdict.binding, 1u);
  EXPECT_EQ(verdict.remaining, 400);
  EXPECT_EQ(verdict.retry_after, 0s);
}

class RedisAway : public testing::Test {
 protected:
  tests::FakeProtocolClock protocol{Instant{}};
  tests::FakeMonotonicClock monotonic;
  observe::Metrics metrics;
  Redis redis{RedisSettings{.unix_socket = "/nonexistent/redis"}, protocol, monotonic, metrics};
  TokenBucket shared{redis};
  LocalBucket local{monotonic};
};

TEST_F(RedisAway, TheLocalBucketGivesThisNodesShareAndSaysSo) {
  RedisLimiter limiter(shared, local, 4, metrics);
  const std::vector<Bucket> wanted{bucket("k", 8, 8s)};
  for (int i = 0; i < 2; ++i) {
    const auto verdict = limiter.decide(wanted, WhenUnavailable::local);
    EXPECT_TRUE(verdict.allowed);
    EXPECT_TRUE(verdict.degraded);
  }
  EXPECT_FALSE(limiter.decide(wanted, WhenUnavailable::local).allowed);
  EXPECT_NE(metrics.text().find("aldgate_limiter_degraded 1"), std::string::npos);
}

TEST_F(RedisAway, AClosedClassIsRefused) {
  RedisLimiter limiter(shared, local, 1, metrics);
  const std::vector<Bucket> wanted{bucket("k", 8, 8s)};
  const auto verdict = limiter.decide(wanted, WhenUnavailable::closed);
  EXPECT_FALSE(verdict.allowed);
  EXPECT_TRUE(verdict.degraded);
  EXPECT_GE(verdict.retry_after, 1s);
}

TEST_F(RedisAway, AMemoryThatWasNeverReachedRemembersNothing) {
  EXPECT_EQ(redis.continuity().since, Instant::max());
  EXPECT_FALSE(redis.available());
  EXPECT_EQ(redis.continuity().since, Instant::max());
}

}  // namespace
}  // namespace base::cache
