#include "base/observe/log.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "base/observe/metrics.h"
#include "base/observe/request_event.h"

namespace base::observe {
namespace {

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(Log, EscapesWhatJsonCannotHold) {
  const struct {
    const char* name;
    std::string_view input;
    const char* want;
  } cases[] = {
      {"plain", "abc", R"("abc")"},
      {"quote and backslash", "a\"b\\c", R"("a\"b\\c")"},
      {"a line that would forge another", "x\n{\"level\":\"error\"}", R"("x\n{\"level\":\"error\"}")"},
      {"tab and return", "\t\r", R"("\t\r")"},
      {"control bytes", "\x01\x1f\x7f", R"("\u0001\u001f\u007f")"},
      {"terminal escape", "\x1b[31m", R"("\u001b[31m")"},
      {"UTF-8 stays", "Zürich €", "\"Zürich €\""},
      {"four bytes", "\xF0\x9F\x98\x80", "\"\xF0\x9F\x98\x80\""},
      {"a lone continuation", "a\x80z", "\"a\xEF\xBF\xBDz\""},
      {"a cut sequence", "a\xE2\x82", "\"a\xEF\xBF\xBD\xEF\xBF\xBD\""},
      {"overlong slash", "\xC0\xAF", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},
      {"surrogate", "\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
      {"above Unicode", "\xF4\x90\x80\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
      {"NUL", std::string_view("a\0b", 3),
       "\"a\xEF\xBF\xBD"
       "b\""},
  };
  for (const auto& c : cases) EXPECT_EQ(json_string(c.input), c.want) << c.name;
}

TEST(Log, EveryByteStringBecomesJsonThatReads) {
  for (int first = 0; first < 256; ++first)
    for (int second = 0; second < 256; ++second) {
      const char bytes[] = {static_cast<char>(first), static_cast<char>(second), 'x'};
      ASSERT_TRUE(nlohmann::json::accept(json_string({bytes, 3}))) << first << " " << second;
    }
}

TEST(Log, ALineIsOneObjectWithItsFields) {
  EXPECT_EQ(log_line(Level::warning, "slow", {{"route", "/token"}, {"took_us", std::int64_t{1500}}, {"share", 0.5}}),
            R"({"level":"warning","message":"slow","route":"/token","took_us":1500,"share":0.5})");
  EXPECT_EQ(log_line(Level::error, "odd", {{"share", std::nan("")}}),
            R"({"level":"error","message":"odd","share":null})");
}

TEST(Log, LinesOfManyThreadsDoNotMix) {
  testing::internal::CaptureStderr();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([] {
      for (int i = 0; i < 200; ++i) log(Level::info, "a sentence", {{"text", std::string(300, 'x')}});
    });
  for (auto& thread : threads) thread.join();
  log(Level::debug, "below the level");
  const std::string written = testing::internal::GetCapturedStderr();
  int lines = 0;
  std::size_t at = 0;
  for (std::size_t end; (end = written.find('\n', at)) != std::string::npos; at = end + 1, ++lines) {
    const auto line = nlohmann::json::parse(written.substr(at, end - at));
    EXPECT_EQ(line["message"], "a sentence");
    EXPECT_EQ(line["at"].get<std::string>().size(), 27u);
  }
  EXPECT_EQ(lines, 800);
  EXPECT_EQ(at, written.size());
}

TEST(RequestEvent, BecomesOneObjectWithoutEmptyMembers) {
  RequestEvent event;
  event.at = Instant(std::chrono::sys_days(std::chrono::year(2026) / 1 / 5)) + std::chrono::hours(9) +
             std::chrono::microseconds(7);
  event.interaction = InteractionId("i-1");
  event.route = "/token";
  event.method = "POST";
  event.status = 400;
  event.took = std::chrono::microseconds(1234);
  event.refuse("invalid_grant", "[RFC6749-4.1.2] \"code\" used\ntwice");
  event.facts = {{"grant_type", "authorization_code"}, {"empty", ""}};
  EXPECT_EQ(to_json(event),
            R"({"event":"request","arrived":"2026-01-05T09:00:00.000007Z","interaction":"i-1","route":"/token",)"
            R"("method":"POST","status":400,"error":"invalid_grant","reason":"[RFC6749-4.1.2] \"code\" used\ntwice",)"
            R"("took_us":1234,"queued_us":0,"facts":{"empty":"-","grant_type":"authorization_code"}})");
}

TEST(Metrics, CountsGaugesAndHistogramsInExpositionFormat) {
  Metrics metrics;
  metrics.count("aldgate_requests_total", {{"route", "/token"}, {"status", "400"}});
  metrics.count("aldgate_requests_total", {{"route", "/token"}, {"status", "400"}}, 2);
  metrics.gauge("aldgate_depth", 3);
  metrics.gauge("aldgate_depth", 4);
  metrics.observe_seconds("aldgate_request_seconds", 0.003, {{"route", "/token"}});
  const std::string text = metrics.text();
  EXPECT_NE(text.find("aldgate_requests_total{route=\"/token\",status=\"400\"} 3"), std::string::npos) << text;
  EXPECT_NE(text.find("aldgate_depth 4"), std::string::npos);
  EXPECT_NE(text.find("aldgate_request_seconds_bucket{route=\"/token\",le=\"0.005\"} 1"), std::string::npos);
}

TEST(Metrics, LabelsWithoutBoundAreCountedAsOverflow) {
  Metrics metrics;
  for (int i = 0; i < 2100; ++i) metrics.count("aldgate_wild_total", {{"id", std::to_string(i)}});
  EXPECT_NE(metrics.text().find("aldgate_metric_overflow_total 100"), std::string::npos);
}

TEST(Metrics, ACollectorRunsWhenSomebodyLooksAndNotAfterItsEnd) {
  Metrics metrics;
  int looked = 0;
  auto collector = metrics.on_collect([&](Metrics& to) { to.gauge("aldgate_looked", ++looked); });
  EXPECT_NE(metrics.text().find("aldgate_looked 1"), std::string::npos);
  collector.reset();
  metrics.text();
  EXPECT_EQ(looked, 1);
}

}  // namespace
}  // namespace base::observe
