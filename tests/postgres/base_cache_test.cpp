// Replays and limits against a real Redis, and what happens without it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <thread>
#include <vector>

#include "base/cache/local_bucket.h"
#include "base/cache/redis_limiter.h"
#include "base/cache/replay_set.h"
#include "base/cache/token_bucket.h"
#include "tests/support/fakes.h"
#include "tests/support/redis.h"

namespace base::cache {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using Outcome = ReplaySet::Outcome;

TEST(ReplaySet, AnIdIsFreshOncePerOwnerAndKind) {
  tests::RedisFixture fixture;
  RedisReplaySet set(fixture.redis());
  EXPECT_EQ(set.insert("dpop", "key-a", "hash-1", 1min), Outcome::fresh);
  EXPECT_EQ(set.insert("dpop", "key-a", "hash-1", 1min), Outcome::replayed);
  EXPECT_EQ(set.insert("dpop", "key-b", "hash-1", 1min), Outcome::fresh);
  EXPECT_EQ(set.insert("other", "key-a", "hash-1", 1min), Outcome::fresh);
  EXPECT_EQ(set.insert("dpop", "key-a", "hash-2", 1min), Outcome::fresh);
}

TEST(ReplaySet, EveryIdHasATimeToLive) {
  tests::RedisFixture fixture;
  RedisReplaySet set(fixture.redis());
  set.insert("dpop", "key", "hash", 90s);
  const auto ttl = fixture.redis().command({"PTTL", fixture.redis().key_prefix() + "replay:dpop:{key}:hash"});
  ASSERT_TRUE(ttl.has_value());
  EXPECT_GT(ttl->integer, 0);
  EXPECT_LE(ttl->integer, 90'000);
}

TEST(ReplaySet, OneOfManyThreadsIsFresh) {
  tests::RedisFixture fixture;
  RedisReplaySet set(fixture.redis());
  std::atomic<int> fresh{0}, replayed{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i)
    threads.emplace_back([&] {
      const auto outcome = set.insert("dpop", "key", "hash", 1min);
      if (outcome == Outcome::fresh) ++fresh;
      if (outcome == Outcome::replayed) ++replayed;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(fresh, 1);
  EXPECT_EQ(replayed, 15);
}

TEST(TokenBucket, PaysFromAllBucketsOrFromNone) {
  tests::RedisFixture fixture;
  TokenBucket limits(fixture.redis());
  const std::vector<Bucket> both{{"{t}:wide", 10, 3600s, 1}, {"{t}:narrow", 2, 3600s, 1}};
  for (int i = 1; i >= 0; --i) {
    const auto decision = limits.decide(both);
    ASSERT_TRUE(decision && decision->allowed);
    EXPECT_EQ(decision->states[1].remaining, i);
    EXPECT_EQ(decision->states[0].remaining, 8 + i);
  }
  for (int i = 0; i < 20; ++i) {
    const auto decision = limits.decide(both);
    ASSERT_TRUE(decision.has_value());
    EXPECT_FALSE(decision->allowed);
    EXPECT_EQ(decision->states[0].remaining, 8);
    EXPECT_EQ(decision->states[0].wait.count(), 0);
    EXPECT_GT(decision->states[1].wait.count(), 0);
  }
  const std::vector<Bucket> look{{"{t}:wide", 10, 3600s, 0}};
  EXPECT_EQ(limits.decide(look)->states[0].remaining, 8);
}

TEST(TokenBucket, AgreesWithTheLocalArithmetic) {
  tests::RedisFixture fixture;
  TokenBucket limits(fixture.redis());
  tests::FakeMonotonicClock clock;
  LocalBucket local(clock);
  // So slow a refill that the real time between two calls is nothing.
  for (int i = 0; i < 12; ++i) {
    const std::vector<Bucket> wanted{{"{t}:k", 10, std::chrono::hours(24 * 300), 1 + i % 3}};
    const auto here = local.decide(wanted);
    const auto there = limits.decide(wanted);
    ASSERT_TRUE(there.has_value());
    EXPECT_EQ(there->allowed, here.allowed) << i;
    EXPECT_EQ(there->states[0].remaining, here.states[0].remaining) << i;
    EXPECT_NEAR(static_cast<double>(there->states[0].wait.count()), static_cast<double>(here.states[0].wait.count()),
                60e6);
  }
}

TEST(TokenBucket, KeysExpireWhenTheirBucketIsFullAgain) {
  tests::RedisFixture fixture;
  TokenBucket limits(fixture.redis());
  const std::vector<Bucket> wanted{{"{t}:k", 10, 100s, 3}};
  ASSERT_TRUE(limits.decide(wanted)->allowed);
  const auto ttl = fixture.redis().command({"PTTL", fixture.redis().key_prefix() + "limit:{t}:k"});
  EXPECT_GT(ttl->integer, 0);
  EXPECT_LE(ttl->integer, 30'002);
}

TEST(TokenBucket, ExactlyTheQuantityPassesUnderManyThreads) {
  tests::RedisFixture fixture;
  TokenBucket limits(fixture.redis());
  std::atomic<int> allowed{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        const std::vector<Bucket> wanted{{"{t}:k", 50, std::chrono::hours(24 * 300), 1}};
        const auto decision = limits.decide(wanted);
        if (decision && decision->allowed) ++allowed;
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(allowed, 50);
}

class OwnRedis : public testing::Test {
 protected:
  OwnRedis() { server.start(); }
  RedisSettings settings() {
    RedisSettings made;
    made.unix_socket = server.socket();
    made.deadline = 2s;
    made.failures_to_open = 3;
    made.open_for = 1s;
    return made;
  }
  tests::PrivateRedis server;
  tests::FakeProtocolClock protocol{Instant(std::chrono::seconds(1'800'000'000))};
  tests::FakeMonotonicClock monotonic;
  observe::Metrics metrics;
  Redis redis{settings(), protocol, monotonic, metrics};
};

TEST_F(OwnRedis, TheScriptIsLoadedAgainWhenTheServerHasForgottenIt) {
  TokenBucket limits(redis);
  const std::vector<Bucket> wanted{{"{t}:k", 5, 100s, 1}};
  EXPECT_TRUE(limits.decide(wanted)->allowed);
  ASSERT_TRUE(redis.command({"SCRIPT", "FLUSH"}).has_value());
  EXPECT_TRUE(limits.decide(wanted)->allowed);
}

TEST_F(OwnRedis, ARestartIsSeenAndWhatWasRememberedIsKnownToBeGone) {
  RedisReplaySet set(redis);
  EXPECT_EQ(set.insert("dpop", "key", "hash", 1min), Outcome::fresh);
  const auto before = redis.continuity();
  EXPECT_FALSE(before.run_id.empty());
  EXPECT_LE(set.remembers_since(), protocol.now());
  EXPECT_EQ(before.changes, 0);
  server.stop();
  EXPECT_EQ(set.insert("dpop", "key", "hash", 1min), Outcome::unavailable);
  server.start();
  protocol.advance(5s);
  EXPECT_EQ(set.insert("dpop", "key", "hash", 1min), Outcome::fresh);  // forgotten: hence the next two lines
  EXPECT_EQ(set.remembers_since(), protocol.now());
  EXPECT_EQ(redis.continuity().changes, 1);
  EXPECT_NE(redis.continuity().run_id, before.run_id);
  EXPECT_THAT(metrics.text(), HasSubstr("aldgate_redis_restarts_seen_total 1"));
}

TEST_F(OwnRedis, AProcessThatBeginsAfterARestartTrustsTheServersOwnAge) {
  ASSERT_TRUE(redis.available());
  const auto since = redis.continuity().since;
  EXPECT_LE(since, protocol.now());
  EXPECT_GT(since, protocol.now() - 1h);  // the server has only just begun
}

TEST_F(OwnRedis, TheBreakerOpensAfterFailuresAndAProbeClosesIt) {
  ASSERT_TRUE(redis.available());
  server.stop();
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(redis.available());
  server.start();
  EXPECT_FALSE(redis.available()) << "open: not even tried";
  monotonic.advance(1s);
  EXPECT_TRUE(redis.available()) << "the probe";
  EXPECT_TRUE(redis.available());
}

TEST_F(OwnRedis, AFailedProbeKeepsTheBreakerOpen) {
  server.stop();
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(redis.available());
  monotonic.advance(1s);
  EXPECT_FALSE(redis.available());
  server.start();
  EXPECT_FALSE(redis.available());
  monotonic.advance(1s);
  EXPECT_TRUE(redis.available());
}

TEST_F(OwnRedis, TheLocalBucketTakesOverAndGivesBack) {
  TokenBucket shared(redis);
  LocalBucket local(monotonic);
  RedisLimiter limiter(shared, local, 2, metrics);
  const std::vector<Bucket> wanted{{"{t}:k", 4, 3600s, 1}};
  EXPECT_FALSE(limiter.decide(wanted, WhenUnavailable::local).degraded);
  server.stop();
  int allowed = 0;
  for (int i = 0; i < 6; ++i) {
    const auto verdict = limiter.decide(wanted, WhenUnavailable::local);
    EXPECT_TRUE(verdict.degraded);
    allowed += verdict.allowed ? 1 : 0;
  }
  EXPECT_EQ(allowed, 2);
  EXPECT_THAT(metrics.text(), HasSubstr("aldgate_limiter_degraded 1"));
  server.start();
  monotonic.advance(1s);
  EXPECT_FALSE(limiter.decide(wanted, WhenUnavailable::local).degraded);
  EXPECT_THAT(metrics.text(), HasSubstr("aldgate_limiter_degraded 0"));
}

// A listener that accepts into its backlog and never answers.
TEST(Redis, AServerThatNeverAnswersIsUnavailable) {
  const std::string path = testing::TempDir() + "silent-redis-" + std::to_string(getpid());
  const int listener = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  ASSERT_LT(path.size(), sizeof address.sun_path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  ASSERT_EQ(bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(listen(listener, 16), 0);
  tests::FakeProtocolClock protocol{Instant{}};
  tests::FakeMonotonicClock monotonic;
  observe::Metrics metrics;
  RedisSettings settings;
  settings.unix_socket = path;
  settings.deadline = 10ms;
  Redis redis(std::move(settings), protocol, monotonic, metrics);
  RedisReplaySet set(redis);
  EXPECT_EQ(set.insert("dpop", "key", "hash", 1min), Outcome::unavailable);
  close(listener);
  unlink(path.c_str());
}

}  // namespace
}  // namespace base::cache
