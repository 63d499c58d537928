// What one attempt means: pure, so that each line of the table is a test.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/http/message.h"
#include "base/net/https_client.h"
#include "webhooks/delivery/schedule.h"
#include "webhooks/subscription.h"

namespace webhooks {

// Why an attempt failed, and in the end why a delivery is a dead letter.
enum class FailureClass : std::uint8_t {
  redirect,      // 3xx: never followed
  client_error,  // 4xx
  server_error,  // 5xx
  throttled,     // 429, 502, 504
  gone,          // 410
  other_status,  // 1xx and what is no status
  timeout,
  resolve,
  connect,
  tls,
  protocol,
  egress_refused,        // the address is not one we may call
  aborted_by_receiver,   // response header webhook-delivery: abort-message
  disabled_by_receiver,  // response header webhook-delivery: disable
  endpoint_disabled      // not attempted: the endpoint is disabled
};
std::string_view to_text(FailureClass failure);
std::optional<FailureClass> failure_class_from_text(std::string_view text);

enum class ReceiverWish : std::uint8_t { none, abort_message, disable };

struct AttemptResult {
  int status = 0;  // 0: no response
  std::optional<base::net::NetErrorKind> net_error;
  std::optional<std::chrono::seconds> retry_after;
  ReceiverWish wish = ReceiverWish::none;
};
AttemptResult attempt_result(const base::net::HttpsResponse& response, base::Instant now);
AttemptResult attempt_result(const base::net::NetError& error);

enum class Verdict : std::uint8_t { succeeded, retry, dead_letter };

struct Decision {
  Verdict verdict = Verdict::succeeded;
  std::optional<FailureClass> failure;
  std::optional<base::Instant> retry_at;        // with retry
  std::optional<base::Instant> throttle_until;  // the whole endpoint rests
  std::optional<DisabledReason> disable;        // the endpoint
};

// `attempts_made` counts this one. Retry-After is honoured between the scheduled wait and twice that wait.
Decision decide(const AttemptResult& result, int attempts_made, const RetrySchedule& schedule, base::Instant now,
                int jitter_permille);

// Retry-After: delay-seconds or HTTP-date (RFC 9110 section 10.2.3); nullopt when absent, repeated or neither.
std::optional<std::chrono::seconds> retry_after(const base::http::Headers& headers, base::Instant now);

}  // namespace webhooks
