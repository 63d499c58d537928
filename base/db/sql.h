// The inside of a Transaction: for */store/*.cpp and base/db only, the one header that shows libpqxx.
//
//   constexpr Statement kFind{"consent.find", "SELECT status, expires_at FROM consent.consent WHERE …"};
//   for (const auto& row : exec(tx, kFind, owner, id))
//     use(value<std::string>(row[0]), value<std::optional<Instant>>(row[1]));
//
// BEGIN is not sent by itself: it goes with the first exec_count or exec_later, or before the first exec.
//
// Parameters: text (std::string, std::string_view, const char*), integers, bool, double, Instant, sys_seconds,
// sys_days, Id<…>, Bytes (bytea), std::vector<std::string> (text[]), std::optional of any of them, std::nullopt. jsonb
// and uuid are passed as text. Text with a NUL is refused (PostgreSQL has none). Values: std::string, the integers,
// bool, double, Instant, std::chrono::sys_days, Bytes, std::vector<std::string>, Id<…>, std::optional of any of them.
// NULL into a type without a place for it throws BrokenInvariant.
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <pqxx/binarystring>
#include <pqxx/except>
#include <pqxx/nontransaction>
#include <pqxx/prepared_statement>
#include <pqxx/result>
#include <pqxx/result_iterator.hxx>
#include <pqxx/row>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
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

// What a transaction has not sent yet: BEGIN, and the statements of exec_later. It goes out together with what comes
// next, so that it costs no round trip of its own.
class Unsent {
 public:
  virtual ~Unsent() = default;
  virtual void send() = 0;
  virtual std::size_t send_and_count(const Statement& statement, std::span<const Sent> parameters) = 0;
  virtual void keep(const Statement& statement, std::span<const Sent> parameters) = 0;
};

}  // namespace detail

struct Transaction::Impl {
  pqxx::transaction_base& session;
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

// A parameter as libpqxx takes it: text, or NULL.
struct Parameter {
  std::optional<std::string> text;
};

std::string checked_text(std::string_view text);

inline std::string parameter_text(std::string_view v) { return checked_text(v); }
inline std::string parameter_text(const std::string& v) { return checked_text(v); }
inline std::string parameter_text(const char* v) { return checked_text(v); }
inline std::string parameter_text(bool v) { return v ? "t" : "f"; }
template <std::integral T>
requires(!std::same_as<T, bool>) std::string parameter_text(T v) { return std::to_string(v); }
inline std::string parameter_text(double v) { return pqxx::to_string(v); }
inline std::string parameter_text(Instant v) { return timestamp_text(v); }
inline std::string parameter_text(std::chrono::sys_seconds v) { return timestamp_text(v); }
inline std::string parameter_text(std::chrono::sys_days v) { return date_text(v); }
inline std::string parameter_text(const std::vector<std::string>& v) { return text_array(v); }
template <class Tag>
std::string parameter_text(const Id<Tag>& v) {
  return checked_text(v.str());
}

template <class T>
Parameter parameter(const T& v) {
  return {parameter_text(v)};
}
inline Parameter parameter(std::nullopt_t) { return {}; }
inline Parameter parameter(std::nullptr_t) = delete;
inline pqxx::binarystring parameter(const Bytes& v) { return pqxx::binarystring(v.data.data(), v.data.size()); }
Parameter parameter(const std::optional<Bytes>& v);
template <class T>
Parameter parameter(const std::optional<T>& v) {
  return v ? Parameter{parameter_text(*v)} : Parameter{};
}

template <class T>
Sent sent(const T& v) {
  return {parameter(v).text};
}
inline Sent sent(const Bytes& v) { return {v.data, true}; }

template <class T>
struct Read;

}  // namespace detail
}  // namespace base::db

template <>
struct pqxx::string_traits<base::db::detail::Parameter> {
  static constexpr const char* name() { return "parameter"; }
  static constexpr bool has_null() { return true; }
  static bool is_null(const base::db::detail::Parameter& p) { return !p.text; }
  static base::db::detail::Parameter null() { return {}; }
  static void from_string(const char text[], base::db::detail::Parameter& p) { p.text = text; }
  static std::string to_string(const base::db::detail::Parameter& p) { return *p.text; }
};

namespace base::db {

// Runs a prepared statement. Throws what libpqxx throws: Pool::run retries what may be retried; a store catches
// pqxx::unique_violation only where it asked for it (the transaction is then over: prefer ON CONFLICT DO NOTHING).
template <class... Args>
pqxx::result exec(Transaction& tx, const Statement& statement, const Args&... args) {
  tx.impl().unsent.send();
  return tx.impl().session.exec_prepared(statement.name, detail::parameter(args)...);
}

// For statements that yield one row or none.
template <class... Args>
std::optional<pqxx::row> exec_row(Transaction& tx, const Statement& statement, const Args&... args) {
  const pqxx::result rows = exec(tx, statement, args...);
  ENSURE(rows.size() <= 1, std::string("more than one row: ") + statement.name);
  if (rows.empty()) return std::nullopt;
  return rows.front();
}

// For INSERT, UPDATE, DELETE: the number of rows it touched.
template <class... Args>
std::size_t exec_count(Transaction& tx, const Statement& statement, const Args&... args) {
  const std::array<detail::Sent, sizeof...(Args)> parameters{detail::sent(args)...};
  return tx.impl().unsent.send_and_count(statement, parameters);
}

// For a write whose result nobody looks at: goes with the transaction's next statement, or with COMMIT. Its failure is
// thrown there.
template <class... Args>
void exec_later(Transaction& tx, const Statement& statement, const Args&... args) {
  const std::array<detail::Sent, sizeof...(Args)> parameters{detail::sent(args)...};
  tx.impl().unsent.keep(statement, parameters);
}

// value<T>(row[i]). Index by position: it follows the statement's own column list.
template <class T>
T value(const pqxx::field& field) {
  return detail::Read<T>::from(field);
}

namespace detail {

inline std::string_view text_of(const pqxx::field& field) {
  ENSURE(!field.is_null(), std::string("NULL in column ") + field.name());
  return {field.c_str(), field.size()};
}

template <class T>
struct Read {  // integers and double
  static T from(const pqxx::field& field) {
    ENSURE(!field.is_null(), std::string("NULL in column ") + field.name());
    return field.as<T>();
  }
};
template <>
struct Read<bool> {
  static bool from(const pqxx::field& field) { return text_of(field) == "t"; }
};
template <>
struct Read<std::string> {
  static std::string from(const pqxx::field& field) { return std::string(text_of(field)); }
};
template <>
struct Read<Instant> {
  static Instant from(const pqxx::field& field) { return timestamp_from_text(text_of(field)); }
};
template <>
struct Read<std::chrono::sys_days> {
  static std::chrono::sys_days from(const pqxx::field& field) { return date_from_text(text_of(field)); }
};
template <>
struct Read<Bytes> {
  static Bytes from(const pqxx::field& field) { return {bytes_from_text(text_of(field))}; }
};
template <>
struct Read<std::vector<std::string>> {
  static std::vector<std::string> from(const pqxx::field& field) { return text_array_from_text(text_of(field)); }
};
template <class Tag>
struct Read<Id<Tag>> {
  static Id<Tag> from(const pqxx::field& field) { return Id<Tag>(std::string(text_of(field))); }
};
template <class T>
struct Read<std::optional<T>> {
  static std::optional<T> from(const pqxx::field& field) {
    if (field.is_null()) return std::nullopt;
    return Read<T>::from(field);
  }
};

}  // namespace detail
}  // namespace base::db
