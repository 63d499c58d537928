#include "webhooks/delivery/decision.h"

#include <gtest/gtest.h>

namespace webhooks {
namespace {

using namespace std::chrono_literals;
using base::net::NetErrorKind;

const base::Instant kNow{std::chrono::sys_days(std::chrono::year(2026) / 3 / 1)};

Decision after(const AttemptResult& result, int attempts = 1, int jitter = 0) {
  return decide(result, attempts, RetrySchedule::standard(), kNow, jitter);
}
AttemptResult status(int code) {
  AttemptResult result;
  result.status = code;
  return result;
}

// [STDWH-1.0.0-delivery-success-and-failure]
TEST(Decision, EachStatusHasItsMeaning) {
  struct Case {
    int status;
    Verdict verdict;
    std::string_view failure;
    bool throttles;
    bool disables;
  };
  for (const Case& c : std::vector<Case>{
           {200, Verdict::succeeded, "", false, false},         {202, Verdict::succeeded, "", false, false},
           {204, Verdict::succeeded, "", false, false},         {299, Verdict::succeeded, "", false, false},
           {100, Verdict::retry, "other_status", false, false}, {0, Verdict::retry, "other_status", false, false},
           {600, Verdict::retry, "other_status", false, false}, {300, Verdict::retry, "redirect", false, false},
           {301, Verdict::retry, "redirect", false, false},     {302, Verdict::retry, "redirect", false, false},
           {307, Verdict::retry, "redirect", false, false},     {308, Verdict::retry, "redirect", false, false},
           {400, Verdict::retry, "client_error", false, false}, {401, Verdict::retry, "client_error", false, false},
           {404, Verdict::retry, "client_error", false, false}, {409, Verdict::retry, "client_error", false, false},
           {410, Verdict::dead_letter, "gone", false, true},    {429, Verdict::retry, "throttled", true, false},
           {500, Verdict::retry, "server_error", false, false}, {502, Verdict::retry, "throttled", true, false},
           {503, Verdict::retry, "server_error", false, false}, {504, Verdict::retry, "throttled", true, false}}) {
    const Decision decision = after(status(c.status));
    EXPECT_EQ(decision.verdict, c.verdict) << c.status;
    EXPECT_EQ(decision.failure ? to_text(*decision.failure) : "", c.failure) << c.status;
    EXPECT_EQ(decision.throttle_until.has_value(), c.throttles) << c.status;
    EXPECT_EQ(decision.disable.has_value(), c.disables) << c.status;
    EXPECT_EQ(decision.retry_at.has_value(), c.verdict == Verdict::retry) << c.status;
  }
  EXPECT_EQ(after(status(410)).disable, DisabledReason::gone);
}

TEST(Decision, EachWayToFailWithoutAnAnswerIsRetriedUnderItsName) {
  const std::pair<NetErrorKind, FailureClass> cases[] = {
      {NetErrorKind::refused, FailureClass::egress_refused}, {NetErrorKind::resolve, FailureClass::resolve},
      {NetErrorKind::connect, FailureClass::connect},        {NetErrorKind::tls, FailureClass::tls},
      {NetErrorKind::timeout, FailureClass::timeout},        {NetErrorKind::protocol, FailureClass::protocol},
      {NetErrorKind::too_large, FailureClass::protocol}};
  for (const auto& [kind, failure] : cases) {
    const Decision decision = after(attempt_result(base::net::NetError{kind, "", {}}));
    EXPECT_EQ(decision.verdict, Verdict::retry);
    EXPECT_EQ(decision.failure, failure);
    EXPECT_FALSE(decision.disable.has_value());
  }
}

TEST(Decision, WalksTheScheduleAndEndsInTheDeadLetters) {
  const std::chrono::seconds waits[] = {5s, 5min, 30min, 2h, 5h, 10h, 14h, 20h, 24h};
  for (int made = 1; made <= 9; ++made) {
    const Decision decision = after(status(500), made);
    EXPECT_EQ(decision.verdict, Verdict::retry) << made;
    EXPECT_EQ(decision.retry_at, kNow + waits[made - 1]) << made;
  }
  const Decision last = after(status(500), 10);
  EXPECT_EQ(last.verdict, Verdict::dead_letter);
  EXPECT_EQ(last.failure, FailureClass::server_error);
  EXPECT_FALSE(last.retry_at.has_value());
  EXPECT_EQ(after(status(500), 11).verdict, Verdict::dead_letter);
}

TEST(Decision, JitterMovesTheNextAttempt) {
  EXPECT_EQ(after(status(500), 2, 200).retry_at, kNow + 6min);
  EXPECT_EQ(after(status(500), 2, -200).retry_at, kNow + 4min);
}

TEST(Decision, RetryAfterIsHonouredBetweenTheWaitAndTwiceTheWait) {
  const std::pair<std::chrono::seconds, std::chrono::seconds> cases[] = {
      {0s, 5min}, {1s, 5min}, {5min, 5min}, {7min, 7min}, {10min, 10min}, {11min, 10min}, {240h, 10min}};
  for (const auto& [asked, granted] : cases) {
    AttemptResult result = status(503);
    result.retry_after = asked;
    EXPECT_EQ(after(result, 2, 200).retry_at, kNow + granted) << asked.count();
  }
}

TEST(Decision, ThrottlingRestsTheEndpointForAMinuteAtMost) {
  AttemptResult result = status(429);
  EXPECT_EQ(after(result).throttle_until, kNow + 5s);
  result.retry_after = 30s;
  EXPECT_EQ(after(result).throttle_until, kNow + 30s);
  result.retry_after = 24h;
  EXPECT_EQ(after(result).throttle_until, kNow + 60s);
  result.retry_after = 0s;
  EXPECT_EQ(after(result).throttle_until, kNow + 1s);
}

TEST(Decision, TheReceiverMayAbortAMessageOrDisableItself) {
  AttemptResult result = status(400);
  result.wish = ReceiverWish::abort_message;
  EXPECT_EQ(after(result).verdict, Verdict::dead_letter);
  EXPECT_EQ(after(result).failure, FailureClass::aborted_by_receiver);
  EXPECT_FALSE(after(result).disable.has_value());
  result.wish = ReceiverWish::disable;
  EXPECT_EQ(after(result).failure, FailureClass::disabled_by_receiver);
  EXPECT_EQ(after(result).disable, DisabledReason::asked_by_receiver);
  result.status = 200;
  EXPECT_EQ(after(result).verdict, Verdict::succeeded);
  EXPECT_EQ(after(result).disable, DisabledReason::asked_by_receiver);
}

TEST(AttemptResult, ReadsTheHeadersItKnows) {
  base::net::HttpsResponse response;
  response.status = 429;
  response.headers = {{"Retry-After", "120"}, {"Webhook-Delivery", "Abort-Message"}};
  const AttemptResult result = attempt_result(response, kNow);
  EXPECT_EQ(result.status, 429);
  EXPECT_EQ(result.retry_after, 120s);
  EXPECT_EQ(result.wish, ReceiverWish::abort_message);
}

TEST(RetryAfter, ReadsSecondsAndDatesAndNothingElse) {
  const auto read = [](const char* value) { return retry_after({{"retry-after", value}}, kNow); };
  EXPECT_EQ(read("120"), 120s);
  EXPECT_EQ(read("0"), 0s);
  EXPECT_EQ(read("Sun, 01 Mar 2026 00:02:00 GMT"), 120s);
  EXPECT_EQ(read("Sat, 28 Feb 2026 00:00:00 GMT"), 0s);
  for (const char* bad : {"", "-1", "1.5", "soon", "99999999999999", "Sun, 01 Mar 2026 00:02:00 UTC",
                          "Sun, 31 Feb 2026 00:02:00 GMT", "Sun, 01 Mar 2026 24:02:00 GMT"}) {
    EXPECT_FALSE(read(bad).has_value()) << bad;
  }
  EXPECT_FALSE(retry_after({{"retry-after", "1"}, {"Retry-After", "2"}}, kNow).has_value());
}

}  // namespace
}  // namespace webhooks
