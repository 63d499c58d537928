#include "base/work/periodic.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <stdexcept>

#include "tests/support/fakes.h"

namespace base::work {
namespace {

using namespace std::chrono_literals;

class Runs {
 public:
  int add() {
    std::lock_guard lock(mutex_);
    changed_.notify_all();
    return ++count_;
  }
  bool reach(int wanted) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 1min, [&] { return count_ >= wanted; });
  }
  int count() {
    std::lock_guard lock(mutex_);
    return count_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

TEST(Periodic, RunsAtOnceAndThenWhenWoken) {
  tests::SeededEntropy entropy;
  Runs runs;
  Periodic job({.name = "test", .every = 1h}, entropy, [&](std::stop_token) {
    runs.add();
    return false;
  });
  EXPECT_TRUE(runs.reach(1));
  job.wake();
  EXPECT_TRUE(runs.reach(2));
}

TEST(Periodic, RunsAgainAtOnceWhileThereIsMoreToDo) {
  tests::SeededEntropy entropy;
  Runs runs;
  Periodic job({.name = "test", .every = 1h}, entropy, [&](std::stop_token) { return runs.add() < 5; });
  EXPECT_TRUE(runs.reach(5));
}

TEST(Periodic, RunsAfterItsInterval) {
  tests::SeededEntropy entropy;
  Runs runs;
  Periodic job({.name = "test", .every = 1ms, .first = PeriodicSettings::FirstRun::after_interval}, entropy,
               [&](std::stop_token) {
                 runs.add();
                 return false;
               });
  EXPECT_TRUE(runs.reach(3));
}

TEST(Periodic, AnExceptionDoesNotEndIt) {
  tests::SeededEntropy entropy;
  Runs runs;
  Periodic job({.name = "test", .every = 1ms}, entropy, [&](std::stop_token) -> bool {
    runs.add();
    throw std::runtime_error("broken");
  });
  EXPECT_TRUE(runs.reach(3));
}

TEST(Periodic, TheJobSeesTheStopAndTheEndWaitsForIt) {
  tests::SeededEntropy entropy;
  Runs runs;
  bool ended = false;
  {
    Periodic job({.name = "test", .every = 1h}, entropy, [&](std::stop_token stop) {
      runs.add();
      std::mutex mutex;
      std::condition_variable_any never;
      std::unique_lock lock(mutex);
      never.wait(lock, stop, [] { return false; });
      ended = true;
      return true;
    });
    ASSERT_TRUE(runs.reach(1));
  }
  EXPECT_TRUE(ended);
  EXPECT_EQ(runs.count(), 1);
}

}  // namespace
}  // namespace base::work
