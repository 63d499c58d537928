#include "base/observe/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <list>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <sstream>
#include <unordered_map>
#include <vector>

namespace base::observe {
namespace {

constexpr std::size_t kMostLabelSets = 2000;
const std::vector<double> kBuckets{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

std::string key_of(const char* name, Labels labels) {
  std::string key = name;
  for (const auto& [label, value] : labels) {
    key += '\x1f';
    key += label;
    key += '\x1e';
    key += value;
  }
  return key;
}

std::map<std::string, std::string> label_map(Labels labels) {
  std::map<std::string, std::string> map;
  for (const auto& [label, value] : labels) map.emplace(label, value);
  return map;
}

template <class Kind>
struct Table {
  std::shared_mutex mutex;
  std::unordered_map<std::string, Kind*> known;                         // by name and labels
  std::unordered_map<std::string, prometheus::Family<Kind>*> families;  // by name
  std::unordered_map<std::string, std::size_t> sets;
};

}  // namespace

struct Metrics::Impl {
  prometheus::Registry registry;
  Table<prometheus::Counter> counters;
  Table<prometheus::Gauge> gauges;
  Table<prometheus::Histogram> histograms;
  prometheus::Counter* overflow = nullptr;

  // A collector's removal waits for the collection under way, so that it never runs on what is gone.
  struct Registered;
  std::mutex collectors_mutex;
  std::list<std::function<void(Metrics&)>> collectors;

  template <class Kind, class Build, class... Extra>
  Kind* find(Table<Kind>& table, Build build, const char* name, Labels labels, const Extra&... extra) {
    const std::string key = key_of(name, labels);
    {
      std::shared_lock lock(table.mutex);
      const auto found = table.known.find(key);
      if (found != table.known.end()) return found->second;
    }
    std::unique_lock lock(table.mutex);
    const auto found = table.known.find(key);
    if (found != table.known.end()) return found->second;
    if (table.sets[name] >= kMostLabelSets) {
      overflow->Increment();
      return nullptr;
    }
    auto*& family = table.families[name];
    if (family == nullptr) family = &build().Name(name).Help(name).Register(registry);
    Kind* made = &family->Add(label_map(labels), extra...);
    ++table.sets[name];
    table.known.emplace(key, made);
    return made;
  }
};

struct Metrics::Impl::Registered final : Metrics::Collector {
  Registered(Impl& owner, std::list<std::function<void(Metrics&)>>::iterator place) : impl(owner), at(place) {}
  ~Registered() override {
    std::lock_guard lock(impl.collectors_mutex);
    impl.collectors.erase(at);
  }
  Impl& impl;
  std::list<std::function<void(Metrics&)>>::iterator at;
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {
  impl_->overflow = impl_->find(impl_->counters, prometheus::BuildCounter, "aldgate_metric_overflow_total", {});
}
Metrics::~Metrics() = default;

void Metrics::count(const char* name, Labels labels, double by) {
  if (auto* counter = impl_->find(impl_->counters, prometheus::BuildCounter, name, labels)) counter->Increment(by);
}

void Metrics::gauge(const char* name, double value, Labels labels) {
  if (auto* gauge = impl_->find(impl_->gauges, prometheus::BuildGauge, name, labels)) gauge->Set(value);
}

void Metrics::observe_seconds(const char* name, double seconds, Labels labels) {
  if (auto* histogram = impl_->find(impl_->histograms, prometheus::BuildHistogram, name, labels, kBuckets))
    histogram->Observe(seconds);
}

std::unique_ptr<Metrics::Collector> Metrics::on_collect(std::function<void(Metrics&)> collector) {
  std::lock_guard lock(impl_->collectors_mutex);
  const auto place = impl_->collectors.insert(impl_->collectors.end(), std::move(collector));
  return std::make_unique<Impl::Registered>(*impl_, place);
}

std::string Metrics::text() {
  {
    std::lock_guard lock(impl_->collectors_mutex);
    for (const auto& collector : impl_->collectors) collector(*this);
  }
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, impl_->registry.Collect());
  return out.str();
}

}  // namespace base::observe
