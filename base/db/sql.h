// The inside of a Transaction: for */store/*.cpp and base/db only, the one header that shows libpqxx.
//
//   constexpr Statement kFind{"consent.find", "SELECT status, expires_at FROM consent.consent WHERE …"};
//   for (const auto& row : exec(tx, kFind, owner, id))
//     use(value<std::string>(row[0]), value<std::optional<Instant>>(row[1]));
//
// Few messages: BEGIN and the writes of exec_later and exec_demand wait for the transaction's next statement, or for
// COMMIT, and go in one message with it. A transaction of such writes only is one round trip, and sends neither BEGIN
// nor COMMIT: the server makes one transaction of one message.
//
// Parameters: text (std::string, std::string_view, const char*), integers, bool, double, Instant, sys_seconds,
// sys_days, Id<…>, Bytes (bytea), std::vector<std::string> (text[]), std::optional of any of them, std::nullopt. jsonb
// and uuid are passed as text. Text with a NUL is refused (PostgreSQL has none). Values: std::string, the integers,
// bool, double, Instant, std::chrono::sys_days, Bytes, std::vector<std::string>, Id<…>, std::optional of any of them.
// NULL into a type without a place for it throws BrokenInvariant.
#pragma once

#include <array>
#include <charconv>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <pqxx/except>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/clock.h"
#include "base/db/rows.h"
#include "base/db/statement.h"
#include "base/db/transaction.h"
#include "base/ensure.h"
#include "base/id.h"

