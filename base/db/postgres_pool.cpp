#include "base/db/postgres_pool.h"

#include <libpq-fe.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <pqxx/except>
#include <set>
#include <span>
#include <utility>

#include "base/db/sql.h"
#include "base/ensure.h"
#include "base/observe/log.h"

namespace base::db {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr int kMostRuns = 4;  // the first and three more

// How long a caller keeps asking a server that refuses connections (it restarts, or a standby takes over), when its
// deadline is later than that.
constexpr milliseconds kConnectPatience{1500};
constexpr milliseconds kConnectPause{40};

// Statement timeouts are set in steps, rounded down: requests of one deadline share one step, so that the session's
// value changes seldom and costs no round trip.
constexpr std::array<int, 22> kTimeoutSteps{1,    2,    5,    10,   20,   50,   100,  200,   350,   500,   750,
                                            1000, 1500, 2000, 3000, 4000, 5000, 7500, 10000, 15000, 20000, 30000};

int timeout_step(nanoseconds left) {
  const auto ms = std::chrono::duration_cast<milliseconds>(left).count();
  int step = kTimeoutSteps.front();
  for (const int candidate : kTimeoutSteps)
    if (candidate <= ms) step = candidate;
  return step;
}

class Away : public std::runtime_error {  // the server cannot be reached now
 public:
  using std::runtime_error::runtime_error;
};

std::string one_line(const char* text) {
  std::string line = text == nullptr ? "" : text;
  while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.pop_back();
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

struct Finished {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
using Connection = std::unique_ptr<PGconn, Finished>;

// What is wrong, or nothing when the session stands.
std::optional<std::string> finish(PGconn* connection, const MonotonicClock& clock, nanoseconds give_up_at) {
  if (PQstatus(connection) == CONNECTION_BAD) return one_line(PQerrorMessage(connection));
  PostgresPollingStatusType step = PGRES_POLLING_WRITING;
  for (;;) {
    const auto rest = std::chrono::duration_cast<milliseconds>(give_up_at - clock.now()).count();
    if (rest <= 0) return "no answer within the time to connect";
    pollfd descriptor{PQsocket(connection), static_cast<short>(step == PGRES_POLLING_READING ? POLLIN : POLLOUT), 0};
    if (poll(&descriptor, 1, static_cast<int>(std::min<std::int64_t>(rest, 60000))) <= 0) continue;
    step = PQconnectPoll(connection);
    if (step == PGRES_POLLING_OK) return std::nullopt;
    if (step == PGRES_POLLING_FAILED) return one_line(PQerrorMessage(connection));
  }
}

// Opens a session within a time, with the password never in a connection string. Throws Away.
Connection open_connection(const PostgresSettings& settings, const MonotonicClock& clock, nanoseconds give_up_at) {
  const std::string port = std::to_string(settings.port);
  // Set by the server at the start of the session: no round trip. Generic plans: every statement is a look-up by key or
  // close to it, and planning it anew would cost more than running it.
  const std::string options =
      "-c timezone=UTC -c datestyle=ISO,YMD -c search_path= -c client_min_messages=error -c jit=off"
      " -c plan_cache_mode=force_generic_plan -c default_transaction_isolation=read\\ committed"
      " -c idle_in_transaction_session_timeout=" +
      std::to_string(settings.idle_in_transaction.count());
  std::vector<const char*> names, values;
  // Pointers only: what they point to lives until libpq has copied it. libpq takes an empty value as not given.
  const auto add = [&](const char* name, const char* text) {
    names.push_back(name);
    values.push_back(text);
  };
  add("host", settings.host.c_str());
  add("port", port.c_str());
  add("dbname", settings.database.c_str());
  add("user", settings.user.c_str());
  // The view is of a std::string, which ends with NUL.
  add("password", settings.password.reveal().data());
  add("sslmode", settings.tls_mode.c_str());
  add("sslrootcert", settings.tls_root_file.c_str());
  add("application_name", settings.application_name.c_str());
  add("options", options.c_str());
  add("client_encoding", "UTF8");
  add("target_session_attrs", "read-write");  // of several hosts, the primary
  // A peer that vanished without a word is noticed (TCP only).
  add("keepalives_idle", "10");
  add("keepalives_interval", "5");
  add("keepalives_count", "3");
  add("tcp_user_timeout", "15000");
  names.push_back(nullptr);
  values.push_back(nullptr);
  Connection connection(PQconnectStartParams(names.data(), values.data(), 0));
  if (!connection) throw std::bad_alloc();
  if (const auto why = finish(connection.get(), clock, give_up_at)) throw Away(*why);
  return connection;
}

class Session {
 public:
  Session(const PostgresSettings& settings, const MonotonicClock& clock, nanoseconds give_up_at)
      : connection_(open_connection(settings, clock, give_up_at)) {
    PQsetNoticeProcessor(
        raw(), [](void*, const char*) {}, nullptr);
    // Without DETAIL and CONTEXT: those quote rows, and errors are logged.
    PQsetErrorVerbosity(raw(), PQERRORS_TERSE);
  }

  PGconn* raw() const { return connection_.get(); }
  bool lost() const { return torn || PQstatus(raw()) != CONNECTION_OK; }

  // True when the server has closed the session, as far as what has arrived tells. Does not wait.
  bool lost_by_now() {
    if (PQsocket(raw()) < 0) return true;
    // Between statements a server says nothing unless the session ends.
    char octet = 0;
    const ssize_t arrived = recv(PQsocket(raw()), &octet, 1, MSG_PEEK | MSG_DONTWAIT);
    if (arrived < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return false;
    PQconsumeInput(raw());
    PQconsumeInput(raw());  // the second read sees the end of file behind a last message
    return lost();
  }

  int timeout = 0;    // the session's statement_timeout, in ms; 0: none was set
  bool torn = false;  // what it was sent and what it answered no longer fit together

 private:
  Connection connection_;
};

struct Closed {
  void operator()(PGresult* result) const { PQclear(result); }
};
using RawResult = std::unique_ptr<PGresult, Closed>;

class SqlFailure : public std::runtime_error {  // of a statement the pool itself sent
 public:
  SqlFailure(std::string state, const std::string& text) : std::runtime_error(text), state_(std::move(state)) {}
  const std::string& state() const { return state_; }

 private:
  std::string state_;
};

void command(Session& session, const char* sql) {
  const RawResult result(PQexec(session.raw(), sql));
  if (PQresultStatus(result.get()) == PGRES_COMMAND_OK) return;
  const char* state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
  throw SqlFailure(state == nullptr ? "" : state, one_line(PQerrorMessage(session.raw())));
}

// The SQLSTATE of whatever a statement threw; empty when it has none.
std::string sql_state(const std::exception& error) {
  if (const auto* sql = dynamic_cast<const pqxx::sql_error*>(&error)) return sql->sqlstate();
  if (dynamic_cast<const pqxx::serialization_failure*>(&error) != nullptr) return "40001";
  if (dynamic_cast<const pqxx::deadlock_detected*>(&error) != nullptr) return "40P01";
  if (const auto* own = dynamic_cast<const SqlFailure*>(&error)) return own->state();
  return "";
}

// How long an answer may take is the statement timeout's matter. libpq reads on after a long read, so its socket must
// never be one that blocks.
void wait_until_readable(PGconn* with) {
  pollfd descriptor{PQsocket(with), POLLIN, 0};
  while (poll(&descriptor, 1, -1) < 0 && errno == EINTR) {
  }
}

// The next answer of a pipeline; null at the end of one statement's.
RawResult next_answer(PGconn* with) {
  while (PQisBusy(with) == 1) {
    // What TLS has taken from the socket already makes it readable no more.
    if (PQsslInUse(with) == 1 && (PQconsumeInput(with) == 0 || PQisBusy(with) == 0)) break;
    wait_until_readable(with);
    if (PQconsumeInput(with) == 0) break;
  }
  return RawResult(PQgetResult(with));
}

constexpr const char* kBegin = "pool.begin";
constexpr const char* kCommit = "pool.commit";
constexpr Statement kPing{"pool.ping", "SELECT 1"};

// One transaction's statements on their way out (base/db/sql.h), several in one message each way (libpq's pipeline
// mode). What fits into one message altogether needs neither BEGIN nor COMMIT: the server makes one transaction of all
// that comes before a Sync, rolls it back at the first failure, and commits before it answers the Sync.
class Outgoing final : public detail::Unsent {
 public:
  enum class Block { none, transaction };

  // With a block, BEGIN goes with the first message, and `timeout` when it is not the session's own. Without
  // (look-ups), nothing may be kept for later.
  Outgoing(Session& session, Block block, int timeout) : session_(session), block_(block) {
    if (block == Block::none) return;
    waiting_.push_back({kBegin, true, Demand::no, {}});
    // SET inside the transaction: a rollback takes it back.
    if (timeout != session.timeout)
      waiting_.push_back({"SET statement_timeout=" + std::to_string(timeout), false, Demand::no, {}});
  }

  bool began() const { return began_; }
  bool commit_sent() const { return commit_sent_; }

  Rows send(const Statement& statement, std::span<const detail::Sent> parameters) override {
    waiting_.push_back({statement.name, true, Demand::no, {parameters.begin(), parameters.end()}});
    return fly();
  }
  Rows send_last(const Statement& statement, std::span<const detail::Sent> parameters) override {
    if (block_ == Block::none) return send(statement, parameters);
    waiting_.push_back({statement.name, true, Demand::no, {parameters.begin(), parameters.end()}});
    return fly_and_commit();
  }
  void keep(const Statement& statement, std::span<const detail::Sent> parameters, Kept as) override {
    ENSURE(block_ == Block::transaction, std::string("a write in a look-up: ") + statement.name);
    ENSURE(!commit_sent_, std::string("a write after the last statement: ") + statement.name);
    const Demand demand = as == Kept::demand ? Demand::yes : Demand::no;
    waiting_.push_back({statement.name, true, demand, {parameters.begin(), parameters.end()}});
  }
  void send_with_commit() {
    ENSURE(!commit_sent_, "a transaction that was committed goes on");
    fly_and_commit();
  }

 private:
  enum class Demand { no, yes };
  struct Item {
    std::string text;  // a prepared statement's name, or SQL
    bool prepared = false;
    Demand demand = Demand::no;
    std::vector<detail::Sent> parameters;
  };

  bool dispatch(const Item& item) const {
    PGconn* const to = session_.raw();
    if (!item.prepared) return PQsendQueryParams(to, item.text.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0) == 1;
    const std::size_t count = item.parameters.size();
    ENSURE(count <= kMostParameters, "too many parameters: " + item.text);
    std::array<const char*, kMostParameters> values;
    std::array<int, kMostParameters> lengths, formats;
    for (std::size_t i = 0; i < count; ++i) {
      const auto& [octets, binary] = item.parameters[i];
      values[i] = octets ? octets->data() : nullptr;
      lengths[i] = octets ? static_cast<int>(octets->size()) : 0;
      formats[i] = binary ? 1 : 0;
    }
    return PQsendQueryPrepared(to, item.text.c_str(), static_cast<int>(count), values.data(), lengths.data(),
                               formats.data(), 0) == 1;
  }

  // Gives the answer of the last statement before COMMIT.
  Rows fly_and_commit() {
    commit_sent_ = true;
    if (!began_) {
      waiting_.erase(waiting_.begin());  // BEGIN
      return fly();
    }
    waiting_.push_back({kCommit, true, Demand::no, {}});
    return fly(1);
  }

  // Sends all that waits, reads all answers, and gives the last one, or one of those `before` it. Throws the first
  // failure: the server has skipped what came after it.
  Rows fly(std::size_t before = 0) {
    const std::vector<Item> items = std::exchange(waiting_, {});
    if (block_ == Block::transaction) began_ = true;
    PGconn* const with = session_.raw();
    bool fits = PQenterPipelineMode(with) == 1;
    for (const Item& item : items) fits = fits && dispatch(item);
    fits = fits && PQpipelineSync(with) == 1;
    RawResult last;
    const Item* failed = nullptr;
    std::string state, error;
    const auto note_failure = [&](const Item& item, const PGresult* result) {
      const char* code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
      failed = &item;
      state = code == nullptr ? "" : code;
      error = one_line(PQresultErrorMessage(result));
    };
    for (std::size_t i = 0; fits && i < items.size(); ++i) {
      RawResult result = next_answer(with);
      const auto status = PQresultStatus(result.get());
      if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_PIPELINE_ABORTED && !failed) {
        note_failure(items[i], result.get());
      }
      fits = result != nullptr && next_answer(with) == nullptr;  // each statement's answers end with none
      if (i + before + 1 == items.size()) last = std::move(result);
    }
    const Item commit{kCommit, true, Demand::no, {}};
    RawResult end = next_answer(with);
    // Of the commit at the Sync: all of it is rolled back.
    if (fits && PQresultStatus(end.get()) == PGRES_FATAL_ERROR) {
      note_failure(commit, end.get());
      end = next_answer(with);
      if (!end) end = next_answer(with);  // the failure's answers end with none, as a statement's
    }
    fits = fits && PQresultStatus(end.get()) == PGRES_PIPELINE_SYNC && PQexitPipelineMode(with) == 1;
    session_.torn = !fits;
    if (session_.lost()) throw pqxx::broken_connection(error.empty() ? one_line(PQerrorMessage(with)) : error);
    if (failed != nullptr) refuse(*failed, state, error);
    return Rows(std::shared_ptr<const PGresult>(last.release(), [](const PGresult* answer) {
      PQclear(const_cast<PGresult*>(answer));  // libpq's signature predates const
    }));
  }

  [[noreturn]] static void refuse(const Item& item, const std::string& state, const std::string& error) {
    const bool there = state == "23505";
    if (item.demand == Demand::yes && (there || state == "23502" || state == "22012"))
      throw Unmet(item.text, there ? Unmet::Why::already_there : Unmet::Why::missing);
    if (there) throw pqxx::unique_violation(error, item.text, state.c_str());
    if (state == "42501") throw pqxx::insufficient_privilege(error, item.text, state.c_str());
    throw pqxx::sql_error(error, item.text, state.c_str());
  }

  static constexpr std::size_t kMostParameters = 32;

  Session& session_;
  const Block block_;
  bool began_ = false;
  bool commit_sent_ = false;
  std::vector<Item> waiting_;
};

bool may_run_again(const std::string& state) { return state == "40001" || state == "40P01"; }
bool timed_out(const std::string& state) { return state == "57014" || state == "55P03"; }

}  // namespace

struct PostgresPool::Impl {
  Impl(PostgresSettings s, std::vector<Statement> list, const MonotonicClock& c, observe::Metrics& m)
      : settings(std::move(s)), statements(std::move(list)), clock(c), metrics(m) {}

  struct Lease {
    Lease(Impl& owner, std::unique_ptr<Session> leased) : pool(owner), session(std::move(leased)) {}
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() { pool.give_back(std::move(session), healthy); }
    Impl& pool;
    std::unique_ptr<Session> session;
    bool healthy = false;  // set when the session is known to be usable and idle
  };

  nanoseconds left(Deadline deadline) const { return deadline.at - clock.now(); }

  // All statements in one message.
  void prepare(Session& session) const {
    PGconn* const with = session.raw();
    bool fits = PQenterPipelineMode(with) == 1;
    std::vector<Statement> all{{kBegin, "BEGIN"}, {kCommit, "COMMIT"}, kPing};
    all.insert(all.end(), statements.begin(), statements.end());
    for (const Statement& statement : all)
      fits = fits && PQsendPrepare(with, statement.name, statement.sql, 0, nullptr) == 1;
    fits = fits && PQpipelineSync(with) == 1;
    std::string wrong;
    for (const Statement& statement : all) {
      if (!fits) break;
      const RawResult result = next_answer(with);
      const auto status = PQresultStatus(result.get());
      if (status != PGRES_COMMAND_OK && status != PGRES_PIPELINE_ABORTED && wrong.empty())
        wrong = std::string("the statement ") + statement.name +
                " does not prepare: " + one_line(PQresultErrorMessage(result.get()));
      fits = result != nullptr && next_answer(with) == nullptr;
    }
    fits = fits && PQresultStatus(next_answer(with).get()) == PGRES_PIPELINE_SYNC && PQexitPipelineMode(with) == 1;
    if (!fits || session.lost()) throw Away(one_line(PQerrorMessage(with)));
    if (!wrong.empty()) throw std::runtime_error(wrong);
  }

  std::unique_ptr<Session> connect(nanoseconds patience) {
    auto session = std::make_unique<Session>(settings, clock, clock.now() + patience);
    prepare(*session);
    metrics.count("aldgate_db_connects_total");
    return session;
  }

  // An idle session, or a new one when there are fewer than allowed, or the next that comes back.
  std::unique_ptr<Session> lease(Deadline deadline) {
    const nanoseconds started = clock.now();
    // Work that is pointless by now must not be done, however short it is.
    if (started >= deadline.at) unavailable("the deadline had passed before the work began", "wait");
    bool waited = false;
    std::unique_lock lock(mutex);
    for (;;) {
      while (!idle.empty()) {
        auto session = std::move(idle.back());
        idle.pop_back();
        lock.unlock();
        const bool usable = !session->lost_by_now();
        if (!usable) session.reset();
        lock.lock();
        if (usable) {
          if (waited) note_wait(clock.now() - started);
          return session;
        }
        --open;
      }
      const nanoseconds rest = left(deadline);
      if (rest <= nanoseconds(0)) unavailable("no database connection within the deadline", "wait");
      if (open < settings.connections) {
        ++open;
        lock.unlock();
        try {
          auto session = connect(std::min<nanoseconds>(settings.connect_timeout, rest));
          if (waited) note_wait(clock.now() - started);
          return session;
        } catch (const Away& away) {
          lock.lock();
          --open;
          free.notify_one();
          if (clock.now() - started > kConnectPatience || left(deadline) < kConnectPause)
            unavailable(away.what(), "connect");
          waited = true;
          free.wait_for(lock, kConnectPause);
          continue;
        } catch (...) {
          lock.lock();
          --open;
          free.notify_one();
          throw;
        }
      }
      waited = true;
      free.wait_for(lock, rest);
    }
  }

  void give_back(std::unique_ptr<Session> session, bool healthy) {
    if (!healthy) session.reset();  // closing talks to the server: not under the lock
    {
      std::lock_guard lock(mutex);
      if (healthy)
        idle.push_back(std::move(session));
      else
        --open;
    }
    free.notify_one();
  }

  void note_wait(nanoseconds time) {
    metrics.count("aldgate_db_waits_total");
    metrics.observe_seconds("aldgate_db_wait_seconds", std::chrono::duration<double>(time).count());
  }

  [[noreturn]] void unavailable(const std::string& why, const char* cause) {
    metrics.count("aldgate_db_unavailable_total", {{"cause", cause}});
    throw Unavailable(why);
  }

  // Once. Tells by its value whether to try again; throws what ends the matter.
  enum class Attempt { done, again };

  Attempt transact(Deadline deadline, const std::function<bool(Transaction&)>& work, bool last) {
    Lease lease_(*this, lease(deadline));
    Session& session = *lease_.session;
    const int timeout_before = session.timeout;
    const int timeout = timeout_step(left(deadline));
    Outgoing outgoing(session, Outgoing::Block::transaction, timeout);
    try {
      session.timeout = timeout;
      Transaction::Impl inside{outgoing};
      Transaction transaction(inside);
      const bool commit = work(transaction);
      if (outgoing.commit_sent()) {
        ENSURE(commit, "a transaction is refused that its last statement has committed");
        lease_.healthy = true;
        return Attempt::done;
      }
      if (!commit) {
        if (outgoing.began()) command(session, "ROLLBACK");
        session.timeout = timeout_before;
        lease_.healthy = true;
        return Attempt::done;
      }
      // COMMIT of a failed transaction would be a ROLLBACK that reports success.
      ENSURE(!outgoing.began() || PQtransactionStatus(session.raw()) == PQTRANS_INTRANS || session.lost(),
             "a transaction was to be committed after one of its statements had failed");
      // A session known to be gone before COMMIT was sent has certainly rolled back. One that nothing was sent to yet
      // was looked at when it was leased.
      if (outgoing.began() && session.lost_by_now())
        throw pqxx::broken_connection("the session ended before COMMIT was sent");
      outgoing.send_with_commit();
      lease_.healthy = true;
      return Attempt::done;
    } catch (const std::exception& error) {
      const bool lost = session.lost();
      if (lost && outgoing.commit_sent()) {
        metrics.count("aldgate_db_in_doubt_total");
        observe::log(observe::Level::error, "the database connection was lost while COMMIT was under way",
                     {{"error", error.what()}});
        throw InDoubt("the connection was lost while COMMIT was under way");
      }
      const std::string state = sql_state(error);
      if (!lost) recover(lease_, timeout_before);
      if (lost || may_run_again(state)) {
        metrics.count("aldgate_db_retries_total", {{"cause", lost ? "connection" : state}});
        if (!last && left(deadline) > nanoseconds(0)) return Attempt::again;
        unavailable(error.what(), lost ? "lost" : "conflict");
      }
      if (timed_out(state)) unavailable("a statement did not end within the deadline", "timeout");
      throw;
    } catch (...) {
      if (!session.lost()) recover(lease_, timeout_before);
      throw;
    }
  }

  // Rolls back whatever is open, so that the session can be used again.
  void recover(Lease& lease_, int timeout_before) {
    Session& session = *lease_.session;
    const auto status = PQtransactionStatus(session.raw());
    if (status == PQTRANS_INTRANS || status == PQTRANS_INERROR) {
      const RawResult result(PQexec(session.raw(), "ROLLBACK"));
      if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) return;
    }
    // After a ROLLBACK, or a COMMIT the server refused, what was SET inside is gone.
    session.timeout = timeout_before;
    lease_.healthy = PQtransactionStatus(session.raw()) == PQTRANS_IDLE;
  }

  Attempt look(Deadline deadline, const std::function<void(Transaction&)>& work, bool last) {
    Lease lease_(*this, lease(deadline));
    Session& session = *lease_.session;
    try {
      const int timeout = timeout_step(left(deadline));
      if (timeout != session.timeout) {
        command(session, ("SET statement_timeout=" + std::to_string(timeout)).c_str());
        session.timeout = timeout;
      }
      Outgoing outgoing(session, Outgoing::Block::none, timeout);
      Transaction::Impl inside{outgoing};
      Transaction transaction(inside);
      work(transaction);
      lease_.healthy = true;
      return Attempt::done;
    } catch (const std::exception& error) {
      const bool lost = session.lost();
      const std::string state = sql_state(error);
      lease_.healthy = !lost && PQtransactionStatus(session.raw()) == PQTRANS_IDLE;
      if (lost || may_run_again(state)) {
        metrics.count("aldgate_db_retries_total", {{"cause", lost ? "connection" : state}});
        if (!last && left(deadline) > nanoseconds(0)) return Attempt::again;
        unavailable(error.what(), lost ? "lost" : "conflict");
      }
      if (timed_out(state)) unavailable("a statement did not end within the deadline", "timeout");
      throw;
    } catch (...) {
      lease_.healthy = !session.lost() && PQtransactionStatus(session.raw()) == PQTRANS_IDLE;
      throw;
    }
  }

  const PostgresSettings settings;
  const std::vector<Statement> statements;
  const MonotonicClock& clock;
  observe::Metrics& metrics;
  std::mutex mutex;
  std::condition_variable free;
  std::vector<std::unique_ptr<Session>> idle;  // used from the back: few warm sessions rather than many cold ones
  int open = 0;                                // idle, leased and connecting
  std::unique_ptr<observe::Metrics::Collector> collector;
};

PostgresPool::PostgresPool(PostgresSettings settings, std::vector<Statement> statements, const MonotonicClock& clock,
                           observe::Metrics& metrics)
    : impl_(std::make_unique<Impl>(std::move(settings), std::move(statements), clock, metrics)) {
  impl_->idle.reserve(static_cast<std::size_t>(std::max(1, impl_->settings.connections)));
  std::set<std::string> names;
  for (const auto& statement : impl_->statements)
    ENSURE(names.insert(statement.name).second, std::string("two statements are called ") + statement.name);
  try {
    impl_->idle.push_back(impl_->connect(impl_->settings.connect_timeout));
    impl_->open = 1;
  } catch (const Away& away) {
    throw std::runtime_error(std::string("no connection to PostgreSQL: ") + away.what());
  }
  impl_->collector = metrics.on_collect([impl = impl_.get()](observe::Metrics& to) {
    std::lock_guard lock(impl->mutex);
    to.gauge("aldgate_db_connections", static_cast<double>(impl->open));
    to.gauge("aldgate_db_connections_in_use", static_cast<double>(impl->open) - static_cast<double>(impl->idle.size()));
  });
}

PostgresPool::~PostgresPool() { impl_->collector.reset(); }

void PostgresPool::run(Deadline deadline, const std::function<bool(Transaction&)>& work) {
  for (int attempt = 1;; ++attempt)
    if (impl_->transact(deadline, work, attempt == kMostRuns) == Impl::Attempt::done) return;
}

void PostgresPool::read(Deadline deadline, const std::function<void(Transaction&)>& work) {
  for (int attempt = 1;; ++attempt)
    if (impl_->look(deadline, work, attempt == kMostRuns) == Impl::Attempt::done) return;
}

void PostgresPool::ping(Deadline deadline) {
  read(deadline, [](Transaction& tx) { exec(tx, kPing); });
}

namespace {

class PostgresListener final : public PostgresPool::Listener {
 public:
  PostgresListener(const PostgresSettings& settings, const MonotonicClock& clock, std::string channel)
      : settings_(settings),
        clock_(clock),
        channel_(std::move(channel)),
        wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    ENSURE(wake_ >= 0, "no event descriptor");
    // LISTEN takes a name, not a parameter.
    ENSURE(!channel_.empty() && channel_.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos,
           "a channel's name is lower case");
  }
  ~PostgresListener() override { close(wake_); }

