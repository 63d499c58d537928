#include "gateway/partner_api/open_banking_uk/obie_error.h"

#include "base/ensure.h"
#include "base/json/strict.h"

namespace gateway {
namespace {

struct Row {
  ObieCode code;
  std::string_view text;  // OBExternalStatusReason1Code; empty: the status has no body
  int status;
};
// Read/Write v4.0, "Error Response Structure" and "Error Codes"; statuses without a body as in the official
// description.
constexpr Row kRows[] = {
    {ObieCode::field_expected, "U001", 400},
    {ObieCode::field_invalid, "U002", 400},
    {ObieCode::field_invalid_date, "U003", 400},
    {ObieCode::field_missing, "U004", 400},
    {ObieCode::field_unexpected, "U005", 400},
    {ObieCode::header_invalid, "U006", 400},
    {ObieCode::header_missing, "U007", 400},
    {ObieCode::invalid_consent_status, "U009", 400},
    {ObieCode::invalid_format, "U010", 400},
    {ObieCode::not_found, "U011", 400},
    {ObieCode::consent_mismatch, "U008", 400},
    {ObieCode::unsupported_account_identifier, "U021", 400},
    {ObieCode::unsupported_currency, "U023", 400},
    {ObieCode::unsupported_frequency, "U025", 400},
    {ObieCode::unsupported_local_instrument, "U026", 400},
    {ObieCode::unsupported_scheme, "U027", 400},
    {ObieCode::unexpected_error, "U000", 500},
    {ObieCode::temporarily_unavailable, "U000", 503},
    {ObieCode::reauthenticate, "U028", 403},
    {ObieCode::forbidden, "U008", 403},
    {ObieCode::unauthorized, "", 401},
    {ObieCode::not_acceptable, "", 406},
    {ObieCode::unsupported_media_type, "", 415},
    {ObieCode::payload_too_large, "", 413},
    {ObieCode::too_many_requests, "", 429},
    {ObieCode::unknown_route, "", 404},
    {ObieCode::method_not_allowed, "", 405},
};

const Row& row_of(ObieCode code) {
  for (const Row& row : kRows) {
    if (row.code == code) return row;
  }
  throw base::BrokenInvariant("an ObieCode without a row");
}

// The official schema: Message at most 500 characters, Path likewise.
std::string bounded(std::string text) {
  if (text.size() > 500) text.resize(500);
  return text;
}

}  // namespace

std::string_view to_text(ObieCode code) { return row_of(code).text; }
int http_status(ObieCode code) { return row_of(code).status; }

base::http::Response obie_error_response(base::http::Call& call, const std::vector<ObieFailure>& failures) {
  ENSURE(!failures.empty(), "an error response tells at least one error");
  const ObieFailure& first = failures.front();
  const Row& row = row_of(first.code);
  const std::string name = row.text.empty() ? std::to_string(row.status) : std::string(row.text);
  const std::string& why = first.log_text.empty() ? first.public_text : first.log_text;
  call.event.refuse("UK.OBIE." + name, first.path.empty() ? why : first.path + ": " + why);

  base::http::Response response;
  response.status = row.status;
  response.headers.add("Cache-Control", "no-store");
  if (row.text.empty()) return response;

  using base::json::Value;
  Value errors = Value::array();
  for (const ObieFailure& failure : failures) {
    Value error = {{"ErrorCode", row_of(failure.code).text}, {"Message", bounded(failure.public_text)}};
    if (!failure.path.empty()) error["Path"] = bounded(failure.path);
    errors.push_back(std::move(error));
  }
  Value body = {
      {"Code", std::to_string(row.status)}, {"Message", bounded(first.public_text)}, {"Errors", std::move(errors)}};
  if (!call.event.interaction.empty()) body["Id"] = call.event.interaction.str().substr(0, 40);
  response.headers.add("Content-Type", "application/json; charset=utf-8");
  response.body = base::json::dump(body);
  return response;
}

base::http::Response obie_error_response(base::http::Call& call, const ObieFailure& failure) {
  return obie_error_response(call, std::vector<ObieFailure>{failure});
}

}  // namespace gateway
