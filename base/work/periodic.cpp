#include "base/work/periodic.h"

#include <array>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <span>
#include <thread>

#include "base/observe/log.h"

namespace base::work {

struct Periodic::Impl {
  Impl(PeriodicSettings s, Entropy& e, std::function<bool(std::stop_token)> j)
      : settings(std::move(s)), entropy(e), job(std::move(j)) {}

  void loop(std::stop_token stop) {
    bool wait_first = settings.first == PeriodicSettings::FirstRun::after_interval;
    while (!stop.stop_requested()) {
      if (wait_first) {
        std::unique_lock lock(mutex);
        woken_or_stopped.wait_for(lock, stop, interval(), [&] { return woken; });
        if (stop.stop_requested()) return;
        woken = false;
      }
      wait_first = !run_job(stop);
    }
  }

  bool run_job(std::stop_token stop) {
    try {
      return job(stop);
    } catch (const std::exception& error) {
      observe::log(observe::Level::error, "a background job failed and will run again",
                   {{"job", settings.name}, {"error", error.what()}});
    } catch (...) {
      observe::log(observe::Level::error, "a background job failed and will run again",
                   {{"job", settings.name}, {"error", "an exception of unknown type"}});
    }
    return false;
  }

  std::chrono::milliseconds interval() {
    std::array<std::byte, 2> random{};
    entropy.fill(random);
    const double share =
        static_cast<double>(std::to_integer<int>(random[0]) * 256 + std::to_integer<int>(random[1])) / 65535.0;
    const double factor = 1.0 + settings.jitter * (2.0 * share - 1.0);
    return std::chrono::milliseconds(static_cast<std::int64_t>(static_cast<double>(settings.every.count()) * factor));
  }

  const PeriodicSettings settings;
  Entropy& entropy;
  const std::function<bool(std::stop_token)> job;
  std::mutex mutex;
  std::condition_variable_any woken_or_stopped;
  bool woken = false;
  std::jthread thread;
};

Periodic::Periodic(PeriodicSettings settings, Entropy& entropy, std::function<bool(std::stop_token)> job)
    : impl_(std::make_unique<Impl>(std::move(settings), entropy, std::move(job))) {
  impl_->thread = std::jthread([impl = impl_.get()](std::stop_token stop) { impl->loop(stop); });
}

Periodic::~Periodic() {
  if (!impl_) return;
  impl_->thread.request_stop();
  impl_->thread.join();
}

void Periodic::wake() {
  {
    std::lock_guard lock(impl_->mutex);
    impl_->woken = true;
  }
  impl_->woken_or_stopped.notify_all();
}

void Periodic::stop() { impl_->thread.request_stop(); }

}  // namespace base::work
