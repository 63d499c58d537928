// A fresh, migrated PostgreSQL database for tests in tests/postgres. ALDGATE_TEST_PG is a libpq conninfo of a superuser
// on a private cluster that trusts local connections; without it the test fails (it is not skipped).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/db/migrate.h"
#include "base/db/postgres_pool.h"
#include "base/db/statement.h"
#include "base/observe/metrics.h"
#include "base/system_clock.h"

namespace tests {

class Database {
 public:
  // Makes the roles aldgate_owner and aldgate_service where missing, and a database of its own with these migrations
  // (base's own must be among them). Cheap after the first of a process: cloned from a template. Dropped at the end.
  explicit Database(const std::vector<base::db::Migration>& migrations);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // An empty database: for tests of migrate() itself.
  static std::unique_ptr<Database> empty();
  // One with the content of another, to which nobody may be connected at that moment.
  static std::unique_ptr<Database> copy_of(const Database& original);

  const std::string& name() const { return name_; }
  std::string superuser_conninfo() const;
  std::string owner_conninfo() const;
  std::string service_conninfo() const;
  base::db::PostgresSettings service_settings(int connections = 4) const;

  // A ready pool of the service role; lives as long as the caller keeps it, not longer than this.
  std::unique_ptr<base::db::PostgresPool> pool(std::vector<base::db::Statement> statements, int connections = 4);

  // Plain SQL as superuser, for arranging and looking: rows of text ("" for NULL). Throws on an error.
  std::vector<std::vector<std::string>> sql(const std::string& text) const;

  const base::MonotonicClock& clock() const { return clock_; }
  base::observe::Metrics& metrics() { return metrics_; }
  base::db::Deadline deadline(std::chrono::milliseconds from_now = std::chrono::seconds(10)) const;

 private:
  Database();
  std::string name_;
  base::SystemMonotonicClock clock_;
  base::observe::Metrics metrics_;
};

}  // namespace tests