  bool wait(milliseconds at_most) override {
    if (!session_) {
      try {
        session_ =
            std::make_unique<Session>(settings_, clock_, clock_.now() + std::min(at_most, settings_.connect_timeout));
        command(*session_, ("LISTEN " + channel_).c_str());
        return true;  // what came while nobody listened is unknown
      } catch (const Away&) {
        session_.reset();
      } catch (const SqlFailure&) {
        session_.reset();
      }
    }
    pollfd descriptors[2] = {{wake_, POLLIN, 0}, {session_ ? PQsocket(session_->raw()) : -1, POLLIN, 0}};
    poll(descriptors, 2, static_cast<int>(at_most.count()));
    std::uint64_t interrupts = 0;
    if (read(wake_, &interrupts, sizeof interrupts) > 0) return false;
    if (!session_ || descriptors[1].revents == 0) return false;
    bool notified = false;
    if (PQconsumeInput(session_->raw()) == 1)
      while (PGnotify* notification = PQnotifies(session_->raw())) {
        notified = true;
        PQfreemem(notification);
      }
    if (session_->lost()) {
      session_.reset();
      return true;
    }
    return notified;
  }

  void interrupt() override {
    const std::uint64_t one = 1;
    if (write(wake_, &one, sizeof one) < 0)
      observe::log(observe::Level::warning, "a listener could not be interrupted");
  }

 private:
  const PostgresSettings& settings_;
  const MonotonicClock& clock_;
  const std::string channel_;
  const int wake_;
  std::unique_ptr<Session> session_;
};

}  // namespace

std::unique_ptr<PostgresPool::Listener> PostgresPool::listen(const std::string& channel) {
  return std::make_unique<PostgresListener>(impl_->settings, impl_->clock, channel);
}

}  // namespace base::db
