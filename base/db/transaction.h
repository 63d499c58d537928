// An open PostgreSQL transaction, opaque: ports and services pass it on, only */store and base/db look inside
// (base/db/sql.h). Change, event and evidence of one business step share one Transaction (DESIGN decision 8).
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "base/clock.h"
#include "base/db/statement.h"

namespace base::db {

class Transaction {
 public:
  struct Impl;  // base/db/sql.h
  explicit Transaction(Impl& impl) : impl_(impl) {}
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  Impl& impl() { return impl_; }

 private:
  Impl& impl_;
};

// A monotonic point after which work is pointless; becomes the statement timeout.
struct Deadline {
  std::chrono::nanoseconds at{0};  // MonotonicClock time
};

class Unavailable : public std::runtime_error {  // no connection within the deadline, or the server went away
 public:
  using std::runtime_error::runtime_error;
};
class InDoubt : public std::runtime_error {  // connection lost while COMMIT was under way: nobody may retry blindly
 public:
  using std::runtime_error::runtime_error;
};

// What a transaction demanded (exec_demand, base/db/sql.h) was not so; nothing was committed.
class Unmet : public std::runtime_error {
 public:
  enum class Why { already_there, missing };
  Unmet(const std::string& statement, Why why)
      : std::runtime_error("unmet: " + statement), statement_(statement), why_(why) {}
  bool is(const Statement& demand) const { return statement_ == demand.name; }
  Why why() const { return why_; }

 private:
  std::string statement_;
  Why why_;
};

class Pool {
 public:
  virtual ~Pool() = default;
  // Runs `work` in a READ COMMITTED transaction and commits when it returns true; rolls back when it returns false or
  // throws. `work` may run up to three times more (serialization failure, deadlock, connection lost before COMMIT was
  // sent): it must not have effects outside the transaction. Throws Unavailable, InDoubt, Unmet, or what `work` threw.
  virtual void run(Deadline deadline, const std::function<bool(Transaction&)>& work) = 0;
  // Runs `work`, which only SELECTs, without a transaction block: one round trip a statement instead of three for one,
  // and each statement sees its own snapshot. For look-ups by key; no locks (FOR UPDATE/SHARE end with the statement).
  // `work` may run again as in run(). Throws Unavailable or what `work` threw.
  virtual void read(Deadline deadline, const std::function<void(Transaction&)>& work) = 0;
};

// Commits when fn returns a value, rolls back when it returns a failure. fn: Result<T, E>(Transaction&).
template <class Fn>
auto in_transaction(Pool& pool, Deadline deadline, Fn&& fn) {
  using Outcome = std::invoke_result_t<Fn&, Transaction&>;
  std::unique_ptr<Outcome> outcome;
  pool.run(deadline, [&](Transaction& tx) {
    outcome = std::make_unique<Outcome>(fn(tx));
    return outcome->has_value();
  });
  return std::move(*outcome);
}

// For work that cannot be refused. fn: T(Transaction&), T not void.
template <class Fn>
auto with_transaction(Pool& pool, Deadline deadline, Fn&& fn) {
  using Value = std::invoke_result_t<Fn&, Transaction&>;
  std::unique_ptr<Value> value;
  pool.run(deadline, [&](Transaction& tx) {
    value = std::make_unique<Value>(fn(tx));
    return true;
  });
  return std::move(*value);
}

// For look-ups (Pool::read). fn: T(Transaction&), T not void.
template <class Fn>
auto read_only(Pool& pool, Deadline deadline, Fn&& fn) {
  using Value = std::invoke_result_t<Fn&, Transaction&>;
  std::unique_ptr<Value> value;
  pool.read(deadline, [&](Transaction& tx) { value = std::make_unique<Value>(fn(tx)); });
  return std::move(*value);
}

}  // namespace base::db