namespace base::db {

namespace detail {

// A parameter as libpq takes it: text, or the octets of a bytea, or NULL.
struct Sent {
  std::optional<std::string> octets;
  bool binary = false;
};

// What a transaction has not sent yet: BEGIN, and the statements of exec_later and exec_demand. It goes out together
// with what comes next, so that it costs no round trip of its own.
class Unsent {
 public:
  enum class Kept { write, demand };
  virtual ~Unsent() = default;
  virtual Rows send(const Statement& statement, std::span<const Sent> parameters) = 0;
  virtual Rows send_last(const Statement& statement, std::span<const Sent> parameters) = 0;
  virtual void keep(const Statement& statement, std::span<const Sent> parameters, Kept as) = 0;
};

}  // namespace detail

struct Transaction::Impl {
  detail::Unsent& unsent;
};

// bytea, in and out.
struct Bytes {
  std::string data;
  bool operator==(const Bytes&) const = default;
};

// Text forms that PostgreSQL reads and writes (DateStyle ISO, TimeZone UTC), exact to the microsecond.
std::string timestamp_text(Instant at);
Instant timestamp_from_text(std::string_view text);  // throws BrokenInvariant on infinity, BC or another zone
std::string date_text(std::chrono::sys_days day);
std::chrono::sys_days date_from_text(std::string_view text);
std::string text_array(const std::vector<std::string>& items);
std::vector<std::string> text_array_from_text(std::string_view text);
std::string bytes_from_text(std::string_view text);  // "\x…"

namespace detail {

void refuse_nul(std::string_view text);
std::string checked_text(std::string_view text);

inline std::string parameter_text(std::string_view v) { return checked_text(v); }
inline std::string parameter_text(const std::string& v) { return checked_text(v); }
inline std::string parameter_text(const char* v) { return checked_text(v); }
inline std::string parameter_text(bool v) { return v ? "t" : "f"; }
template <std::integral T>
requires(!std::same_as<T, bool>) std::string parameter_text(T v) { return std::to_string(v); }
std::string parameter_text(double v);
inline std::string parameter_text(Instant v) { return timestamp_text(v); }
inline std::string parameter_text(std::chrono::sys_seconds v) { return timestamp_text(v); }
inline std::string parameter_text(std::chrono::sys_days v) { return date_text(v); }
inline std::string parameter_text(const std::vector<std::string>& v) { return text_array(v); }
template <class Tag>
std::string parameter_text(const Id<Tag>& v) {
  return checked_text(v.str());
}

template <class T>
Sent sent(const T& v) {
  return {parameter_text(v), false};
}
inline Sent sent(std::nullopt_t) { return {}; }
inline Sent sent(std::nullptr_t) = delete;
inline Sent sent(const Bytes& v) { return {v.data, true}; }
template <class T>
Sent sent(const std::optional<T>& v) {
  return v ? sent(*v) : Sent{};
}

template <class T>
struct Read;

}  // namespace detail
// Runs a prepared statement. Throws pqxx::sql_error (base/db/postgres_pool.cpp): Pool::run retries what may be retried;
// a store catches pqxx::unique_violation only where it asked for it (the transaction is then over: prefer ON CONFLICT
// DO NOTHING, or exec_demand).
template <class... Args>
Rows exec(Transaction& tx, const Statement& statement, const Args&... args) {
  const std::array<detail::Sent, sizeof...(Args)> parameters{detail::sent(args)...};
  return tx.impl().unsent.send(statement, parameters);
}

// As exec, for the last statement of a transaction that commits whatever it answers: COMMIT goes in the same message.
// Nothing may follow, and `work` must return true (Pool::run).
template <class... Args>
Rows exec_last(Transaction& tx, const Statement& statement, const Args&... args) {
  const std::array<detail::Sent, sizeof...(Args)> parameters{detail::sent(args)...};
  return tx.impl().unsent.send_last(statement, parameters);
}

// For statements that yield one row or none.
template <class... Args>
std::optional<Row> exec_row(Transaction& tx, const Statement& statement, const Args&... args) {
  const Rows rows = exec(tx, statement, args...);
  ENSURE(rows.size() <= 1, std::string("more than one row: ") + statement.name);
  if (rows.empty()) return std::nullopt;
  return rows.front();
}

// For INSERT, UPDATE, DELETE: the number of rows it touched.
template <class... Args>
std::size_t exec_count(Transaction& tx, const Statement& statement, const Args&... args) {
  return exec(tx, statement, args...).touched();
}

// For a write whose result nobody looks at: goes with the transaction's next statement, or with COMMIT. Its failure is
// thrown there.
template <class... Args>
void exec_later(Transaction& tx, const Statement& statement, const Args&... args) {
  const std::array<detail::Sent, sizeof...(Args)> parameters{detail::sent(args)...};
  tx.impl().unsent.keep(statement, parameters, detail::Unsent::Kept::write);
}

// As exec_later, for a statement that stands for a condition of the whole transaction: when it fails, nothing is
// committed and Pool::run throws Unmet with its name. A condition can fail in two ways: a row that must not be there is
// (an INSERT without ON CONFLICT), or one that must be there is not (NULL into a column without NULL, or `SELECT 1 /
// count(*)` over the row wanted).
template <class... Args>
void exec_demand(Transaction& tx, const Statement& statement, const Args&... args) {
  const std::array<detail::Sent, sizeof...(Args)> parameters{detail::sent(args)...};
  tx.impl().unsent.keep(statement, parameters, detail::Unsent::Kept::demand);
}

// value<T>(row[i]).
template <class T>
T value(const Field& field) {
  return detail::Read<T>::from(field);
}

namespace detail {

inline std::string_view text_of(const Field& field) {
  ENSURE(!field.is_null(), std::string("NULL in column ") + field.name());
  return field.text();
}

template <class T>
struct Read {  // integers and double
  static T from(const Field& field) {
    const std::string_view text = text_of(field);
    T number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    ENSURE(error == std::errc() && end == text.data() + text.size(),
           std::string("no number in column ") + field.name());
    return number;
  }
};
template <>
struct Read<bool> {
  static bool from(const Field& field) { return text_of(field) == "t"; }
};
template <>
struct Read<std::string> {
  static std::string from(const Field& field) { return std::string(text_of(field)); }
};
template <>
struct Read<Instant> {
  static Instant from(const Field& field) { return timestamp_from_text(text_of(field)); }
};
template <>
struct Read<std::chrono::sys_days> {
  static std::chrono::sys_days from(const Field& field) { return date_from_text(text_of(field)); }
};
template <>
struct Read<Bytes> {
  static Bytes from(const Field& field) { return {bytes_from_text(text_of(field))}; }
};
template <>
struct Read<std::vector<std::string>> {
  static std::vector<std::string> from(const Field& field) { return text_array_from_text(text_of(field)); }
};
template <class Tag>
struct Read<Id<Tag>> {
  static Id<Tag> from(const Field& field) { return Id<Tag>(std::string(text_of(field))); }
};
template <class T>
struct Read<std::optional<T>> {
  static std::optional<T> from(const Field& field) {
    if (field.is_null()) return std::nullopt;
    return Read<T>::from(field);
  }
};

}  // namespace detail
}  // namespace base::db
