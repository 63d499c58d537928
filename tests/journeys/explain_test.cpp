// At nine on a Monday: what happened, by interaction id and by object.
#include <gtest/gtest.h>

#include "tests/journeys/support/journey.h"

namespace journeys {
namespace {

TEST(Explain, ARefusedRequestsInteractionIdYieldsTheReason) {
  Gateway gateway;
  Tpp tpp(gateway);
  const Answer refused = tpp.push(tpp.consent(), {{"code_challenge_method", "plain"}}).answer;
  ASSERT_EQ(refused.status, 400);
  const std::string story = gateway.explain("request", refused.interaction());
  EXPECT_NE(story.find("POST /par on public -> 400"), std::string::npos) << story;
  EXPECT_NE(story.find(tpp.id()), std::string::npos) << story;
  EXPECT_NE(story.find("refused as invalid_request"), std::string::npos) << story;
  EXPECT_NE(story.find("code_challenge_method must be S256"), std::string::npos) << story;
}

TEST(Explain, TheReasonIsMoreThanWhatTheCallerWasTold) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer alice(gateway);
  const Authorised done = walk(tpp, alice);
  const Answer reused = tpp.redeem("x", done.pushed).answer;
  EXPECT_EQ(reused.body.find("not a code of ours"), std::string::npos);
  EXPECT_NE(gateway.explain("request", reused.interaction()).find("not a code of ours"), std::string::npos);

  alice.dashboard();
  alice.revoke(done.consent);
  const Answer used = tpp.obie("GET", "/accounts", done.tokens.access);
  EXPECT_EQ(used.status, 401);
  const std::string story = gateway.explain("request", used.interaction());
  EXPECT_NE(story.find("the grant has ended"), std::string::npos) << story;
  EXPECT_NE(story.find(done.consent), std::string::npos) << story;
}

TEST(Explain, AWrongPasswordAtAPageIsExplainedWithoutNamingTheCustomer) {
  Gateway gateway;
  Customer alice(gateway);
  alice.open("/login");
  alice.press("login", {{"username", "alice"}, {"password", "hunter2"}});
  const std::string story = gateway.explain("request", alice.page().answer.interaction());
  EXPECT_NE(story.find("RTS-SCA-4.3"), std::string::npos) << story;
  EXPECT_EQ(story.find("hunter2"), std::string::npos);
  EXPECT_EQ(story.find("alice"), std::string::npos);
}

TEST(Explain, AConsentsStoryTellsEachStepWithItsActorAndRequest) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer alice(gateway);
  const Authorised done = walk(tpp, alice);
  alice.dashboard();
  alice.revoke(done.consent);
  const std::string interaction = gateway.one("SELECT interaction FROM base.outbox WHERE type = 'consent.authorised'");
  const std::string story = gateway.explain("consent", done.consent);
  const std::size_t created = story.find("tpp " + tpp.id());
  const std::size_t authorised = story.find(interaction);
  EXPECT_NE(created, std::string::npos) << story;
  EXPECT_NE(authorised, std::string::npos) << story;
  EXPECT_LT(created, authorised) << story;
  const std::string grant = gateway.one("SELECT grant_id FROM oauth.authorization_grant");
  const std::string grants = gateway.explain("grant", grant);
  EXPECT_NE(grants.find("grant.create"), std::string::npos) << grants;
  EXPECT_NE(grants.find("token.issue"), std::string::npos) << grants;
  EXPECT_NE(gateway.explain("request", interaction).find("grant.create"), std::string::npos);
}

TEST(Explain, NoSecretOfAWholeJourneyStandsInJournalOrEvidence) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer alice(gateway);
  const Authorised done = walk(tpp, alice);
  const Answer accounts = tpp.obie("GET", "/accounts", done.tokens.access);
  const Tokens again = tpp.refresh(done.tokens.refresh);
  tpp.redeem(done.tokens.refresh, done.pushed);
  gateway.flush_journal();
  std::string all;
  for (const char* source :
       {"SELECT event::text FROM base.request_journal", "SELECT row_to_json(a)::text FROM base.audit a",
        "SELECT row_to_json(o)::text FROM base.outbox o",
        "SELECT row_to_json(h)::text FROM consent.consent_history h"}) {
    for (const auto& row : gateway.sql(source)) all += row.front() + "\n";
  }
  ASSERT_GT(all.size(), 1000u);
  const std::string iban = accounts.at("/Data/Account/0/Account/1/Identification");
  ASSERT_NE(iban, "");
  for (const std::string& secret : {done.tokens.access, done.tokens.refresh, again.access, done.pushed.request_uri,
                                    done.pushed.verifier, iban, std::string("Archer"), std::string("123456\"")}) {
    EXPECT_EQ(all.find(secret), std::string::npos) << secret;
  }
  for (const auto& [name, cookie] : alice.cookies) EXPECT_EQ(all.find(cookie), std::string::npos) << name;
}

}  // namespace
}  // namespace journeys
