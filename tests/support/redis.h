// A real Redis for tests in tests/postgres. ALDGATE_TEST_REDIS is the path of a unix socket.
#pragma once

#include <memory>
#include <string>

#include "base/cache/redis.h"
#include "base/observe/metrics.h"
#include "base/system_clock.h"

namespace tests {

// The shared server, under a key prefix no other test has.
class RedisFixture {
 public:
  RedisFixture();
  ~RedisFixture();  // deletes its keys
  base::cache::RedisSettings settings() const;
  base::cache::Redis& redis() { return *redis_; }
  base::observe::Metrics& metrics() { return metrics_; }

 private:
  std::string prefix_;
  base::SystemProtocolClock protocol_;
  base::SystemMonotonicClock monotonic_;
  base::observe::Metrics metrics_;
  std::unique_ptr<base::cache::Redis> redis_;
};

// A redis-server of the test's own, to be stopped and started again.
class PrivateRedis {
 public:
  PrivateRedis();
  ~PrivateRedis();
  void start();  // returns when it answers
  void stop();   // SIGKILL, waits for its end
  std::string socket() const;

 private:
  std::string folder_;
  int pid_ = -1;
};

}  // namespace tests
