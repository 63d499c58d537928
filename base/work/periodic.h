// A background job on its own thread, run every so often (with jitter, so that nodes do not march in step) and when
// woken. Jobs on several nodes agree in PostgreSQL (FOR UPDATE SKIP LOCKED, advisory lock), never here.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "base/entropy.h"

namespace base::work {

struct PeriodicSettings {
  std::string name{};  // for logs
  std::chrono::milliseconds every{1000};
  double jitter = 0.1;  // of `every`, plus and minus
  enum class FirstRun { at_once, after_interval } first = FirstRun::at_once;
};

class Periodic {
 public:
  // job: gets the stop token; returns true when there is more to do at once. Exceptions are logged; the job runs again
  // after the interval.
  Periodic(PeriodicSettings settings, Entropy& entropy, std::function<bool(std::stop_token)> job);
  ~Periodic();  // stop(), waits for the running job

  void wake();  // thread-safe; several wakes before the next run are one
  void stop();  // asks; does not wait

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace base::work
