// The one place that knows how a refusal looks on the UK surface: OBErrorResponse1 with the v4 code set
// (OBExternalStatusReason1Code), its HTTP status, and which statuses have no body (401, 405, 406, 415, 429).
// The challenge of a 401 is the resource server's (oauth/resource_server.h); the pipeline adds it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/http/call.h"
#include "base/http/message.h"

namespace gateway {

enum class ObieCode {
  field_expected,                  // U001 400
  field_invalid,                   // U002 400
  field_invalid_date,              // U003 400
  field_missing,                   // U004 400
  field_unexpected,                // U005 400
  header_invalid,                  // U006 400
  header_missing,                  // U007 400
  consent_mismatch,                // U008 400: the payment is not the consent's
  invalid_consent_status,          // U009 400
  invalid_format,                  // U010 400
  not_found,                       // U011 400
  unsupported_account_identifier,  // U021 400
  unsupported_currency,            // U023 400
  unsupported_frequency,           // U025 400
  unsupported_local_instrument,    // U026 400
  unsupported_scheme,              // U027 400
  unexpected_error,                // U000 500
  temporarily_unavailable,         // U000 503, with Retry-After
  reauthenticate,                  // U028 403
  forbidden,                       // U008 403: token, consent and resource do not belong together
  unauthorized,                    // 401, no body
  not_acceptable,                  // 406, no body
  unsupported_media_type,          // 415, no body
  payload_too_large,               // 413, no body
  too_many_requests,               // 429, no body
  unknown_route,                   // 404, no body
  method_not_allowed,              // 405, no body
};
std::string_view to_text(ObieCode code);  // "U011"; "" where there is no body
int http_status(ObieCode code);

struct ObieFailure {
  ObieCode code = ObieCode::unexpected_error;
  std::string path;         // "Data.Permissions", a header's or parameter's name; may be empty
  std::string public_text;  // may leave the process; holds no value of the request
  std::string log_text;     // for event and journal; empty: public_text

  static ObieFailure make(ObieCode code, std::string path, std::string text) {
    return {code, std::move(path), std::move(text), {}};
  }
};

// Also fills call.event.error and reason. Never an empty list.
base::http::Response obie_error_response(base::http::Call& call, const std::vector<ObieFailure>& failures);
base::http::Response obie_error_response(base::http::Call& call, const ObieFailure& failure);

}  // namespace gateway
