#include "webhooks/delivery/decision.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "base/ensure.h"

namespace webhooks {
namespace {

using std::chrono::seconds;

constexpr std::array kFailureNames{
    std::pair{FailureClass::redirect, std::string_view("redirect")},
    std::pair{FailureClass::client_error, std::string_view("client_error")},
    std::pair{FailureClass::server_error, std::string_view("server_error")},
    std::pair{FailureClass::throttled, std::string_view("throttled")},
    std::pair{FailureClass::gone, std::string_view("gone")},
    std::pair{FailureClass::other_status, std::string_view("other_status")},
    std::pair{FailureClass::timeout, std::string_view("timeout")},
    std::pair{FailureClass::resolve, std::string_view("resolve")},
    std::pair{FailureClass::connect, std::string_view("connect")},
    std::pair{FailureClass::tls, std::string_view("tls")},
    std::pair{FailureClass::protocol, std::string_view("protocol")},
    std::pair{FailureClass::egress_refused, std::string_view("egress_refused")},
    std::pair{FailureClass::aborted_by_receiver, std::string_view("aborted_by_receiver")},
    std::pair{FailureClass::disabled_by_receiver, std::string_view("disabled_by_receiver")},
    std::pair{FailureClass::endpoint_disabled, std::string_view("endpoint_disabled")},
};

FailureClass class_of(base::net::NetErrorKind kind) {
  using base::net::NetErrorKind;
  switch (kind) {
    case NetErrorKind::refused:
      return FailureClass::egress_refused;
    case NetErrorKind::resolve:
      return FailureClass::resolve;
    case NetErrorKind::connect:
      return FailureClass::connect;
    case NetErrorKind::tls:
      return FailureClass::tls;
    case NetErrorKind::timeout:
      return FailureClass::timeout;
    case NetErrorKind::protocol:
    case NetErrorKind::too_large:
    case NetErrorKind::stopped:
      return FailureClass::protocol;
  }
  return FailureClass::protocol;
}

FailureClass class_of(int status) {
  if (status == 429 || status == 502 || status == 504) return FailureClass::throttled;
  if (status == 410) return FailureClass::gone;
  if (status >= 300 && status < 400) return FailureClass::redirect;
  if (status >= 400 && status < 500) return FailureClass::client_error;
  if (status >= 500 && status < 600) return FailureClass::server_error;
  return FailureClass::other_status;
}

std::optional<int> number(std::string_view digits) {
  int value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size() || value < 0) return std::nullopt;
  return value;
}

// IMF-fixdate, the only form a sender may use: "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7).
std::optional<std::chrono::sys_seconds> http_date(std::string_view text) {
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != 29 || text.substr(3, 2) != ", " || !text.ends_with(" GMT") || text[19] != ':' || text[22] != ':') {
    return std::nullopt;
  }
  const auto month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
  const auto day = number(text.substr(5, 2)), year = number(text.substr(12, 4));
  const auto hour = number(text.substr(17, 2)), minute = number(text.substr(20, 2)),
             second = number(text.substr(23, 2));
  if (month == kMonths.end() || !day || !year || !hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(month - kMonths.begin()) + 1),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) + seconds(*second);
}

// The scheduled wait, or what the receiver asked for between that and twice that.
std::chrono::microseconds wait_for(const AttemptResult& result, seconds scheduled, int jitter_permille) {
  if (!result.retry_after) return jittered(scheduled, jitter_permille);
  return std::clamp(*result.retry_after, scheduled, 2 * scheduled);
}

}  // namespace

std::string_view to_text(FailureClass failure) {
  for (const auto& [value, name] : kFailureNames) {
    if (value == failure) return name;
  }
  throw base::BrokenInvariant("every failure class has a name");
}

std::optional<FailureClass> failure_class_from_text(std::string_view text) {
  for (const auto& [value, name] : kFailureNames) {
    if (name == text) return value;
  }
  return std::nullopt;
}

std::optional<seconds> retry_after(const base::http::Headers& headers, base::Instant now) {
  const auto text = headers.only("retry-after");
  if (!text) return std::nullopt;
  if (const auto delay = number(*text)) return seconds(*delay);
  if (const auto date = http_date(*text)) {
    return std::max(seconds(0), *date - std::chrono::floor<seconds>(now));
  }
  return std::nullopt;
}

AttemptResult attempt_result(const base::net::HttpsResponse& response, base::Instant now) {
  AttemptResult result;
  result.status = response.status;
  result.retry_after = retry_after(response.headers, now);
  if (const auto wish = response.headers.only("webhook-delivery")) {
    if (base::http::equal_ignoring_case(*wish, "abort-message")) result.wish = ReceiverWish::abort_message;
    if (base::http::equal_ignoring_case(*wish, "disable")) result.wish = ReceiverWish::disable;
  }
  return result;
}

AttemptResult attempt_result(const base::net::NetError& error) {
  AttemptResult result;
  result.net_error = error.kind;
  return result;
}

Decision decide(const AttemptResult& result, int attempts_made, const RetrySchedule& schedule, base::Instant now,
                int jitter_permille) {
  ENSURE(attempts_made >= 1, "a decision follows an attempt");
  Decision decision;
  if (!result.net_error && result.status >= 200 && result.status < 300) {
    if (result.wish == ReceiverWish::disable) decision.disable = DisabledReason::asked_by_receiver;
    return decision;
  }
  decision.failure = result.net_error ? class_of(*result.net_error) : class_of(result.status);

  const auto end_with = [&](FailureClass failure) {
    decision.verdict = Verdict::dead_letter;
    decision.failure = failure;
  };
  if (result.wish == ReceiverWish::disable) {
    end_with(FailureClass::disabled_by_receiver);
    decision.disable = DisabledReason::asked_by_receiver;
    return decision;
  }
  // [STDWH-1.0.0-delivery-success-and-failure] "410 Gone … Sender should disable the webhook endpoint, and stop sending
  // it messages."
  if (decision.failure == FailureClass::gone) {
    end_with(FailureClass::gone);
    decision.disable = DisabledReason::gone;
    return decision;
  }
  if (result.wish == ReceiverWish::abort_message) {
    end_with(FailureClass::aborted_by_receiver);
    return decision;
  }

  const auto next = static_cast<std::size_t>(attempts_made);
  const bool last = next >= schedule.attempts();
  const seconds scheduled = last ? schedule.waits.back() : schedule.waits[next];
  const base::Instant again = now + wait_for(result, scheduled, jitter_permille);
  // [STDWH-1.0.0-delivery-success-and-failure] 429, 502, 504: "it's recommended to throttle the requests". The whole
  // endpoint rests, for a minute at most: its other messages have schedules of their own.
  if (decision.failure == FailureClass::throttled) {
    const auto asked = result.retry_after.value_or(seconds(5));
    decision.throttle_until = now + std::clamp(asked, seconds(1), seconds(60));
  }
  decision.verdict = last ? Verdict::dead_letter : Verdict::retry;
  if (!last) decision.retry_at = again;
  return decision;
}

}  // namespace webhooks
