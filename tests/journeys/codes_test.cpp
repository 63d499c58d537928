// What an authorization code is worth, once, for whom it was made, and nothing for anybody else.
#include <gtest/gtest.h>

#include "tests/journeys/support/journey.h"

namespace journeys {
namespace {

using namespace std::chrono_literals;

struct Stage {
  Gateway gateway;
  Tpp tpp{gateway};
  Customer alice{gateway};
  Authorised done;
  std::string code;
  Stage() : code(authorise(tpp, alice, done)) {}

  void expect_still_good() {
    const Tokens tokens = tpp.redeem(code, done.pushed);
    EXPECT_EQ(tokens.answer.status, 200) << tokens.answer.body;
    EXPECT_EQ(tpp.obie("GET", "/accounts", tokens.access).status, 200);
  }
};

TEST(Codes, UsedTwiceEndTheGrantAndItsTokens) {
  Stage s;
  const Tokens first = s.tpp.redeem(s.code, s.done.pushed);
  ASSERT_EQ(first.answer.status, 200) << first.answer.body;
  ASSERT_EQ(s.tpp.obie("GET", "/accounts", first.access).status, 200);
  const Tokens second = s.tpp.redeem(s.code, s.done.pushed);
  EXPECT_EQ(second.answer.status, 400);
  EXPECT_EQ(second.answer.error(), "invalid_grant");
  EXPECT_EQ(second.access, "");
  EXPECT_EQ(s.tpp.obie("GET", "/accounts", first.access).status, 401);
  EXPECT_EQ(s.tpp.refresh(first.refresh).answer.error(), "invalid_grant");
  EXPECT_EQ(s.tpp.consent_status(s.done.consent), "AUTH") << "the customer's permission stands: the TPP starts again";
}

TEST(Codes, OfAnotherClientAreRefusedAndNotBurnt) {
  Stage s;
  Tpp thief(s.gateway, "Thief");
  thief.proof_key = s.tpp.proof_key;
  EXPECT_EQ(thief.redeem(s.code, s.done.pushed).answer.error(), "invalid_grant");
  EXPECT_EQ(thief.redeem(s.code, s.done.pushed).answer.error(), "invalid_grant");
  s.expect_still_good();
}

TEST(Codes, WithTheWrongVerifierAreRefusedAndNotBurnt) {
  Stage s;
  EXPECT_EQ(s.tpp.redeem(s.code, s.done.pushed, {{"code_verifier", std::string(43, 'a')}}).answer.error(),
            "invalid_grant");
  EXPECT_EQ(s.tpp.redeem(s.code, s.done.pushed, {{"code_verifier", ""}}).answer.error(), "invalid_grant");
  EXPECT_EQ(s.tpp.redeem(s.code, s.done.pushed, {{"code_verifier", "short"}}).answer.error(), "invalid_grant");
  s.expect_still_good();
}

TEST(Codes, WithAnotherRedirectUriAreRefusedAndNotBurnt) {
  Stage s;
  EXPECT_EQ(s.tpp.redeem(s.code, s.done.pushed, {{"redirect_uri", std::string(kRedirect) + "/"}}).answer.error(),
            "invalid_grant");
  EXPECT_EQ(s.tpp.redeem(s.code, s.done.pushed, {{"redirect_uri", ""}}).answer.error(), "invalid_request");
  s.expect_still_good();
}

TEST(Codes, WithAnotherDpopKeyAreRefusedAndNotBurnt) {
  Stage s;
  const auto own = s.tpp.proof_key;
  s.tpp.proof_key = base::crypto::PrivateKey::generate(base::crypto::JwsAlgorithm::es256);
  EXPECT_EQ(s.tpp.redeem(s.code, s.done.pushed).answer.error(), "invalid_grant");
  s.tpp.proof_key = own;
  s.expect_still_good();
}

TEST(Codes, LiveForAMinute) {
  Stage s;
  s.gateway.clock().advance(61s);
  EXPECT_EQ(s.tpp.redeem(s.code, s.done.pushed).answer.error(), "invalid_grant");
  EXPECT_EQ(s.gateway.one("SELECT count(*) FROM oauth.refresh_token"), "0");
}

TEST(Codes, ThatWereNeverGivenAreRefused) {
  Stage s;
  for (std::string code :
       {std::string("x"), std::string(4000, 'y'), s.code.substr(0, s.code.size() - 1), s.code + "A"}) {
    EXPECT_EQ(s.tpp.redeem(code, s.done.pushed).answer.error(), "invalid_grant") << code;
  }
  std::string altered = s.code;
  altered.back() = altered.back() == 'A' ? 'B' : 'A';
  EXPECT_EQ(s.tpp.redeem(altered, s.done.pushed).answer.error(), "invalid_grant");
  s.expect_still_good();
}

TEST(Codes, OfARevokedConsentAreRefused) {
  Stage s;
  s.alice.dashboard();
  s.alice.revoke(s.done.consent);
  const Tokens tokens = s.tpp.redeem(s.code, s.done.pushed);
  EXPECT_EQ(tokens.answer.error(), "invalid_grant");
  EXPECT_EQ(tokens.access, "");
}

TEST(Codes, ARefreshTokenIsItsClientsAlone) {
  Stage s;
  const Tokens tokens = s.tpp.redeem(s.code, s.done.pushed);
  Tpp thief(s.gateway, "Thief");
  EXPECT_EQ(thief.refresh(tokens.refresh).answer.error(), "invalid_grant");
  EXPECT_EQ(s.tpp.refresh(tokens.refresh).answer.status, 200) << "the attempt of another changes nothing";
  EXPECT_EQ(s.tpp.refresh(tokens.refresh + "x").answer.error(), "invalid_grant");
}

TEST(Codes, ARefreshGivesNoMoreThanWasGranted) {
  Stage s;
  const Tokens tokens = s.tpp.redeem(s.code, s.done.pushed);
  const auto ask = [&](const std::string& scope) {
    return s.tpp.call("/token", {{"grant_type", "refresh_token"}, {"refresh_token", tokens.refresh}, {"scope", scope}});
  };
  EXPECT_EQ(ask("accounts webhooks").error(), "invalid_scope");
  const Answer narrowed = ask("accounts");
  EXPECT_EQ(narrowed.status, 200);
  EXPECT_EQ(narrowed.at("/scope"), "accounts");
}

TEST(Codes, AccessTokensAreMinutesLong) {
  Stage s;
  const Tokens tokens = s.tpp.redeem(s.code, s.done.pushed);
  EXPECT_EQ(s.tpp.obie("GET", "/accounts", tokens.access).status, 200);
  s.gateway.clock().advance(311s);
  EXPECT_EQ(s.tpp.obie("GET", "/accounts", tokens.access).status, 401);
  EXPECT_EQ(s.tpp.refresh(tokens.refresh).answer.status, 200);
}

}  // namespace
}  // namespace journeys
