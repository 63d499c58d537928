// The main job: a customer's consent, tokens, account data, until the next refresh.
#include <gtest/gtest.h>

#include <set>

#include "base/crypto/hash.h"
#include "base/crypto/jws.h"
#include "base/crypto/totp.h"
#include "base/encoding.h"
#include "connectors/sandbox/seed.h"
#include "tests/journeys/support/journey.h"

namespace journeys {
namespace {

Answer payload_of(const std::string& jwt) {
  const auto jws = base::crypto::parse_compact(jwt);
  return {200, {}, jws ? jws->payload : ""};
}

TEST(MainWay, AConsentWithOpenidLeadsToAccountsBalancesAndEveryTransactionOnce) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer alice(gateway);

  const Answer created = tpp.create_consent();
  ASSERT_EQ(created.status, 201) << created.body;
  EXPECT_EQ(created.at("/Data/Status"), "AWAU");
  const std::string consent = created.at("/Data/ConsentId");
  EXPECT_EQ(created.at("/Links/Self"),
            std::string(kIssuer) + "/open-banking/v4.0/aisp/account-access-consents/" + consent);

  const Pushed pushed = tpp.push(consent);
  ASSERT_EQ(pushed.answer.status, 201) << pushed.answer.body;
  EXPECT_EQ(pushed.answer.at("/expires_in"), "90");

  ASSERT_TRUE(alice.open(pushed.url).has("username"));
  EXPECT_NE(alice.page().text().find("Budget App"), std::string::npos);
  alice.press("login", {{"username", "alice"}, {"password", "alice"}});
  ASSERT_TRUE(alice.page().has("otp"));
  alice.press("verify", {{"otp", "123456"}});
  ASSERT_TRUE(alice.page().has("allow"));
  ASSERT_EQ(alice.page().accounts().size(), 2u);
  const std::string chosen = alice.page().accounts().front();
  alice.allow(1);
  EXPECT_EQ(alice.page().status(), 303);
  const Callback callback(alice.take_callback());
  EXPECT_TRUE(callback.url.starts_with(std::string(kRedirect) + "?"));
  EXPECT_EQ(callback.state, pushed.state);
  EXPECT_EQ(callback.iss, kIssuer);
  ASSERT_NE(callback.code, "");
  EXPECT_EQ(tpp.consent_status(consent), "AUTH");
  EXPECT_EQ(gateway.events_of(consent), (std::vector<std::string>{"consent.authorised"}));

  const Tokens tokens = tpp.redeem(callback.code, pushed);
  ASSERT_EQ(tokens.answer.status, 200) << tokens.answer.body;
  EXPECT_EQ(tokens.answer.at("/token_type"), "DPoP");
  EXPECT_EQ(tokens.answer.at("/scope"), "openid accounts");
  EXPECT_EQ(tokens.answer.header("Cache-Control"), "no-store");
  EXPECT_NE(tokens.refresh, "");
  const Answer id_token = payload_of(tokens.id);
  EXPECT_EQ(id_token.at("/nonce"), pushed.nonce);
  EXPECT_EQ(id_token.at("/aud"), tpp.id());
  EXPECT_EQ(id_token.at("/iss"), kIssuer);
  EXPECT_EQ(id_token.at("/openbanking_intent_id"), consent);
  EXPECT_EQ(id_token.at("/s_hash"), base::base64url_encode(base::crypto::sha256(pushed.state).substr(0, 16)));
  const Answer access_token = payload_of(tokens.access);
  EXPECT_EQ(access_token.at("/cnf/jkt"), tpp.proof_key.public_key().thumbprint());

  const Answer accounts = tpp.obie("GET", "/accounts", tokens.access);
  ASSERT_EQ(accounts.status, 200) << accounts.body;
  ASSERT_EQ(accounts.count("/Data/Account"), 1u) << "only the account that was ticked";
  EXPECT_EQ(accounts.at("/Data/Account/0/AccountId"), chosen);
  EXPECT_NE(accounts.at("/Data/Account/0/Account/0/Identification"), "");

  const Answer account = tpp.obie("GET", "/accounts/" + chosen, tokens.access);
  ASSERT_EQ(account.status, 200);
  EXPECT_EQ(account.at("/Data/Account/0"), accounts.at("/Data/Account/0"));

  for (const std::string& path : {"/accounts/" + chosen + "/balances", std::string("/balances")}) {
    const Answer balances = tpp.obie("GET", path, tokens.access);
    ASSERT_EQ(balances.status, 200) << balances.body;
    EXPECT_EQ(balances.at("/Data/Balance/0/AccountId"), chosen);
    EXPECT_EQ(balances.at("/Data/Balance/0/Amount/Currency"), "GBP");
  }

