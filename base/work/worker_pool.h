// A bounded pool of workers with a bounded queue: a limit on everything (DESIGN decision 5).
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "base/observe/metrics.h"

namespace base::work {

class WorkerPool {
 public:
  // name: a short constant for logs and the metrics' label ("requests", "webhooks").
  WorkerPool(std::string name, int threads, std::size_t queue, observe::Metrics& metrics);
  ~WorkerPool();  // drain() without patience: what waits is dropped, what runs is waited for

  // False when the queue is full or the pool drains: the caller answers 503. An exception that leaves the job is logged
  // and counted (aldgate_worker_exceptions_total); jobs that owe somebody an answer catch for themselves.
  [[nodiscard]] bool try_post(std::function<void()> job);

  // Takes no more, runs what waits, and joins. False when the patience ended first: jobs still waiting are dropped, and
  // the destructor waits for those that run.
  bool drain(std::chrono::milliseconds patience);

  std::size_t waiting() const;
  std::size_t running() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace base::work
