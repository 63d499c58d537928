// The end of a consent ends everything that hangs on it, at once.
#include <gtest/gtest.h>

#include "tests/journeys/support/journey.h"

namespace journeys {
namespace {

void expect_ended(Tpp& tpp, const Tokens& tokens) {
  const Answer used = tpp.obie("GET", "/accounts", tokens.access);
  EXPECT_EQ(used.status, 401);
  EXPECT_EQ(used.body, "");
  EXPECT_NE(used.header("WWW-Authenticate").find("DPoP "), std::string::npos);
  EXPECT_NE(used.header("WWW-Authenticate").find("invalid_token"), std::string::npos);
  const Tokens refreshed = tpp.refresh(tokens.refresh);
  EXPECT_EQ(refreshed.answer.status, 400);
  EXPECT_EQ(refreshed.answer.error(), "invalid_grant");
}

TEST(Revocation, OnTheDashboardEndsAccessWithTheNextRequest) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer alice(gateway);
  const Authorised done = walk(tpp, alice);
  ASSERT_EQ(tpp.obie("GET", "/accounts", done.tokens.access).status, 200);

  alice.dashboard();
  EXPECT_NE(alice.page().answer.body.find("/consents/" + done.consent), std::string::npos);
  alice.revoke(done.consent);
  EXPECT_EQ(alice.page().status(), 200);
  EXPECT_FALSE(alice.page().has("revoke")) << "nothing is left to stop";
  const std::string story = alice.page().text();
  ASSERT_NE(story.find("Allowed (you)"), std::string::npos) << story;
  EXPECT_LT(story.find("Stopped"), story.find("Allowed (you)")) << "the newest event stands first: " << story;

  expect_ended(tpp, done.tokens);
  EXPECT_EQ(tpp.consent_status(done.consent), "CANC");
  EXPECT_EQ(gateway.events_of(done.consent), (std::vector<std::string>{"consent.authorised", "consent.revoked"}));
  const std::string evidence = gateway.explain("consent", done.consent);
  EXPECT_NE(evidence.find("psu"), std::string::npos) << evidence;
}

TEST(Revocation, TwiceInTwoTabsIsOneEvent) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer alice(gateway);
  const Authorised done = walk(tpp, alice);
  alice.dashboard();
  alice.open("/consents/" + done.consent);
  const FormOnPage form = alice.page().form("revoke");
  alice.submit(form);
  alice.submit(form);
  EXPECT_EQ(alice.page().status(), 200);
  EXPECT_EQ(gateway.events_of(done.consent).size(), 2u);
}

TEST(Revocation, ByTheTppsDeleteDoesTheSame) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer alice(gateway);
  const Authorised done = walk(tpp, alice);
  const std::string path = "/account-access-consents/" + done.consent;
  EXPECT_EQ(tpp.obie("DELETE", path, done.tokens.access).status, 403) << "a customer's token is no client's";
  const Answer removed = tpp.obie("DELETE", path, tpp.client_token());
  EXPECT_EQ(removed.status, 204);
  EXPECT_EQ(removed.body, "");
  expect_ended(tpp, done.tokens);
  EXPECT_EQ(gateway.events_of(done.consent), (std::vector<std::string>{"consent.authorised", "consent.revoked"}));
  alice.dashboard();
  alice.open("/consents/" + done.consent);
  EXPECT_EQ(alice.page().status(), 200);
  EXPECT_FALSE(alice.page().has("revoke"));
}

TEST(Revocation, OfOneConsentLeavesTheOthersAlone) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer alice(gateway);
  const Authorised first = walk(tpp, alice);
  const Authorised second = walk(tpp, alice);
  alice.dashboard();
  alice.revoke(first.consent);
  expect_ended(tpp, first.tokens);
  EXPECT_EQ(tpp.obie("GET", "/accounts", second.tokens.access).status, 200);
  EXPECT_EQ(tpp.refresh(second.tokens.refresh).answer.status, 200);
}

TEST(Revocation, OfTheRefreshTokenEndsTheGrantButNotTheConsent) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer alice(gateway);
  const Authorised done = walk(tpp, alice);
  EXPECT_EQ(tpp.revoke(done.tokens.refresh).status, 200);
  expect_ended(tpp, done.tokens);
  EXPECT_EQ(tpp.consent_status(done.consent), "AUTH");
}

TEST(Revocation, OfACustomersAccessTokenEndsItsGrant) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer alice(gateway);
  const Authorised done = walk(tpp, alice);
  EXPECT_EQ(tpp.revoke(done.tokens.access).status, 200);
  expect_ended(tpp, done.tokens);
  EXPECT_EQ(tpp.consent_status(done.consent), "AUTH");
}

TEST(Revocation, OfAClientsOwnAccessTokenEndsThatTokenAlone) {
  Gateway gateway;
  Tpp tpp(gateway);
  const std::string first = tpp.client_token();
  const std::string second = tpp.client_token();
  EXPECT_EQ(tpp.revoke(first).status, 200);
  const std::string path = "/account-access-consents/0192d3a0-0000-7000-8000-000000000000";
  EXPECT_EQ(tpp.obie("GET", path, first).status, 401);
  EXPECT_EQ(tpp.obie("GET", path, second).status, 400);
}

TEST(Revocation, OfAnothersTokenIsRefusedAndOfNoTokenIsWell) {
  Gateway gateway;
  Tpp tpp(gateway);
  Tpp other(gateway, "Other");
  Customer alice(gateway);
  const Authorised done = walk(tpp, alice);
  for (const std::string& token : {done.tokens.refresh, done.tokens.access}) {
    EXPECT_EQ(other.revoke(token).error(), "unauthorized_client");
  }
  EXPECT_EQ(other.revoke("not a token").status, 200);
  EXPECT_EQ(tpp.obie("GET", "/accounts", done.tokens.access).status, 200);
}

TEST(Revocation, ADisabledClientIsRefusedEverywhereUntilItIsEnabled) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer alice(gateway);
  const Authorised done = walk(tpp, alice);
  gateway.sql("UPDATE oauth.client SET status = 'disabled' WHERE client_id = '" + tpp.id() + "'");
  EXPECT_EQ(tpp.obie("GET", "/accounts", done.tokens.access).status, 401);
  EXPECT_EQ(tpp.refresh(done.tokens.refresh).answer.error(), "invalid_client");
  gateway.sql("UPDATE oauth.client SET status = 'live' WHERE client_id = '" + tpp.id() + "'");
  EXPECT_EQ(tpp.obie("GET", "/accounts", done.tokens.access).status, 200);
}

}  // namespace
}  // namespace journeys
