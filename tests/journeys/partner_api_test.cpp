// Who may read what: permissions, accounts, consents and clients.
#include <gtest/gtest.h>

#include "tests/journeys/support/journey.h"

namespace journeys {
namespace {

using namespace std::chrono_literals;

const std::string kNoConsent = "0192d3a0-0000-7000-8000-000000000000";

void expect_error(const Answer& answer, int status, const std::string& code) {
  EXPECT_EQ(answer.status, status) << answer.body;
  EXPECT_EQ(answer.at("/Errors/0/ErrorCode"), code) << answer.body;
  EXPECT_EQ(answer.at("/Id"), answer.interaction());
}

TEST(PartnerApi, BasicPermissionsHideTheDetails) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer alice(gateway);
  const Authorised done =
      walk(tpp, alice, {.permissions = {"ReadAccountsBasic", "ReadTransactionsBasic", "ReadTransactionsCredits"}});
  const Answer accounts = tpp.obie("GET", "/accounts", done.tokens.access);
  ASSERT_EQ(accounts.status, 200) << accounts.body;
  EXPECT_EQ(accounts.count("/Data/Account"), 1u);
  EXPECT_EQ(accounts.at("/Data/Account/0/Account"), "");
  EXPECT_EQ(accounts.body.find("Archer"), std::string::npos);
  const std::string account = accounts.at("/Data/Account/0/AccountId");
  const Answer transactions = tpp.obie("GET", "/accounts/" + account + "/transactions", done.tokens.access);
  ASSERT_EQ(transactions.status, 200) << transactions.body;
  ASSERT_GT(transactions.count("/Data/Transaction"), 0u);
  for (std::size_t i = 0; i < transactions.count("/Data/Transaction"); ++i) {
    const std::string one = "/Data/Transaction/" + std::to_string(i);
    EXPECT_EQ(transactions.at(one + "/CreditDebitIndicator"), "Credit") << "debits are not permitted";
    EXPECT_EQ(transactions.at(one + "/TransactionInformation"), "");
    EXPECT_EQ(transactions.at(one + "/Balance"), "");
  }
  expect_error(tpp.obie("GET", "/accounts/" + account + "/balances", done.tokens.access), 403, "U008");
  expect_error(tpp.obie("GET", "/balances", done.tokens.access), 403, "U008");
}

TEST(PartnerApi, WithoutTransactionsThereAreNone) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer alice(gateway);
  const Authorised done = walk(tpp, alice, {.permissions = {"ReadAccountsBasic", "ReadBalances"}});
  const std::string account = tpp.obie("GET", "/accounts", done.tokens.access).at("/Data/Account/0/AccountId");
  EXPECT_EQ(tpp.obie("GET", "/accounts/" + account + "/balances", done.tokens.access).status, 200);
  expect_error(tpp.obie("GET", "/accounts/" + account + "/transactions", done.tokens.access), 403, "U008");
  expect_error(tpp.obie("GET", "/transactions", done.tokens.access), 403, "U008");
}

TEST(PartnerApi, AccountsThatWereNotTickedOrAreNotTheCustomersAreForbiddenAndUnknownOnesToldSo) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer alice(gateway);
  const std::string consent = tpp.consent();
  const Pushed pushed = tpp.push(consent);
  alice.open(pushed.url);
  alice.sign_in();
  const auto all = alice.page().accounts();
  ASSERT_EQ(all.size(), 2u);
  alice.allow(1);
  const Tokens tokens = tpp.redeem(Callback(alice.take_callback()).code, pushed);
  const std::string erins = gateway.one("SELECT account_id FROM connectors.account WHERE account_id NOT IN ('" +
                                        all[0] + "', '" + all[1] + "') LIMIT 1");
  for (const std::string& account : {all[1], erins}) {
    for (const char* what : {"", "/balances", "/transactions"}) {
      expect_error(tpp.obie("GET", "/accounts/" + account + what, tokens.access), 403, "U008");
    }
  }
  for (const std::string& account : {kNoConsent, std::string("not-an-id"), std::string("%00")}) {
    const Answer answer = tpp.obie("GET", "/accounts/" + account, tokens.access);
    EXPECT_TRUE(answer.status == 400 || answer.status == 404) << answer.body;
  }
  expect_error(tpp.obie("GET", "/accounts/" + kNoConsent, tokens.access), 400, "U011");
}

