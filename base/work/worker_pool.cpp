#include "base/work/worker_pool.h"

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "base/observe/log.h"

namespace base::work {

struct WorkerPool::Impl {
  Impl(std::string pool_name, std::size_t queue_limit, observe::Metrics& to)
      : name(std::move(pool_name)), limit(queue_limit), metrics(to) {}

  void work() {
    std::unique_lock lock(mutex);
    for (;;) {
      arrived.wait(lock, [&] { return draining || !queue.empty(); });
      if (queue.empty()) return;
      std::function<void()> job = std::move(queue.front());
      queue.pop_front();
      ++busy;
      lock.unlock();
      perform(job);
      job = nullptr;  // what it holds ends here, not under the lock
      lock.lock();
      --busy;
      if (busy == 0 && queue.empty()) idle.notify_all();
    }
  }

  void perform(const std::function<void()>& job) {
    try {
      job();
    } catch (const std::exception& error) {
      tell(error.what());
    } catch (...) {
      tell("an exception of unknown type");
    }
  }

  void tell(const char* what) {
    metrics.count("aldgate_worker_exceptions_total", {{"pool", name}});
    observe::log(observe::Level::error, "a job ended with an exception", {{"pool", name}, {"error", what}});
  }

  const std::string name;
  const std::size_t limit;
  observe::Metrics& metrics;
  mutable std::mutex mutex;
  std::condition_variable arrived;
  std::condition_variable idle;
  std::deque<std::function<void()>> queue;
  std::size_t busy = 0;
  bool draining = false;
  std::vector<std::thread> threads;
  std::unique_ptr<observe::Metrics::Collector> collector;
};

WorkerPool::WorkerPool(std::string name, int threads, std::size_t queue, observe::Metrics& metrics)
    : impl_(std::make_unique<Impl>(std::move(name), queue, metrics)) {
  for (int i = 0; i < threads; ++i) impl_->threads.emplace_back([impl = impl_.get()] { impl->work(); });
  impl_->collector = metrics.on_collect([impl = impl_.get()](observe::Metrics& to) {
    std::lock_guard lock(impl->mutex);
    to.gauge("aldgate_worker_queue", static_cast<double>(impl->queue.size()), {{"pool", impl->name}});
    to.gauge("aldgate_worker_busy", static_cast<double>(impl->busy), {{"pool", impl->name}});
  });
}

WorkerPool::~WorkerPool() {
  impl_->collector.reset();
  drain(std::chrono::milliseconds(0));
  for (auto& thread : impl_->threads)
    if (thread.joinable()) thread.join();
}

bool WorkerPool::try_post(std::function<void()> job) {
  {
    std::lock_guard lock(impl_->mutex);
    if (impl_->draining || impl_->queue.size() >= impl_->limit) return false;
    impl_->queue.push_back(std::move(job));
  }
  impl_->arrived.notify_one();
  return true;
}

bool WorkerPool::drain(std::chrono::milliseconds patience) {
  std::deque<std::function<void()>> dropped;
  {
    std::unique_lock lock(impl_->mutex);
    impl_->draining = true;
    impl_->arrived.notify_all();
    const bool done = impl_->idle.wait_for(lock, patience, [&] { return impl_->queue.empty() && impl_->busy == 0; });
    if (!done) {
      dropped.swap(impl_->queue);
      lock.unlock();
      if (!dropped.empty())
        observe::log(observe::Level::warning, "jobs were dropped when their pool stopped",
                     {{"pool", impl_->name}, {"dropped", static_cast<std::int64_t>(dropped.size())}});
      return false;
    }
  }
  for (auto& thread : impl_->threads)
    if (thread.joinable()) thread.join();
  return true;
}

std::size_t WorkerPool::waiting() const {
  std::lock_guard lock(impl_->mutex);
  return impl_->queue.size();
}

std::size_t WorkerPool::running() const {
  std::lock_guard lock(impl_->mutex);
  return impl_->busy;
}

}  // namespace base::work