  std::set<std::string> seen;
  std::string url = "/open-banking/v4.0/aisp/accounts/" + chosen + "/transactions";
  std::size_t pages = 0;
  std::string last;
  while (!url.empty()) {
    ASSERT_LT(++pages, 100u);
    const Answer page = tpp.resource("GET", url, tokens.access);
    ASSERT_EQ(page.status, 200) << page.body;
    const std::size_t here = page.count("/Data/Transaction");
    ASSERT_GT(here, 0u);
    for (std::size_t i = 0; i < here; ++i) {
      EXPECT_TRUE(seen.insert(page.at("/Data/Transaction/" + std::to_string(i) + "/TransactionId")).second)
          << "told twice";
    }
    if (pages == 1) last = page.at("/Links/Last");
    if (page.at("/Links/Next").empty()) {
      EXPECT_EQ(page.at("/Links/Self"), last);
    }
    url = page.at("/Links/Next");
  }
  EXPECT_GT(pages, 1u);
  EXPECT_EQ(std::to_string(seen.size()),
            gateway.one("SELECT count(DISTINCT transaction_id) FROM connectors.movement WHERE account_id = '" + chosen +
                        "'"));

  const Tokens refreshed = tpp.refresh(tokens.refresh);
  ASSERT_EQ(refreshed.answer.status, 200) << refreshed.answer.body;
  EXPECT_NE(refreshed.access, tokens.access);
  EXPECT_EQ(tpp.obie("GET", "/accounts", refreshed.access).body, accounts.body);
}

TEST(MainWay, AConsentNamedInAuthorizationDetailsNeedsNoOpenid) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer bob(gateway);
  const std::string consent = tpp.consent();
  const Pushed pushed = tpp.push_with_details(consent);
  ASSERT_EQ(pushed.answer.status, 201) << pushed.answer.body;
  bob.open(pushed.url);
  bob.sign_in("alice");
  bob.allow(2);
  const Tokens tokens = tpp.redeem(Callback(bob.take_callback()).code, pushed);
  ASSERT_EQ(tokens.answer.status, 200) << tokens.answer.body;
  EXPECT_EQ(tokens.id, "") << "no ID token without openid";
  EXPECT_EQ(tokens.answer.at("/authorization_details/0/consent_id"), consent);
  EXPECT_EQ(tpp.obie("GET", "/accounts", tokens.access).count("/Data/Account"), 2u);
}

TEST(MainWay, AnAuthorizationWithoutAConsentIsIdentityAndTheTestResourceOnly) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer alice(gateway);
  const Pushed pushed = tpp.push_form({{"scope", "openid test"}, {"nonce", "n-1"}}, {});
  ASSERT_EQ(pushed.answer.status, 201) << pushed.answer.body;
  alice.open(pushed.url);
  alice.sign_in();
  ASSERT_TRUE(alice.page().has("allow"));
  EXPECT_TRUE(alice.page().accounts().empty());
  alice.press("allow");
  const Tokens tokens = tpp.redeem(Callback(alice.take_callback()).code, pushed);
  ASSERT_EQ(tokens.answer.status, 200) << tokens.answer.body;
  ASSERT_NE(tokens.refresh, "") << "the test resource may be used for long, as accounts may";
  for (const std::string& access : {tokens.access, tpp.refresh(tokens.refresh).access}) {
    const Answer resource = tpp.resource("GET", "/sandbox/resource", access);
    EXPECT_EQ(resource.status, 200);
    EXPECT_EQ(resource.at("/sub"), payload_of(tokens.id).at("/sub"));
  }
  const Answer refused = tpp.obie("GET", "/accounts", tokens.access);
  EXPECT_EQ(refused.status, 403);
  EXPECT_NE(refused.header("WWW-Authenticate").find("insufficient_scope"), std::string::npos);
}

TEST(MainWay, IdentityAloneIsOfUseOnce) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer alice(gateway);
  const Pushed pushed = tpp.push_form({{"scope", "openid"}, {"nonce", "n-1"}}, {});
  alice.open(pushed.url);
  alice.sign_in();
  alice.press("allow");
  const Tokens tokens = tpp.redeem(Callback(alice.take_callback()).code, pushed);
  ASSERT_EQ(tokens.answer.status, 200) << tokens.answer.body;
  EXPECT_EQ(tokens.refresh, "");
  // [RFC9126-7.3] and so is its request_uri, in the same browser too
  EXPECT_EQ(alice.open(pushed.url).status(), 400);
  EXPECT_TRUE(alice.page().has("error"));
}

