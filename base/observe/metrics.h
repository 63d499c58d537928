// Prometheus metrics with bounded labels: label values come from closed sets (route patterns, enums), never ids.
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>

namespace base::observe {

using Labels = std::initializer_list<std::pair<const char*, std::string>>;

class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // Thread-safe. A metric is made at its first use; more than 2,000 label sets of one name are counted under
  // aldgate_metric_overflow_total instead.
  void count(const char* name, Labels labels = {}, double by = 1);
  void gauge(const char* name, double value, Labels labels = {});
  void observe_seconds(const char* name, double seconds, Labels labels = {});  // histogram
  // Called by text(), to set gauges of what is only worth reading when somebody looks. `collector` must not outlive
  // what it reads: keep the handle as long as that lives.
  class Collector;
  [[nodiscard]] std::unique_ptr<Collector> on_collect(std::function<void(Metrics&)> collector);
  std::string text();  // exposition format 0.0.4

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

class Metrics::Collector {
 public:
  virtual ~Collector() = default;
};

}  // namespace base::observe
