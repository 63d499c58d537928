#include "base/json/reader.h"

#include <limits>

namespace base::json {
namespace {

auto wrong_type(const std::string& pointer, std::string expected) {
  return failure(ParseError{ErrorKind::wrong_type, pointer, std::move(expected)});
}

template <class T>
Result<std::vector<T>, ParseError> list_of(const Value& value, const std::string& pointer) {
  if (!value.is_array()) return wrong_type(pointer, "an array is expected");
  std::vector<T> list;
  list.reserve(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) {
    TRY(T item, as<T>(value[i], pointer + "/" + std::to_string(i)));
    list.push_back(std::move(item));
  }
  return list;
}

}  // namespace

std::string pointer_segment(std::string_view name) {
  std::string out = "/";
  for (const char c : name) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

std::string Reader::pointer_to(std::string_view member) const { return pointer_ + pointer_segment(member); }

Result<const Value*, ParseError> Reader::find(std::string_view member) {
  if (!value_->is_object()) return wrong_type(pointer_, "an object is expected");
  asked_.emplace(member);
  const auto found = value_->find(member);
  if (found == value_->end()) return nullptr;
  return &*found;
}

Result<void, ParseError> Reader::no_more() const {
  if (!value_->is_object()) return wrong_type(pointer_, "an object is expected");
  for (const auto& [name, member] : value_->items()) {
    if (!asked_.contains(name)) return failure(ParseError{ErrorKind::unknown_member, pointer_to(name), ""});
  }
  return {};
}

ParseError Reader::invalid(std::string_view member, std::string detail) const {
  return ParseError{ErrorKind::invalid_value, pointer_to(member), std::move(detail)};
}

template <>
Result<std::string, ParseError> as(const Value& value, const std::string& pointer) {
  if (!value.is_string()) return wrong_type(pointer, "a string is expected");
  return value.get_ref<const std::string&>();
}

template <>
Result<bool, ParseError> as(const Value& value, const std::string& pointer) {
  if (!value.is_boolean()) return wrong_type(pointer, "true or false is expected");
  return value.get<bool>();
}

template <>
Result<std::int64_t, ParseError> as(const Value& value, const std::string& pointer) {
  if (!value.is_number_integer()) return wrong_type(pointer, "an integer is expected");
  if (value.is_number_unsigned() &&
      value.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return failure(ParseError{ErrorKind::number_out_of_range, pointer, "an integer outside 64 bits"});
  }
  return value.get<std::int64_t>();
}

template <>
Result<double, ParseError> as(const Value& value, const std::string& pointer) {
  if (!value.is_number()) return wrong_type(pointer, "a number is expected");
  return value.get<double>();
}

template <>
Result<Value, ParseError> as(const Value& value, const std::string& /*pointer*/) {
  return value;
}

template <>
Result<Reader, ParseError> as(const Value& value, const std::string& pointer) {
  if (!value.is_object()) return wrong_type(pointer, "an object is expected");
  return Reader(value, pointer);
}

template <>
Result<std::vector<std::string>, ParseError> as(const Value& value, const std::string& pointer) {
  return list_of<std::string>(value, pointer);
}

template <>
Result<std::vector<std::int64_t>, ParseError> as(const Value& value, const std::string& pointer) {
  return list_of<std::int64_t>(value, pointer);
}

template <>
Result<std::vector<Reader>, ParseError> as(const Value& value, const std::string& pointer) {
  return list_of<Reader>(value, pointer);
}

}  // namespace base::json