TEST(MainWay, DatesNarrowTheTransactionsAndPagesKeepTheFilter) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer alice(gateway);
  const Authorised done = walk(tpp, alice);
  const std::string account = tpp.obie("GET", "/accounts", done.tokens.access).at("/Data/Account/0/AccountId");
  std::string url =
      "/open-banking/v4.0/aisp/accounts/" + account +
      "/transactions?fromBookingDateTime=2025-01-01T00%3A00%3A00&toBookingDateTime=2025-12-31T23%3A59%3A59";
  std::size_t told = 0;
  while (!url.empty()) {
    const Answer page = tpp.resource("GET", url, done.tokens.access);
    ASSERT_EQ(page.status, 200) << page.body;
    for (std::size_t i = 0; i < page.count("/Data/Transaction"); ++i, ++told) {
      EXPECT_EQ(page.at("/Data/Transaction/" + std::to_string(i) + "/BookingDateTime").substr(0, 4), "2025");
    }
    url = page.at("/Links/Next");
  }
  EXPECT_GT(told, 100u);
  const Answer wrong =
      tpp.obie("GET", "/accounts/" + account + "/transactions?fromBookingDateTime=yesterday", done.tokens.access);
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(wrong.at("/Errors/0/ErrorCode"), "U003");
  const Answer foreign_page = tpp.obie("GET", "/accounts/" + account + "/transactions?page=AAAA", done.tokens.access);
  EXPECT_EQ(foreign_page.status, 400);
  EXPECT_EQ(foreign_page.at("/Errors/0/ErrorCode"), "U002");
}

TEST(MainWay, AReauthorisationOfALiveConsentKeepsItsAccountsTickedAndWorksOn) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer alice(gateway);
  const Authorised first = walk(tpp, alice);
  const Pushed again = tpp.push(first.consent);
  ASSERT_EQ(again.answer.status, 201) << again.answer.body;
  alice.open(again.url);
  alice.sign_in();
  ASSERT_TRUE(alice.page().has("allow")) << alice.page().text();
  alice.press("allow");
  const Tokens tokens = tpp.redeem(Callback(alice.take_callback()).code, again);
  ASSERT_EQ(tokens.answer.status, 200) << tokens.answer.body;
  EXPECT_EQ(tpp.obie("GET", "/accounts", tokens.access).count("/Data/Account"), 1u);
}

std::string device_code_of(Gateway& gateway, const std::string& username) {
  for (const auto& persona : connectors::sandbox_personas()) {
    if (persona.username != username) continue;
    return base::crypto::totp_code(*base::crypto::base32_decode(persona.totp_secret),
                                   base::crypto::totp_step(gateway.clock().now()));
  }
  return "";
}

TEST(MainWay, ATotpCustomerSignsInWithTheDeviceCodeOnce) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer bob(gateway);
  const std::string code = device_code_of(gateway, "bob");
  const Pushed pushed = tpp.push(tpp.consent());
  bob.open(pushed.url);
  bob.sign_in("bob", code == "000000" ? "000001" : "000000");
  EXPECT_TRUE(bob.page().has("otp")) << "a code that is not the device's";
  EXPECT_TRUE(bob.page().has("notice"));
  bob.press("verify", {{"otp", code}});
  ASSERT_FALSE(bob.page().accounts().empty()) << bob.page().text();
  bob.allow();
  EXPECT_NE(bob.take_callback().find("code="), std::string::npos);

  // [RTS-SCA-4.1] "The authentication code shall be accepted only once"
  Customer again(gateway);
  again.open(tpp.push(tpp.consent()).url);
  again.sign_in("bob", code);
  EXPECT_TRUE(again.page().has("otp")) << "the same code a second time";
  EXPECT_TRUE(again.page().accounts().empty());
}

TEST(MainWay, EveryAnswerBearsTheInteractionIdItWasAskedWith) {
  Gateway gateway;
  Tpp tpp(gateway);
  const std::string id = "93bac548-d2de-4546-b106-880a5018460d";
  const Answer asked = tpp.obie("GET", "/accounts", tpp.client_token(), "", {{"x-fapi-interaction-id", id}});
  EXPECT_EQ(asked.status, 403);
  EXPECT_EQ(asked.interaction(), id);
  EXPECT_EQ(asked.at("/Id"), id);
  const Answer unasked = tpp.obie("GET", "/accounts", tpp.client_token());
  EXPECT_EQ(unasked.interaction().size(), 36u);
  EXPECT_NE(unasked.interaction(), id);
}

TEST(MainWay, AnUnknownAddressIs404AndAWrongMethod405WithAllow) {
  Gateway gateway;
  EXPECT_EQ(gateway.send("GET", "/nowhere").status, 404);
  EXPECT_EQ(gateway.send("GET", "/open-banking/v4.0/aisp/nothing").status, 404);
  const Answer wrong = gateway.send("GET", "/token");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.header("Allow"), "POST");
  EXPECT_EQ(wrong.interaction().size(), 36u);
  const Answer page = gateway.send("POST", "/consents");
  EXPECT_EQ(page.status, 405);
  EXPECT_NE(page.body.find("id=\"error\""), std::string::npos);
  EXPECT_EQ(gateway.send("POST", "/login", {}, std::string(17 * 1024, 'x')).status, 413);
}

}  // namespace
}  // namespace journeys
