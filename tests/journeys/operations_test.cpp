// What operators and the background do beside the traffic.
#include <gtest/gtest.h>

#include "base/db/partitions.h"
#include "gateway/wiring/parts.h"
#include "tests/journeys/support/journey.h"

namespace journeys {
namespace {

using namespace std::chrono_literals;

Answer operations(Gateway& gateway, const std::string& path) { return gateway.send("GET", kOperationsBase + path); }

TEST(Operations, HealthReadinessAndMetricsStandOnTheirOwnListenerOnly) {
  Gateway gateway;
  EXPECT_EQ(operations(gateway, "/healthz").status, 200);
  EXPECT_EQ(operations(gateway, "/readyz").at("/checks/postgresql"), "ok");
  EXPECT_EQ(operations(gateway, "/metrics").status, 200);
  for (const char* path : {"/healthz", "/readyz", "/metrics"}) EXPECT_EQ(gateway.send("GET", path).status, 404) << path;
  EXPECT_EQ(operations(gateway, "/jwks").status, 404);
  EXPECT_EQ(gateway.send("GET", std::string(kMtlsBase) + "/consents").status, 404)
      << "no pages beside client certificates";
}

TEST(Operations, ReadinessTellsWhatIsAwayAndRedisAloneDoesNotStopTheService) {
  Gateway gateway([](gateway::Settings& s) { s.redis.unix_socket = "/nonexistent/redis.sock"; });
  const Answer ready = operations(gateway, "/readyz");
  EXPECT_EQ(ready.status, 200);
  EXPECT_NE(ready.at("/checks/redis"), "ok");
}

TEST(Operations, MetricsCountRefusalsByRouteAndNameNobody) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer alice(gateway);
  const Authorised done = walk(tpp, alice);
  tpp.redeem("x", done.pushed);
  const std::string text = operations(gateway, "/metrics").body;
  EXPECT_NE(text.find("aldgate_refusals_total{error=\"invalid_grant\",route=\"/token\"} 1"), std::string::npos) << text;
  for (const std::string& secret : {tpp.id(), done.consent, done.tokens.access, std::string("alice")}) {
    EXPECT_EQ(text.find(secret), std::string::npos) << secret;
  }
}

TEST(Operations, TheSweepEndsConsentsWhoseTimeIsOverAndTellsTheirTpp) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer alice(gateway);
  const Authorised done = walk(tpp, alice);
  const std::string waiting = tpp.consent();
  auto& expiry = gateway.parts().consent_expiry;
  EXPECT_EQ(expiry.sweep(gateway.caller()), 0);
  gateway.advance_business("P91D");
  EXPECT_EQ(expiry.sweep(gateway.caller()), 2);
  EXPECT_EQ(expiry.sweep(gateway.caller()), 0);
  EXPECT_EQ(gateway.events_of(done.consent), (std::vector<std::string>{"consent.authorised", "consent.expired"}));
  EXPECT_EQ(tpp.consent_status(done.consent), "EXPD");
  EXPECT_EQ(tpp.consent_status(waiting), "RJCT");
  EXPECT_EQ(gateway.one("SELECT status FROM oauth.authorization_grant"), "ended");
}

TEST(Operations, HousekeepingTakesOnlyWhatIsOver) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer alice(gateway);
  Customer erin(gateway);
  const Authorised done = walk(tpp, alice);
  alice.dashboard();
  erin.open("/login");
  erin.press("login", {{"username", "erin"}, {"password", "wrong"}});
  const std::string revoked = tpp.client_token();
  ASSERT_EQ(tpp.revoke(revoked).status, 200);
  auto& p = gateway.parts();
  const auto sweep = [&] {
    const auto caller = gateway.caller();
    return p.authorization_server.sweep(caller) + p.customer_sessions.purge(caller) + p.attempts.purge(caller);
  };
  sweep();
  EXPECT_EQ(tpp.obie("GET", "/account-access-consents/" + done.consent, revoked).status, 401) << "still revoked";
  EXPECT_EQ(alice.open("/consents").path, "/consents") << "still signed in";
  EXPECT_EQ(tpp.obie("GET", "/accounts", done.tokens.access).status, 200);
  base::db::keep_partitions(p.database, p.background().deadline, gateway.clock().now());
  gateway.clock().advance(26h);
  EXPECT_GT(sweep(), 0);
  EXPECT_EQ(gateway.one("SELECT count(*) FROM oauth.assertion_jti"), "0");
  EXPECT_EQ(gateway.one("SELECT count(*) FROM consent.customer_session"), "0");
  EXPECT_EQ(tpp.refresh(done.tokens.refresh).answer.status, 200) << "grants are not swept";
}

TEST(Operations, OutsideTheSandboxItsDoorsDoNotExist) {
  Gateway gateway([](gateway::Settings& s) { s.sandbox.reset(); });
  Tpp tpp(gateway);
  EXPECT_EQ(gateway.send("GET", "/sandbox/clock").status, 404);
  EXPECT_EQ(gateway.send("POST", "/sandbox/clock", {}, R"({"advance":"P1D"})").status, 404);
  EXPECT_EQ(gateway.send("POST", "/sandbox/psu/erin/reset").status, 404);
  EXPECT_EQ(gateway.send("GET", "/sandbox/resource").status, 404);
  EXPECT_EQ(tpp.call("/token", {{"grant_type", "client_credentials"}, {"scope", "test"}}).error(), "invalid_scope");
}

TEST(Operations, PagesSpeakTheCustomersLanguage) {
  Gateway gateway;
  Tpp tpp(gateway);
  const auto page = [&](const std::string& accept) {
    return gateway.send("GET", "/login", {{"Accept-Language", accept}});
  };
  EXPECT_EQ(page("de-AT,de;q=0.9,en;q=0.1").header("Content-Language"), "de");
  EXPECT_EQ(page("fr").header("Content-Language"), "fr");
  EXPECT_EQ(page("it").header("Content-Language"), "en");
  Customer alice(gateway);
  alice.open(tpp.push(tpp.consent(), {{"ui_locales", "fr de"}}).url);
  EXPECT_EQ(alice.page().answer.header("Content-Language"), "fr") << "the TPP's wish stands above the browser's";
  alice.sign_in();
  EXPECT_NE(alice.page().answer.body.find("<html lang=\"fr\">"), std::string::npos);
  EXPECT_TRUE(alice.page().has("allow"));
}

}  // namespace
}  // namespace journeys
