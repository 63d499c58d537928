// The request journal: one row a finished request, written in batches off the request's path. `aldgate explain request`
// reads it beside the audit trail. It may lose rows when the database is away (counted); evidence is the audit's task.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/db/statement.h"
#include "base/db/transaction.h"
#include "base/observe/metrics.h"
#include "base/observe/request_event.h"

namespace base::db {

struct JournalSettings {
  std::size_t queue = 10000;  // events waiting; more are dropped: aldgate_journal_dropped_total{reason="full"}
  std::size_t batch = 500;    // rows of one insert
  std::chrono::milliseconds every{200};
  std::chrono::milliseconds write_deadline{5000};
};

class RequestJournal {
 public:
  RequestJournal(Pool& pool, const MonotonicClock& clock, observe::Metrics& metrics, JournalSettings settings = {});
  ~RequestJournal();  // flush(), then stops its thread

  // Never blocks. `json` is observe::to_json(event), which the log line has been made of already.
  void append(const observe::RequestEvent& event, std::string json);
  void append(const observe::RequestEvent& event) { append(event, observe::to_json(event)); }
  // Returns when everything appended before has been written or dropped.
  void flush();

  static std::vector<Statement> statements();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

struct JournalRow {
  Instant at;
  InteractionId interaction;
  std::string event_json;  // observe::to_json(RequestEvent), members sorted by PostgreSQL
};

// Oldest first; at most `limit` rows.
std::vector<JournalRow> journal_of_interaction(Transaction& tx, const InteractionId& interaction, int limit = 1000);

}  // namespace base::db