TEST(PartnerApi, AnothersConsentIsForbiddenAndAnUnknownOneUnknown) {
  Gateway gateway;
  Tpp tpp(gateway);
  Tpp other(gateway, "Other");
  const std::string consent = tpp.consent();
  const std::string token = other.client_token();
  for (const char* method : {"GET", "DELETE"}) {
    expect_error(other.obie(method, "/account-access-consents/" + consent, token), 403, "U008");
    expect_error(other.obie(method, "/account-access-consents/" + kNoConsent, token), 400, "U011");
    expect_error(other.obie(method, "/account-access-consents/not-an-id", token), 400, "U011");
  }
  EXPECT_EQ(tpp.consent_status(consent), "AWAU");
}

TEST(PartnerApi, ADeletedConsentIsGone) {
  Gateway gateway;
  Tpp tpp(gateway);
  const std::string consent = tpp.consent();
  const std::string token = tpp.client_token();
  EXPECT_EQ(tpp.obie("DELETE", "/account-access-consents/" + consent, token).status, 204);
  expect_error(tpp.obie("GET", "/account-access-consents/" + consent, token), 400, "U011");
  EXPECT_EQ(tpp.obie("DELETE", "/account-access-consents/" + consent, token).status, 400);
}

TEST(PartnerApi, TokensServeOnlyWhatTheyAreFor) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer alice(gateway);
  const Authorised done = walk(tpp, alice);
  const std::string client = tpp.client_token();
  for (const char* path : {"/accounts", "/balances", "/transactions"}) {
    expect_error(tpp.obie("GET", path, client), 403, "U008");
  }
  expect_error(tpp.obie("GET", "/account-access-consents/" + done.consent, done.tokens.access), 403, "U008");
  const Answer wrong_scope = tpp.obie("GET", "/account-access-consents/" + done.consent, tpp.client_token("webhooks"));
  EXPECT_EQ(wrong_scope.status, 403);
  EXPECT_NE(wrong_scope.header("WWW-Authenticate").find("insufficient_scope"), std::string::npos);
}

TEST(PartnerApi, BodiesOfConsentsAreReadStrictly) {
  Gateway gateway;
  Tpp tpp(gateway);
  const std::string token = tpp.client_token();
  const auto create = [&](const std::string& body) {
    return tpp.obie("POST", "/account-access-consents", token, body);
  };
  expect_error(create("{"), 400, "U010");
  expect_error(create("[]"), 400, "U010");
  expect_error(create(R"({"Data":{"Permissions":["ReadAccountsBasic"]},"Risk":{},"Risk":{}})"), 400, "U010");
  expect_error(create(R"({"Data":{"Permissions":["ReadAccountsBasic"]}})"), 400, "U004");
  expect_error(create(R"({"Data":{},"Risk":{}})"), 400, "U004");
  expect_error(create(R"({"Data":{"Permissions":[]},"Risk":{}})"), 400, "U002");
  expect_error(create(R"({"Data":{"Permissions":["ReadEverything"]},"Risk":{}})"), 400, "U002");
  expect_error(create(R"({"Data":{"Permissions":["ReadBalances"]},"Risk":{}})"), 400, "U002");
  expect_error(create(R"({"Data":{"Permissions":["ReadAccountsBasic","ReadTransactionsBasic"]},"Risk":{}})"), 400,
               "U002");
  expect_error(create(R"({"Data":{"Permissions":["ReadAccountsBasic"],"Extra":1},"Risk":{}})"), 400, "U005");
  expect_error(create(R"({"Data":{"Permissions":["ReadAccountsBasic"],"ExpirationDateTime":"soon"},"Risk":{}})"), 400,
               "U003");
  expect_error(
      create(R"({"Data":{"Permissions":["ReadAccountsBasic"],"ExpirationDateTime":"2001-01-01T00:00:00Z"},"Risk":{}})"),
      400, "U003");
  EXPECT_EQ(create(R"({"Data":{"Permissions":["ReadAccountsBasic"]},"Risk":{}})").status, 201);
  EXPECT_EQ(gateway.one("SELECT count(*) FROM consent.consent"), "1") << "what was refused was not written";
}

