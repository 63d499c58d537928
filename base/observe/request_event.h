// One event per request, filled on the way and written once: as one JSON log line, as metrics, and in the request
// journal that `aldgate explain request` reads. Never a token, code, assertion, secret, IBAN or name.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include "base/clock.h"
#include "base/id.h"

namespace base::observe {

struct RequestEvent {
  Instant at;                 // protocol time of arrival
  InteractionId interaction;  // x-fapi-interaction-id: the caller's when it is a UUID, else ours
  std::string traceparent;    // W3C Trace Context of this hop
  std::string route;          // the route's pattern, or "unmatched"
  std::string method;
  std::string listener;
  int status = 0;
  ClientId client;  // once authenticated
  ConsentId consent;
  GrantId grant;
  PsuId psu;
  std::string error;   // the protocol's code: invalid_grant, UK.OBIE.…, quota-exceeded
  std::string reason;  // the log text of a refusal: what was wrong, with clause; bounded, no secrets
  std::chrono::microseconds took{0};
  std::chrono::microseconds queued{0};
  std::map<std::string, std::string> facts;  // few, bounded

  void refuse(std::string error_code, std::string log_text) {
    error = std::move(error_code);
    reason = std::move(log_text);
  }
};

// One JSON object, empty members left out: the log line's and the journal's form. Times are RFC 3339 UTC in
// microseconds.
std::string to_json(const RequestEvent& event);

}  // namespace base::observe
