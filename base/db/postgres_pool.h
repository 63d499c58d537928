// The PostgreSQL connection pool: bounded, leased per transaction, every statement prepared on each new connection.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/db/statement.h"
#include "base/db/transaction.h"
#include "base/observe/metrics.h"
#include "base/secret.h"

namespace base::db {

struct PostgresSettings {
  std::string host{};  // a folder (unix socket) or a host name; empty: libpq's default
  int port = 5432;
  std::string database{};
  std::string user{};
  Secret password{};       // empty: none (peer or trust)
  std::string tls_mode{};  // libpq's sslmode; empty: libpq's default. "verify-full" wants tls_root_file
  std::string tls_root_file{};
  std::string application_name = "aldgate";
  int connections = 8;  // no more than the workers that use it
  std::chrono::milliseconds connect_timeout{3000};
  // An open transaction that sends nothing for so long is ended by the server, so that a stuck node holds no locks.
  std::chrono::milliseconds idle_in_transaction{30000};
};

class PostgresPool final : public Pool {
 public:
  // Opens one connection and prepares all statements on it: throws std::runtime_error with one plain sentence that
  // names the statement that does not prepare, or tells why there is no connection.
  PostgresPool(PostgresSettings settings, std::vector<Statement> statements, const MonotonicClock& clock,
               observe::Metrics& metrics);
  ~PostgresPool() override;  // waits for nobody: all leases must have ended

  void run(Deadline deadline, const std::function<bool(Transaction&)>& work) override;
  void read(Deadline deadline, const std::function<void(Transaction&)>& work) override;

  // A round trip within the deadline: for /readyz. Throws Unavailable.
  void ping(Deadline deadline);

  // Waits until NOTIFY arrives on `channel`, or for the time given, on a connection of its own (beside `connections`):
  // a wake-up, never a source of truth. True when notified; a lost or new connection counts as a wake-up. Must not
  // outlive the pool.
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual bool wait(std::chrono::milliseconds at_most) = 0;
    virtual void interrupt() = 0;  // from another thread: ends the wait
  };
  std::unique_ptr<Listener> listen(const std::string& channel);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace base::db
