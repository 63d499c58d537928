#include "gateway/partner_api/open_banking_uk/obie_shape.h"

#include <algorithm>
#include <string>

#include "base/encoding.h"
#include "base/json/strict.h"
#include "gateway/partner_api/open_banking_uk/obie_time.h"

namespace gateway {
namespace {

using base::json::Value;
using Failure = std::optional<ObieFailure>;

Failure refused(ObieCode code, const std::string& path, std::string text) {
  return ObieFailure::make(code, path, std::move(text));
}

bool digits(std::string_view text, std::size_t most) {
  return !text.empty() && text.size() <= most &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// OBActiveCurrencyAndAmount_SimpleType: ^\d{1,13}$|^\d{1,13}\.\d{1,5}$
bool is_amount(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return digits(text, 13);
  return digits(text.substr(0, dot), 13) && digits(text.substr(dot + 1), 5);
}

// ActiveOrHistoricCurrencyCode: ^[A-Z]{3,3}$
bool is_currency(std::string_view text) {
  return text.size() == 3 && std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

Failure check(const Value& value, const Shape& shape, const std::string& path);

Failure check_text(const Value& value, const Shape& shape, const std::string& path) {
  if (!value.is_string()) return refused(ObieCode::field_invalid, path, "The field must be a string.");
  const auto& text = value.get_ref<const std::string&>();
  switch (shape.is) {
    case Is::amount:
      if (is_amount(text)) return std::nullopt;
      return refused(ObieCode::field_invalid, path, "Not an amount: at most 13 digits and 5 decimals.");
    case Is::currency:
      if (is_currency(text)) return std::nullopt;
      return refused(ObieCode::field_invalid, path, "Not a currency code.");
    case Is::time:
      if (obie_time_from_payload(text)) return std::nullopt;
      return refused(ObieCode::field_invalid_date, path, "Not an ISO 8601 date and time with an offset.");
    case Is::text:
    case Is::boolean:
    case Is::integer:
    case Is::number:
    case Is::object:
    case Is::list:
    case Is::anything:
      break;
  }
  const auto characters = base::utf8_decode(text);
  const std::size_t length = characters ? characters->size() : text.size();
  if (length < shape.min || (shape.max != 0 && length > shape.max)) {
    return refused(
        ObieCode::field_invalid, path,
        "The field must have " + std::to_string(shape.min) + " to " + std::to_string(shape.max) + " characters.");
  }
  if (!shape.words.empty() && std::find(shape.words.begin(), shape.words.end(), text) == shape.words.end()) {
    return refused(ObieCode::field_invalid, path, "Not one of the values of the standard.");
  }
  return std::nullopt;
}

Failure check_object(const Value& value, const Shape& shape, const std::string& path) {
  if (!value.is_object()) return refused(ObieCode::field_invalid, path, "The field must be an object.");
  const auto at = [&](std::string_view name) { return (path.empty() ? "" : path + ".") + std::string(name); };
  for (const Member& member : shape.members) {
    const auto found = value.find(std::string(member.name));
    if (found == value.end()) {
      if (member.required) return refused(ObieCode::field_missing, at(member.name), "The field is missing.");
      continue;
    }
    if (auto failure = check(*found, *member.shape, at(member.name))) return failure;
  }
  if (shape.open) return std::nullopt;
  for (const auto& [name, ignored] : value.items()) {
    const bool known = std::any_of(shape.members.begin(), shape.members.end(),
                                   [&, &key = name](const Member& member) { return member.name == key; });
    if (!known) return refused(ObieCode::field_unexpected, at(name), "The field is not part of this request.");
  }
  return std::nullopt;
}

Failure check_list(const Value& value, const Shape& shape, const std::string& path) {
  if (!value.is_array()) return refused(ObieCode::field_invalid, path, "The field must be a list.");
  if (value.size() < shape.min || (shape.max != 0 && value.size() > shape.max)) {
    return refused(ObieCode::field_invalid, path, "The list has too few or too many entries.");
  }
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (auto failure = check(value[i], *shape.item, path + "[" + std::to_string(i) + "]")) return failure;
  }
  return std::nullopt;
}

Failure check(const Value& value, const Shape& shape, const std::string& path) {
  switch (shape.is) {
    case Is::text:
    case Is::amount:
    case Is::currency:
    case Is::time:
      return check_text(value, shape, path);
    case Is::boolean:
      if (value.is_boolean()) return std::nullopt;
      return refused(ObieCode::field_invalid, path, "The field must be true or false.");
    case Is::integer:
      if (value.is_number_integer()) return std::nullopt;
      return refused(ObieCode::field_invalid, path, "The field must be a whole number.");
    case Is::number:
      if (value.is_number()) return std::nullopt;
      return refused(ObieCode::field_invalid, path, "The field must be a number.");
    case Is::object:
      return check_object(value, shape, path);
    case Is::list:
      return check_list(value, shape, path);
    case Is::anything:
      return std::nullopt;
  }
  return refused(ObieCode::invalid_format, path, "The body is not acceptable.");
}

}  // namespace

std::optional<ObieFailure> check_shape(std::string_view body, const Shape& shape, std::size_t max_bytes) {
  const auto document = base::json::parse_strict(body, {.max_bytes = max_bytes, .max_depth = 12});
  if (!document) {
    const bool twice = document.error().kind == base::json::ErrorKind::duplicate_member;
    return refused(ObieCode::invalid_format, "",
                   twice ? "The body has a member twice." : "The body is not acceptable JSON.");
  }
  if (!document->is_object()) return refused(ObieCode::invalid_format, "", "The body must be a JSON object.");
  return check(*document, shape, "");
}

}  // namespace gateway
