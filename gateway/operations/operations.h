// For the operator and his machines: liveness, readiness, metrics. Served on the operations listener only.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "base/http/call.h"
#include "base/observe/metrics.h"

namespace gateway {

struct Readiness {
  std::string what;                                                    // "postgresql"
  std::function<std::string(base::db::Deadline)> check;                // empty text: fine; else why not
  enum class Weight { required, degraded } weight = Weight::required;  // degraded: told, but still ready
};

class Operations {
 public:
  Operations(base::observe::Metrics& metrics, std::vector<Readiness> checks, std::function<void()> before_metrics)
      : metrics_(metrics), checks_(std::move(checks)), before_metrics_(std::move(before_metrics)) {}

  static base::http::Response healthz(base::http::Call& call);  // 200 while the process answers; never blocks
  base::http::Response readyz(base::http::Call& call);          // 200 or 503, with each check's state
  base::http::Response metrics(base::http::Call& call);         // Prometheus exposition format

  void begin_drain() { draining_ = true; }  // not ready any more, so that a load balancer turns away

 private:
  base::observe::Metrics& metrics_;
  std::vector<Readiness> checks_;
  std::function<void()> before_metrics_;
  std::atomic<bool> draining_{false};
};

}  // namespace gateway
