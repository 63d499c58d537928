// Reads one JSON object, member by member, with errors that carry a JSON Pointer (RFC 6901). For .cpp files only.
//
//   Reader reader(value);                          // value is an object; otherwise each read fails as wrong_type
//   TRY(auto iban, reader.required<std::string>("iban"));
//   TRY(auto note, reader.optional<std::string>("note"));
//   TRY(auto data, reader.required<Reader>("Data"));            // a nested object
//   TRY(auto list, reader.required<std::vector<Reader>>("Account"));
//   TRY_VOID(reader.no_more());                    // where the specification forbids unknown members
//
// T is one of: std::string, bool, std::int64_t, double (integers are accepted), Value, Reader,
// std::vector<std::string>, std::vector<std::int64_t>, std::vector<Reader>. `null` is a wrong type for all but Value.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/strict.h"

namespace base::json {

class Reader {
 public:
  // `value` must outlive the reader (and every reader made from it).
  explicit Reader(const Value& value, std::string pointer = "") : value_(&value), pointer_(std::move(pointer)) {}

  template <class T>
  Result<T, ParseError> required(std::string_view member);
  // Absent: nullopt. Present with the wrong type: an error, as for required().
  template <class T>
  Result<std::optional<T>, ParseError> optional(std::string_view member);

  // Fails on the first member that was never asked for.
  Result<void, ParseError> no_more() const;

  // For the caller's own rules: a member that is well-formed JSON but not a value we accept.
  ParseError invalid(std::string_view member, std::string detail) const;

  bool has(std::string_view member) const { return value_->is_object() && value_->contains(member); }
  const std::string& pointer() const { return pointer_; }
  const Value& value() const { return *value_; }

 private:
  Result<const Value*, ParseError> find(std::string_view member);  // nullptr when absent
  std::string pointer_to(std::string_view member) const;

  const Value* value_;
  std::string pointer_;
  std::set<std::string, std::less<>> asked_;
};

// One pointer segment, escaped ("~" is "~0", "/" is "~1") and prefixed with "/".
std::string pointer_segment(std::string_view name);

// The conversions behind Reader, for arrays and scalars that stand alone.
template <class T>
Result<T, ParseError> as(const Value& value, const std::string& pointer);
template <>
Result<std::string, ParseError> as(const Value& value, const std::string& pointer);
template <>
Result<bool, ParseError> as(const Value& value, const std::string& pointer);
template <>
Result<std::int64_t, ParseError> as(const Value& value, const std::string& pointer);
template <>
Result<double, ParseError> as(const Value& value, const std::string& pointer);
template <>
Result<Value, ParseError> as(const Value& value, const std::string& pointer);
template <>
Result<Reader, ParseError> as(const Value& value, const std::string& pointer);
template <>
Result<std::vector<std::string>, ParseError> as(const Value& value, const std::string& pointer);
template <>
Result<std::vector<std::int64_t>, ParseError> as(const Value& value, const std::string& pointer);
template <>
Result<std::vector<Reader>, ParseError> as(const Value& value, const std::string& pointer);

template <class T>
Result<T, ParseError> Reader::required(std::string_view member) {
  TRY(const Value* found, find(member));
  if (found == nullptr) return failure(ParseError{ErrorKind::missing_member, pointer_to(member), ""});
  return as<T>(*found, pointer_to(member));
}

template <class T>
Result<std::optional<T>, ParseError> Reader::optional(std::string_view member) {
  TRY(const Value* found, find(member));
  if (found == nullptr) return std::optional<T>();
  TRY(T value, as<T>(*found, pointer_to(member)));
  return std::optional<T>(std::move(value));
}

}  // namespace base::json
