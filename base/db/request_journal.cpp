#include "base/db/request_journal.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

#include "base/db/sql.h"
#include "base/observe/log.h"

namespace base::db {
namespace {

constexpr Statement kInsert{"base.journal.insert", R"sql(
  INSERT INTO base.request_journal (at, interaction, event)
  SELECT at, interaction, event
    FROM unnest($1::timestamptz[], $2::text[], $3::jsonb[]) AS given (at, interaction, event))sql"};

constexpr Statement kOfInteraction{"base.journal.of_interaction", R"sql(
  SELECT at, interaction, event FROM base.request_journal WHERE interaction = $1 ORDER BY at LIMIT $2)sql"};

}  // namespace

struct RequestJournal::Impl {
  Impl(Pool& p, const MonotonicClock& c, observe::Metrics& m, JournalSettings s)
      : pool(p), clock(c), metrics(m), settings(s) {}

  void loop() {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait_for(lock, settings.every,
                       [&] { return stopping || finished < flush_to || queue.size() >= settings.batch; });
      while (!queue.empty()) {
        std::vector<JournalRow> batch;
        const std::size_t count = std::min(queue.size(), settings.batch);
        batch.reserve(count);
        std::move(queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(count), std::back_inserter(batch));
        queue.erase(queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(count));
        lock.unlock();
        write(batch);
        lock.lock();
        finished += count;
      }
      written.notify_all();
      if (stopping) return;
    }
  }

  void write(std::vector<JournalRow>& batch) {
    std::vector<std::string> times, interactions, events;
    for (JournalRow& row : batch) {
      times.push_back(timestamp_text(row.at));
      interactions.push_back(row.interaction.str());
      events.push_back(std::move(row.event_json));
    }
    try {
      pool.run({clock.now() + settings.write_deadline}, [&](Transaction& tx) {
        exec(tx, kInsert, times, interactions, events);
        return true;
      });
    } catch (const std::exception& error) {
      metrics.count("aldgate_journal_dropped_total", {{"reason", "database"}}, static_cast<double>(batch.size()));
      observe::log(observe::Level::warning, "request journal rows were dropped",
                   {{"rows", static_cast<std::int64_t>(batch.size())}, {"error", error.what()}});
    }
  }

  Pool& pool;
  const MonotonicClock& clock;
  observe::Metrics& metrics;
  const JournalSettings settings;
  std::mutex mutex;
  std::condition_variable changed;
  std::condition_variable written;
  std::deque<JournalRow> queue;
  std::uint64_t appended = 0;
  std::uint64_t finished = 0;
  std::uint64_t flush_to = 0;  // of `appended`: not to wait for more before these are written
  bool stopping = false;
  std::thread thread;
};

RequestJournal::RequestJournal(Pool& pool, const MonotonicClock& clock, observe::Metrics& metrics,
                               JournalSettings settings)
    : impl_(std::make_unique<Impl>(pool, clock, metrics, settings)) {
  impl_->thread = std::thread([impl = impl_.get()] { impl->loop(); });
}

RequestJournal::~RequestJournal() {
  {
    std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->changed.notify_all();
  impl_->thread.join();
}

void RequestJournal::append(const observe::RequestEvent& event, std::string json) {
  bool full = false;
  bool enough = false;
  {
    std::lock_guard lock(impl_->mutex);
    full = impl_->stopping || impl_->queue.size() >= impl_->settings.queue;
    if (!full) {
      impl_->queue.push_back({event.at, event.interaction, std::move(json)});
      ++impl_->appended;
      enough = impl_->queue.size() >= impl_->settings.batch;
    }
  }
  if (full) impl_->metrics.count("aldgate_journal_dropped_total", {{"reason", "full"}});
  if (enough) impl_->changed.notify_one();
}

void RequestJournal::flush() {
  std::unique_lock lock(impl_->mutex);
  const std::uint64_t target = impl_->appended;
  impl_->flush_to = std::max(impl_->flush_to, target);
  impl_->changed.notify_all();
  impl_->written.wait(lock, [&] { return impl_->finished >= target; });
}

std::vector<Statement> RequestJournal::statements() { return {kInsert, kOfInteraction}; }

std::vector<JournalRow> journal_of_interaction(Transaction& tx, const InteractionId& interaction, int limit) {
  std::vector<JournalRow> list;
  for (const auto& row : exec(tx, kOfInteraction, interaction, limit))
    list.push_back({value<Instant>(row[0]), value<InteractionId>(row[1]), value<std::string>(row[2])});
  return list;
}

}  // namespace base::db
