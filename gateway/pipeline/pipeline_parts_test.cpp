#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "gateway/operations/sandbox_api.h"
#include "gateway/pipeline/limits.h"
#include "gateway/pipeline/refusal.h"
#include "gateway/pipeline/trace_context.h"
#include "gateway/psu_pages/page.h"
#include "tests/support/fakes.h"

namespace gateway {
namespace {

using base::http::Headers;

const base::Instant kNow = std::chrono::sys_days{std::chrono::year{2026} / 6 / 1};

TEST(InteractionId, IsTheCallersWhenItIsOneUuid) {
  tests::SeededEntropy entropy;
  const std::string sent = "93BAC548-d2de-4546-b106-880a5018460d";
  EXPECT_EQ(interaction_id(Headers{{"X-FAPI-Interaction-ID", sent}}, kNow, entropy).str(), sent);
}

TEST(InteractionId, IsOursForAnythingElse) {
  tests::SeededEntropy entropy;
  const std::string uuid = "93bac548-d2de-4546-b106-880a5018460d";
  for (const Headers& headers :
       {Headers{}, Headers{{"x-fapi-interaction-id", "1234"}}, Headers{{"x-fapi-interaction-id", uuid + "\t<script>"}},
        Headers{{"x-fapi-interaction-id", uuid}, {"x-fapi-interaction-id", uuid}}}) {
    const auto id = interaction_id(headers, kNow, entropy);
    EXPECT_TRUE(base::is_uuid(id.str()));
    EXPECT_NE(id.str(), uuid);
  }
}

TEST(TraceContext, KeepsTheCallersTraceAndNamesThisHop) {
  tests::SeededEntropy entropy;
  const std::string sent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const std::string ours = trace_context(Headers{{"traceparent", sent}}, entropy);
  EXPECT_EQ(ours.size(), 55u);
  EXPECT_EQ(ours.substr(0, 36), sent.substr(0, 36));
  EXPECT_EQ(ours.substr(52), "-01");
  EXPECT_NE(ours, sent);
}

TEST(TraceContext, StartsANewTraceOnAnythingMalformed) {
  tests::SeededEntropy entropy;
  for (const std::string_view sent : {"", "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                                      "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                                      "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                                      "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                                      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-extra"}) {
    const std::string ours = trace_context(Headers{{"traceparent", std::string(sent)}}, entropy);
    EXPECT_EQ(ours.find("4bf92f35"), std::string::npos) << sent;
    EXPECT_EQ(ours.size(), 55u);
  }
}

// A limiter that says what it is told, and remembers what it was asked.
class ToldLimiter final : public base::cache::Limiter {
 public:
  base::cache::Verdict decide(std::span<const base::cache::Bucket> buckets, base::cache::WhenUnavailable) override {
    asked.assign(buckets.begin(), buckets.end());
    return verdict;
  }
  base::cache::Verdict verdict;
  std::vector<base::cache::Bucket> asked;
};

TEST(Limits, TellPolicyRemainingAndRetryAfter) {
  ToldLimiter limiter;
  limiter.verdict = {.allowed = false,
                     .degraded = false,
                     .binding = 0,
                     .remaining = 0,
                     .more_in = std::chrono::seconds(2),
                     .retry_after = std::chrono::seconds(3)};
  Limits limits({true, {100, std::chrono::seconds(60)}, {20, std::chrono::seconds(10)}}, limiter);
  const auto verdict = limits.by_client({base::BrandId("b"), base::BankId("k")}, base::ClientId("tpp"));
  EXPECT_FALSE(verdict.allowed);
  EXPECT_EQ(limiter.asked.at(0).key, "{tpp:b:tpp}");
  base::http::Response response;
  limits.tell(response, verdict);
  EXPECT_EQ(response.headers.only("RateLimit-Policy"), "\"client\";q=20;w=10");
  EXPECT_EQ(response.headers.only("RateLimit"), "\"client\";r=0;t=2");
  EXPECT_EQ(response.headers.only("Retry-After"), "3");
}

TEST(Limits, CountAnIpv6SubscriberByItsPrefix) {
  EXPECT_EQ(address_bucket("2001:db8:1:2:3:4:5:6"), address_bucket("2001:db8:1:2::9"));
  EXPECT_NE(address_bucket("2001:db8:1:2::9"), address_bucket("2001:db8:1:3::9"));
  EXPECT_NE(address_bucket("192.0.2.1"), address_bucket("192.0.2.2"));
}

TEST(Limits, SwitchedOffAskNobody) {
  ToldLimiter limiter;
  Limits limits({false, {1, std::chrono::seconds(1)}, {1, std::chrono::seconds(1)}}, limiter);
  EXPECT_TRUE(limits.by_address("192.0.2.1").allowed);
  EXPECT_TRUE(limiter.asked.empty());
}

TEST(Refusal, SpeaksTheSurfacesOwnForm) {
  const base::InteractionId id("93bac548-d2de-4546-b106-880a5018460d");
  const Refusal refusal{404, "not-found", "Not found", "There is <nothing> here."};
  const auto problem = refuse(Surface::problem, refusal, id);
  EXPECT_EQ(problem.headers.only("Content-Type"), "application/problem+json");
  EXPECT_EQ(nlohmann::json::parse(problem.body)["interaction_id"], id.str());
  EXPECT_EQ(nlohmann::json::parse(refuse(Surface::oauth, refusal, id).body)["error"], "not-found");
  const auto obie = nlohmann::json::parse(refuse(Surface::obie, refusal, id).body);
  EXPECT_EQ(obie["Errors"][0]["ErrorCode"], "not-found");
  EXPECT_TRUE(refuse(Surface::obie, {401, "x", "x", "x"}, id).body.empty());
  EXPECT_TRUE(refuse(Surface::obie, {429, "x", "x", "x"}, id).body.empty());
  const auto page = refuse(Surface::page, refusal, id);
  EXPECT_NE(page.body.find("id=\"error\""), std::string::npos);
  EXPECT_EQ(page.body.find("<nothing>"), std::string::npos);
}

TEST(Refusal, OfAPageSpeaksTheCustomersLanguageAndOnlyWordsOfOurOwn) {
  const base::InteractionId id("93bac548-d2de-4546-b106-880a5018460d");
  std::set<std::string> pages;
  for (const int status : {400, 404, 405, 413, 429, 500, 503}) {
    for (const Language language : {Language::en, Language::de, Language::fr}) {
      const auto page = refuse(Surface::page, {status, "x", "Echoed", "echoed"}, id, language);
      EXPECT_EQ(page.headers.only("Content-Language"), to_text(language));
      EXPECT_NE(page.body.find("<html lang=\"" + std::string(to_text(language)) + "\">"), std::string::npos);
      EXPECT_EQ(page.body.find("choed"), std::string::npos);
      pages.insert(page.body);
    }
  }
  EXPECT_EQ(pages.size(), 21U) << "each says something of its own";
}

TEST(LanguageOf, FollowsTheChosenOneThenTheRequestThenTheBrowser) {
  const Headers german{{"Accept-Language", "de"}};
  EXPECT_EQ(language_of({}), Language::en);
  EXPECT_EQ(language_of(german), Language::de);
  EXPECT_EQ(language_of(german, {"fr"}), Language::fr);
  EXPECT_EQ(language_of({{"Accept-Language", "de"}, {"Cookie", "__Host-aldgate-language=fr"}}), Language::fr);
  EXPECT_EQ(language_of({{"Accept-Language", "de"}, {"Cookie", "__Host-aldgate-language=<x>"}}), Language::de);
}

TEST(IsoDuration, ReadsWhatTheStandardWrites) {
  using namespace std::chrono_literals;
  EXPECT_EQ(iso_duration("P180D"), 180 * 24h);
  EXPECT_EQ(iso_duration("PT5M1S"), 301s);
  EXPECT_EQ(iso_duration("P1Y"), 365 * 24h);
  EXPECT_EQ(iso_duration("P1M"), 30 * 24h);
  EXPECT_EQ(iso_duration("P1W2DT3H"), 9 * 24h + 3h);
}

TEST(IsoDuration, RefusesTheRest) {
  for (const std::string_view text : {"", "P", "PT", "P0D", "180D", "P180", "-P1D", "P-1D", "P1D1Y", "PT1D", "P1H",
                                      "P1.5D", "P99999999999D", "P21Y", "P1DT"}) {
    EXPECT_FALSE(iso_duration(text)) << text;
  }
}

TEST(Cookies, AreReadOnlyWhenTheyStandOnce) {
  EXPECT_EQ(cookie(Headers{{"Cookie", "a=1; __Host-aldgate=xyz; b"}}, "__Host-aldgate"), "xyz");
  EXPECT_FALSE(cookie(Headers{{"Cookie", "__Host-aldgate=x; __Host-aldgate=y"}}, "__Host-aldgate"));
  EXPECT_FALSE(cookie(Headers{{"Cookie", "__Host-aldgate=x"}, {"Cookie", "__Host-aldgate=y"}}, "__Host-aldgate"));
  EXPECT_FALSE(cookie(Headers{{"Cookie", "__Host-aldgate="}}, "__Host-aldgate"));
  EXPECT_FALSE(cookie(Headers{{"Cookie", "x__Host-aldgate=1"}}, "__Host-aldgate"));
  EXPECT_FALSE(cookie(Headers{{"Cookie", "__Host-aldgate=" + std::string(300, 'a')}}, "__Host-aldgate"));
}

base::http::Request form(std::string body, Headers extra = {}) {
  base::http::Request request;
  request.headers = std::move(extra);
  request.headers.add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  request.body = std::move(body);
  return request;
}

TEST(OwnForm, TakesRepeatedAccountsAndNothingElseTwice) {
  const auto taken = own_form(form("account=1&account=2&decision=allow"));
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->count("account"), 2u);
  EXPECT_FALSE(own_form(form("decision=allow&decision=deny")));
}

TEST(OwnForm, RefusesAnotherSitesForm) {
  EXPECT_TRUE(own_form(form("a=b", {{"Sec-Fetch-Site", "same-origin"}})));
  for (const auto site : {"cross-site", "same-site", "none"})
    EXPECT_FALSE(own_form(form("a=b", {{"Sec-Fetch-Site", site}}))) << site;
  base::http::Request json = form("{}");
  json.headers.set("Content-Type", "application/json");
  EXPECT_FALSE(own_form(json));
}

}  // namespace
}  // namespace gateway
