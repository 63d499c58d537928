#include "base/work/worker_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <stdexcept>

namespace base::work {
namespace {

using namespace std::chrono_literals;

// A job that says when it began and ends when told.
struct Gate {
  std::promise<void> begun, go;
  std::function<void()> job() {
    return [this, open = go.get_future().share()] {
      begun.set_value();
      open.wait();
    };
  }
};

TEST(WorkerPool, RefusesWhenItsQueueIsFullAndTakesAgainAfterwards) {
  observe::Metrics metrics;
  WorkerPool pool("test", 1, 2, metrics);
  Gate gate;
  ASSERT_TRUE(pool.try_post(gate.job()));
  gate.begun.get_future().wait();
  std::atomic<int> ran{0};
  std::promise<void> second;
  EXPECT_TRUE(pool.try_post([&] { ++ran; }));
  EXPECT_TRUE(pool.try_post([&] {
    ++ran;
    second.set_value();
  }));
  EXPECT_FALSE(pool.try_post([&] { ran += 100; }));
  EXPECT_EQ(pool.waiting(), 2u);
  EXPECT_EQ(pool.running(), 1u);
  gate.go.set_value();
  second.get_future().wait();
  EXPECT_EQ(ran, 2);
  EXPECT_TRUE(pool.try_post([&] { ++ran; }));
  EXPECT_TRUE(pool.drain(1min));
  EXPECT_EQ(ran, 3);
}

TEST(WorkerPool, DrainRunsWhatWaitsAndThenTakesNothing) {
  observe::Metrics metrics;
  WorkerPool pool("test", 2, 100, metrics);
  std::atomic<int> ran{0};
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(pool.try_post([&] { ++ran; }));
  EXPECT_TRUE(pool.drain(1min));
  EXPECT_EQ(ran, 100);
  EXPECT_FALSE(pool.try_post([&] { ++ran; }));
}

TEST(WorkerPool, DrainDropsWhatWaitsWhenItsPatienceEnds) {
  observe::Metrics metrics;
  Gate gate;
  std::atomic<int> ran{0};
  {
    WorkerPool pool("test", 1, 10, metrics);
    ASSERT_TRUE(pool.try_post(gate.job()));
    gate.begun.get_future().wait();
    ASSERT_TRUE(pool.try_post([&] { ++ran; }));
    EXPECT_FALSE(pool.drain(0ms));
    EXPECT_EQ(pool.waiting(), 0u);
    gate.go.set_value();
  }
  EXPECT_EQ(ran, 0);
}

TEST(WorkerPool, AnExceptionIsCountedAndTheWorkerGoesOn) {
  observe::Metrics metrics;
  WorkerPool pool("test", 1, 10, metrics);
  std::atomic<int> ran{0};
  ASSERT_TRUE(pool.try_post([] { throw std::runtime_error("broken"); }));
  ASSERT_TRUE(pool.try_post([] { throw 5; }));
  ASSERT_TRUE(pool.try_post([&] { ++ran; }));
  EXPECT_TRUE(pool.drain(1min));
  EXPECT_EQ(ran, 1);
  EXPECT_NE(metrics.text().find("aldgate_worker_exceptions_total{pool=\"test\"} 2"), std::string::npos);
}

}  // namespace
}  // namespace base::work
