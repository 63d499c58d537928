#include "gateway/partner_api/open_banking_uk/consent_body.h"

#include <algorithm>
#include <type_traits>

#include "base/json/reader.h"
#include "gateway/partner_api/open_banking_uk/obie_time.h"

namespace gateway {
namespace {

using base::failure;
using base::json::ErrorKind;
using base::json::ParseError;
using base::json::Reader;

constexpr std::size_t kMaxBytes = 64 * 1024;
constexpr std::size_t kMaxPermissions = 64;  // the standard has 21; some TPPs repeat themselves

// "/Data/Permissions/0" is "Data.Permissions[0]" in the standard's way of writing.
std::string obie_path(const std::string& pointer) {
  std::string path;
  std::size_t at = 0;
  while (at < pointer.size()) {
    const std::size_t next = std::min(pointer.find('/', at + 1), pointer.size());
    const std::string segment = pointer.substr(at + 1, next - at - 1);
    const bool index = !segment.empty() && segment.find_first_not_of("0123456789") == std::string::npos;
    if (index) {
      path += "[" + segment + "]";
    } else {
      path += (path.empty() ? "" : ".") + segment;
    }
    at = next;
  }
  return path;
}

ObieFailure failure_of(const ParseError& error) {
  const auto make = [&](ObieCode code, std::string text) {
    return ObieFailure::make(code, obie_path(error.pointer), std::move(text));
  };
  switch (error.kind) {
    case ErrorKind::too_large:
    case ErrorKind::too_deep:
    case ErrorKind::syntax:
    case ErrorKind::number_out_of_range:
      return make(ObieCode::invalid_format, "The body is not acceptable JSON.");
    case ErrorKind::duplicate_member:
      return make(ObieCode::invalid_format, "The body has a member twice.");
    case ErrorKind::missing_member:
      return make(ObieCode::field_missing, "The field is missing.");
    case ErrorKind::wrong_type:
      return make(ObieCode::field_invalid, "The field has the wrong type.");
    case ErrorKind::unknown_member:
      return make(ObieCode::field_unexpected, "The field is not part of this request.");
    case ErrorKind::invalid_value:
      return make(ObieCode::field_invalid, "The field has a value that is not allowed.");
  }
  return make(ObieCode::invalid_format, "The body is not acceptable JSON.");
}

template <class T>
base::Result<T, ObieFailure> or_failure(base::Result<T, ParseError> result) {
  if (!result) return failure(failure_of(result.error()));
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return std::move(*result);
  }
}

base::Result<std::optional<base::Instant>, ObieFailure> read_time(Reader& data, const char* member) {
  TRY(auto text, or_failure(data.optional<std::string>(member)));
  if (!text) return std::optional<base::Instant>();
  const auto at = obie_time_from_payload(*text);
  if (!at) {
    return failure(ObieFailure::make(ObieCode::field_invalid_date, std::string("Data.") + member,
                                     "Not an ISO 8601 date and time with an offset."));
  }
  return std::optional<base::Instant>(*at);
}

base::Result<std::set<policy::Permission>, ObieFailure> read_permissions(Reader& data) {
  TRY(auto names, or_failure(data.required<std::vector<std::string>>("Permissions")));
  if (names.empty() || names.size() > kMaxPermissions) {
    return failure(
        ObieFailure::make(ObieCode::field_invalid, "Data.Permissions", "Permissions must have 1 to 64 entries."));
  }
  std::set<policy::Permission> permissions;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto permission = policy::permission_from_text(names[i]);
    if (!permission) {
      return failure(ObieFailure::make(ObieCode::field_invalid, "Data.Permissions[" + std::to_string(i) + "]",
                                       "Not a permission of the standard."));
    }
    permissions.insert(*permission);
  }
  return permissions;
}

}  // namespace

base::Result<consent::CreateAccountAccessConsent, ObieFailure> read_consent_body(std::string_view body) {
  TRY(auto document, or_failure(base::json::parse_strict(body, {.max_bytes = kMaxBytes, .max_depth = 8})));
  if (!document.is_object())
    return failure(ObieFailure::make(ObieCode::invalid_format, "", "The body must be a JSON object."));
  Reader root(document);
  TRY(auto data, or_failure(root.required<Reader>("Data")));
  TRY(auto risk, or_failure(root.required<Reader>("Risk")));
  TRY_VOID(or_failure(root.no_more()));
  consent::CreateAccountAccessConsent request;
  TRY(request.permissions, read_permissions(data));
  TRY(request.expiration, read_time(data, "ExpirationDateTime"));
  TRY(request.transactions_from, read_time(data, "TransactionFromDateTime"));
  TRY(request.transactions_to, read_time(data, "TransactionToDateTime"));
  TRY_VOID(or_failure(data.no_more()));
  // OBRisk2 has no members for account information and admits none.
  TRY_VOID(or_failure(risk.no_more()));
  return request;
}

}  // namespace gateway