TEST(PartnerApi, HeadersAreHeldToTheirForms) {
  Gateway gateway;
  Tpp tpp(gateway);
  const std::string token = tpp.client_token();
  const auto with = [&](const std::string& name, const std::string& value) {
    return tpp.obie("GET", "/account-access-consents/" + kNoConsent, token, "", {{name, value}});
  };
  EXPECT_EQ(with("Accept", "application/xml").status, 406);
  expect_error(with("Accept", "application/json"), 400, "U011");
  expect_error(with("x-fapi-auth-date", "yesterday"), 400, "U006");
  expect_error(with("x-fapi-customer-ip-address", "300.1.1.1"), 400, "U006");
  expect_error(with("x-fapi-customer-ip-address", "2001:db8::1"), 400, "U011");
  const Answer no_type =
      gateway.send("POST", std::string(kIssuer) + "/open-banking/v4.0/aisp/account-access-consents",
                   {{"Authorization", "DPoP " + token},
                    {"DPoP", tpp.proof({.url = std::string(kIssuer) + "/open-banking/v4.0/aisp/account-access-consents",
                                        .token = token,
                                        .nonce = tpp.post("/token", {}, {}).header("DPoP-Nonce")})}},
                   "{}");
  EXPECT_TRUE(no_type.status == 415 || no_type.status == 401) << "401 only where a nonce is asked for";
}

TEST(PartnerApi, AConsentWhoseTimeIsOverEndsAccessAtOnce) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer alice(gateway);
  const Authorised done = walk(tpp, alice);
  gateway.advance_business("P89D");
  EXPECT_EQ(tpp.obie("GET", "/accounts", done.tokens.access).status, 200);
  gateway.advance_business("P2D");
  EXPECT_EQ(tpp.obie("GET", "/accounts", done.tokens.access).status, 401);
  EXPECT_EQ(tpp.refresh(done.tokens.refresh).answer.error(), "invalid_grant");
  EXPECT_EQ(tpp.consent_status(done.consent), "EXPD");
  alice.dashboard();
  alice.open("/consents/" + done.consent);
  EXPECT_FALSE(alice.page().has("revoke"));
}

TEST(PartnerApi, TheSandboxClockMovesForwardOnlyAndIsReset) {
  Gateway gateway;
  const auto post = [&](const std::string& body) {
    return gateway.send("POST", "/sandbox/clock", {{"Content-Type", "application/json"}}, body);
  };
  for (const char* body : {"", "{}", R"({"advance":"-P1D"})", R"({"advance":"P"})", R"({"advance":"P1D","x":1})",
                           R"({"advance":"P99Y"})"}) {
    const Answer refused = post(body);
    EXPECT_EQ(refused.status, 400) << body;
    EXPECT_EQ(refused.header("Content-Type"), "application/problem+json");
  }
  EXPECT_EQ(post(R"({"advance":"P1DT1H"})").at("/offset_seconds"), "90000");
  EXPECT_EQ(gateway.send("GET", "/sandbox/clock").at("/offset_seconds"), "90000");
  EXPECT_EQ(gateway.send("DELETE", "/sandbox/clock").at("/offset_seconds"), "0");
}

}  // namespace
}  // namespace journeys
