// What a customer decides on the dashboard without a new request of the TPP: the further signature of a joint payment,
// and the renewal of an account access.
#include <gtest/gtest.h>

#include <barrier>
#include <thread>

#include "gateway/wiring/parts.h"
#include "tests/journeys/support/journey.h"

namespace journeys {
namespace {

const std::string kPayments = "/open-banking/v4.0/pisp/domestic-payment-consents";

// Dora and Dan own an account on which both must sign payments; Dora has signed one.
class DashboardSigning : public ::testing::Test {
 protected:
  std::string created(const std::string& amount, const std::string& key = "key") {
    const Answer answer = tpp.resource(
        "POST", kPayments, tpp.client_token("payments"),
        R"({"Data":{"Initiation":{"InstructionIdentification":"ACME412","EndToEndIdentification":"FRESCO.21302.GFX.20",
            "InstructedAmount":{"Amount":")" +
            amount + R"(","Currency":"GBP"},
            "CreditorAccount":{"SchemeName":"UK.OBIE.SortCodeAccountNumber","Identification":"08080021325698","Name":"ACME Inc"},
            "RemittanceInformation":{"Unstructured":["Internal ops code 5120101"]}}},
            "Risk":{"PaymentContextCode":"TransferToThirdParty"}})",
        {{"x-idempotency-key", key + "-" + amount}});
    EXPECT_EQ(answer.status, 201) << answer.body;
    return answer.at("/Data/ConsentId");
  }

  void SetUp() override {
    consent = created("165.88");
    tokens = signed_by_dora(consent);
    ASSERT_EQ(status(), "partially_authorised");
  }

  Tokens signed_by_dora(const std::string& of) {
    const Pushed pushed = tpp.push(of, {{"scope", "openid payments"}});
    Customer dora(gateway);
    dora.open(pushed.url);
    dora.sign_in("dora");
    dora.press("allow", {{"account", gateway.one("SELECT account_id FROM connectors.account WHERE "
                                                 "signatures_for_payments = 2")}});
    Tokens redeemed = tpp.redeem(Callback(dora.take_callback()).code, pushed);
    EXPECT_EQ(redeemed.answer.status, 200) << redeemed.answer.body;
    return redeemed;
  }

  std::string status() const {
    return gateway.one("SELECT status FROM consent.consent WHERE consent_id = '" + consent + "'");
  }
  std::string sign_path() const { return "/consents/" + consent + "/sign"; }
  // Signed in, confirmed, and looking at the whole payment.
  void at_decision(Customer& customer) const {
    customer.dashboard("dan");
    customer.open(sign_path());
    customer.press("verify", {{"otp", "123456"}});
    ASSERT_TRUE(customer.page().has("allow")) << customer.page().text();
  }
  std::string count(const std::string& of_audit) const {
    return gateway.one("SELECT count(*) FROM base.audit WHERE " + of_audit);
  }

  Gateway gateway{[](gateway::Settings& s) { s.database.connections = 20; }};
  Tpp tpp{gateway};
  std::string consent;
  Tokens tokens;
};

TEST_F(DashboardSigning, TheOtherHolderFindsThePaymentConfirmsItByItsTermsAndSigns) {
  Customer dan(gateway);
  dan.dashboard("dan");
  EXPECT_NE(dan.page().text().find("Your signature is needed"), std::string::npos) << dan.page().text();
  EXPECT_NE(dan.page().text().find("165.88"), std::string::npos);
  dan.open("/consents/" + consent);
  EXPECT_NE(dan.page().text_of("payee").find("ACME Inc"), std::string::npos);
  EXPECT_NE(dan.page().text().find("Allowed by one of several"), std::string::npos);
  // [RTS-SCA-5.1a] signing in a moment ago confirmed no payment
  dan.open(dan.page().link("sign-go"));
  EXPECT_FALSE(dan.page().has("allow"));
  EXPECT_NE(dan.page().text_of("linked").find("165.88"), std::string::npos) << dan.page().text();
  EXPECT_NE(dan.page().text_of("linked").find("ACME Inc"), std::string::npos);
  dan.press("verify", {{"otp", "123456"}});
  EXPECT_NE(dan.page().text_of("signatures").find("1 has signed already"), std::string::npos) << dan.page().text();
  EXPECT_TRUE(dan.page().accounts().empty()) << "the account is chosen";
  EXPECT_EQ(tpp.introspect(tokens.access).at("/active"), "false");
  dan.press("allow");
  EXPECT_NE(dan.page().text_of("notice").find("all signatures are there"), std::string::npos) << dan.page().text();
  EXPECT_FALSE(dan.page().has("sign-go"));

  EXPECT_EQ(status(), "authorised");
  EXPECT_EQ(tpp.introspect(tokens.access).at("/active"), "true") << "the first signatory's token";
  EXPECT_EQ(gateway.events_of(consent), std::vector<std::string>{"consent.authorised"});
  const auto history = gateway.sql(
      "SELECT shown, shown_sha256 FROM consent.consent_history WHERE event = 'authorise' AND consent_id = '" + consent +
      "'");
  ASSERT_EQ(history.size(), 1U);
  EXPECT_NE(history[0][0].find("Pay £165.88 to ACME Inc?"), std::string::npos) << history[0][0];
  EXPECT_NE(history[0][0].find("1 has signed already"), std::string::npos) << history[0][0];
  EXPECT_EQ(
      count("action = 'consent.authorise' AND outcome = 'ok' AND facts ? 'session' AND facts->>'shown_sha256' = '" +
            history[0][1] + "'"),
      "1");
  EXPECT_EQ(
      gateway.one("SELECT count(*) FROM consent.sca_challenge WHERE terms_hash <> '' AND shown LIKE '%ACME Inc%'"), "2")
      << "one for each signature";
}

TEST_F(DashboardSigning, TheOtherHoldersNoIsTheEndOfItAndOfItsTokens) {
  Customer dan(gateway);
  at_decision(dan);
  dan.press("deny");
  EXPECT_NE(dan.page().text_of("notice").find("You have denied it"), std::string::npos) << dan.page().text();
  EXPECT_EQ(status(), "rejected");
  EXPECT_EQ(tpp.introspect(tokens.access).at("/active"), "false");
  EXPECT_EQ(gateway.one("SELECT count(*) FROM oauth.authorization_grant WHERE ended_at IS NULL"), "0");
  EXPECT_EQ(gateway.events_of(consent), std::vector<std::string>{"consent.rejected"});
  EXPECT_EQ(gateway.one("SELECT count(*) FROM consent.consent_history WHERE event = 'reject' AND shown LIKE "
                        "'%ACME Inc%' AND consent_id = '" +
                        consent + "'"),
            "1");
  EXPECT_EQ(count("action = 'consent.reject' AND outcome = 'ok' AND facts ? 'shown_sha256'"), "1");
}

TEST_F(DashboardSigning, WithoutItsOwnConfirmationNothingIsSigned) {
  Customer dan(gateway);
  at_decision(dan);
  const FormOnPage form = dan.page().form("allow");
  Customer unconfirmed(gateway);
  unconfirmed.dashboard("dan");
  unconfirmed.open(sign_path());
  FormOnPage forged = form;
  for (auto& field : forged.fields) {
    if (field.name == "csrf") field.value = unconfirmed.page().form("verify").fields.at(0).value;
  }
  unconfirmed.submit(forged);
  EXPECT_TRUE(unconfirmed.page().has("otp")) << unconfirmed.page().text();
  EXPECT_EQ(status(), "partially_authorised");
  EXPECT_EQ(count("action = 'consent.authorise' AND outcome = 'terms_not_confirmed'"), "1");
  // Another session's form, and no session at all.
  unconfirmed.submit(form);
  EXPECT_EQ(unconfirmed.page().status(), 403);
  Customer nobody(gateway);
  nobody.submit(form);
  EXPECT_EQ(nobody.page().status(), 403);
  nobody.open(sign_path());
  EXPECT_TRUE(nobody.page().has("username"));
  EXPECT_EQ(status(), "partially_authorised");
}

// [RTS-SCA-4.1] "only accepted once": the same amount to the same payee again is another payment.
TEST_F(DashboardSigning, OneConfirmationServesOneOfTwoEqualPayments) {
  const std::string twin = created("165.88", "twin");
  signed_by_dora(twin);
  Customer dan(gateway);
  at_decision(dan);
  const FormOnPage first = dan.page().form("allow");
  dan.open("/consents/" + twin + "/sign");
  const FormOnPage second = dan.page().form("allow");
  dan.submit(first);
  EXPECT_EQ(status(), "authorised");
  dan.submit(second);
  EXPECT_TRUE(dan.page().has("otp")) << dan.page().text();
  const std::string status_of_twin = "SELECT status FROM consent.consent WHERE consent_id = '" + twin + "'";
  EXPECT_EQ(gateway.one(status_of_twin), "partially_authorised");
  dan.press("verify", {{"otp", "123456"}});
  dan.press("allow");
  EXPECT_EQ(gateway.one(status_of_twin), "authorised");
}

TEST_F(DashboardSigning, NobodyElseFindsItAndWhoSignedIsNotAskedAgain) {
  Customer alice(gateway);
  alice.dashboard("alice");
  alice.open(sign_path());
  EXPECT_EQ(alice.page().status(), 404);
  EXPECT_EQ(count("action = 'consent.read' AND outcome = 'unknown'"), "1");
  alice.open("/consents/nonsense/sign");
  EXPECT_EQ(alice.page().status(), 404);

  Customer dora(gateway);
  dora.dashboard("dora");
  EXPECT_NE(dora.page().text().find("Waiting for another signature"), std::string::npos) << dora.page().text();
  dora.open(sign_path());
  EXPECT_EQ(dora.page().path, "/consents/" + consent) << "nothing is left to sign";
  EXPECT_FALSE(dora.page().has("sign-go"));
  EXPECT_EQ(status(), "partially_authorised");
}

TEST_F(DashboardSigning, OfTwoDecisionsAtOnceOneStands) {
  Customer allows(gateway), denies(gateway);
  at_decision(allows);
  at_decision(denies);
  std::barrier begin(2);
  {
    std::jthread one([&] {
      begin.arrive_and_wait();
      allows.press("allow");
    });
    std::jthread other([&] {
      begin.arrive_and_wait();
      denies.press("deny");
    });
  }
  const bool signed_ = status() == "authorised";
  EXPECT_TRUE(signed_ || status() == "rejected") << status();
  EXPECT_EQ(gateway.one("SELECT count(*) FROM consent.consent_history WHERE event IN ('authorise', 'reject') AND "
                        "consent_id = '" +
                        consent + "'"),
            "1");
  EXPECT_EQ(gateway.events_of(consent).size(), 1U);
  const Customer& late = signed_ ? denies : allows;
  EXPECT_FALSE(late.page().has("allow")) << late.page().text();
  EXPECT_EQ(late.page().text_of("notice"), "") << "nothing is claimed that did not happen";
  EXPECT_EQ(tpp.introspect(tokens.access).at("/active"), signed_ ? "true" : "false");
}

TEST_F(DashboardSigning, WhatTheBankStoppedMeanwhileIsSignedByNobody) {
  Customer dan(gateway);
  at_decision(dan);
  ASSERT_TRUE(gateway.parts().consent_upkeep.revoke_by_bank(gateway.caller(), base::ConsentId(consent),
                                                            {base::db::ActorKind::staff, "kim"},
                                                            consent::StatusReason::fraud_suspected, "reported"));
  dan.press("allow");
  EXPECT_EQ(dan.page().path, "/consents/" + consent);
  EXPECT_FALSE(dan.page().has("sign-go"));
  EXPECT_EQ(status(), "rejected");
  EXPECT_EQ(tpp.introspect(tokens.access).at("/active"), "false");
}

TEST_F(DashboardSigning, WhatExpiredMeanwhileIsSignedByNobody) {
  Customer dan(gateway);
  at_decision(dan);
  gateway.advance_business("P2D");
  dan.press("allow");
  EXPECT_EQ(dan.page().path, "/consents/" + consent);
  EXPECT_EQ(dan.page().text_of("status"), "Denied") << dan.page().text();
  EXPECT_EQ(gateway.one("SELECT count(*) FROM consent.signature"), "1");
  EXPECT_TRUE(gateway.events_of(consent).empty());
}

// [RTS-SCA-5.1d]. The database refuses to change terms; here somebody has found a way.
TEST_F(DashboardSigning, AChangedAmountIsConfirmedAnew) {
  Customer dan(gateway);
  at_decision(dan);
  gateway.sql("ALTER TABLE consent.consent DISABLE TRIGGER USER");
  gateway.sql(
      "UPDATE consent.consent AS c SET terms = o.terms, terms_hash = o.terms_hash FROM consent.consent AS o "
      "WHERE c.consent_id = '" +
      consent + "' AND o.consent_id = '" + created("99165.88") + "'");
  dan.press("allow");
  EXPECT_TRUE(dan.page().has("otp")) << dan.page().text();
  EXPECT_EQ(status(), "partially_authorised");
}

TEST_F(DashboardSigning, SpeaksTheCustomersLanguage) {
  Customer dan(gateway);
  dan.dashboard("dan");
  dan.open(sign_path() + "?lang=de");
  EXPECT_NE(dan.page().text().find("Sie bestätigen dies und nichts anderes"), std::string::npos) << dan.page().text();
  dan.press("verify", {{"otp", "123456"}});
  EXPECT_NE(dan.page().text().find("Nicht jetzt"), std::string::npos) << dan.page().text();
  dan.press("allow");
  EXPECT_NE(dan.page().text_of("notice").find("alle Unterschriften"), std::string::npos);
}

// [RTS-SCA-10a.3]
class DashboardRenewal : public ::testing::Test {
 protected:
  void walk_in(policy::Region region) {
    gateway = std::make_unique<Gateway>(
        [&](gateway::Settings& settings) { settings.clocks = policy::access_clocks(region); });
    tpp = std::make_unique<Tpp>(*gateway);
    Customer customer(*gateway);
    done.consent = tpp->create_consent(Tpp::all_permissions(), std::chrono::hours(24 * 400)).at("/Data/ConsentId");
    done.pushed = tpp->push(done.consent);
    customer.open(done.pushed.url);
    customer.sign_in();
    customer.allow(1);
    done.tokens = tpp->redeem(Callback(customer.take_callback()).code, done.pushed);
    ASSERT_EQ(done.tokens.answer.status, 200);
  }
  int use() { return tpp->obie("GET", "/accounts", tpp->refresh(done.tokens.refresh).access).status; }

  std::unique_ptr<Gateway> gateway;
  std::unique_ptr<Tpp> tpp;
  Authorised done;
};

TEST_F(DashboardRenewal, InTheEuTheCustomerRenewsWithoutTheTppAndItsTokensWorkAgain) {
  walk_in(policy::Region::eu);
  Customer alice(*gateway);
  alice.dashboard();
  alice.open("/consents/" + done.consent);
  EXPECT_TRUE(alice.page().has("confirm-by")) << alice.page().text();
  gateway->advance_business("P181D");
  EXPECT_EQ(use(), 403);
  alice.dashboard();
  EXPECT_NE(alice.page().text().find("Paused until you confirm"), std::string::npos) << alice.page().text();
  const std::string ends =
      gateway->one("SELECT expires_at FROM consent.consent WHERE consent_id = '" + done.consent + "'");
  alice.open("/consents/" + done.consent);
  alice.open(alice.page().link("confirm-go"));
  ASSERT_TRUE(alice.page().has("allow")) << "both elements were given a moment ago: " << alice.page().text();
  EXPECT_TRUE(alice.page().accounts().empty()) << "the accounts stay";
  alice.press("allow");
  EXPECT_NE(alice.page().text_of("notice").find("The access goes on"), std::string::npos) << alice.page().text();
  EXPECT_EQ(use(), 200);
  EXPECT_EQ(gateway->one("SELECT expires_at FROM consent.consent WHERE consent_id = '" + done.consent + "'"), ends);
  EXPECT_EQ(gateway->one("SELECT count(*) FROM consent.consent_history WHERE event = 'authorise' AND shown LIKE "
                         "'%may go on reading%'"),
            "1");
  EXPECT_EQ(gateway->events_of(done.consent).size(), 2U) << "the TPP hears of it";
}

TEST_F(DashboardRenewal, AsksForTheSecondElementAgainWhenItWasLongAgo) {
  walk_in(policy::Region::eu);
  Customer alice(*gateway);
  alice.dashboard();
  gateway->clock().advance(std::chrono::seconds(200));
  alice.open("/consents/" + done.consent);
  gateway->clock().advance(std::chrono::seconds(150));
  alice.open(alice.page().link("confirm-go"));
  EXPECT_FALSE(alice.page().has("allow"));
  alice.press("verify", {{"otp", "000000"}});
  EXPECT_FALSE(alice.page().has("allow")) << "a wrong code";
  alice.press("verify", {{"otp", "123456"}});
  EXPECT_TRUE(alice.page().has("allow")) << alice.page().text();
}

TEST_F(DashboardRenewal, DenyingLeavesTheAccessAsItIs) {
  walk_in(policy::Region::eu);
  Customer alice(*gateway);
  alice.dashboard();
  alice.open("/consents/" + done.consent + "/sign");
  alice.press("deny");
  EXPECT_EQ(use(), 200);
  EXPECT_EQ(gateway->events_of(done.consent).size(), 1U);
  alice.open("/consents/" + done.consent);
  EXPECT_NE(alice.page().text().find("Renewal denied"), std::string::npos) << alice.page().text();
  EXPECT_EQ(
      gateway->one("SELECT count(*) FROM consent.consent_history WHERE event = 'renewal_declined' AND shown <> '' AND "
                   "from_status = 'authorised' AND to_status = 'authorised'"),
      "1");
  EXPECT_EQ(gateway->one("SELECT count(*) FROM base.audit WHERE action = 'consent.renewal_declined' AND facts ? "
                         "'shown_sha256'"),
            "1");
}

TEST_F(DashboardRenewal, ARevokedAccessIsRenewedByNoStandingPage) {
  walk_in(policy::Region::eu);
  Customer alice(*gateway), tab(*gateway);
  alice.dashboard();
  alice.open("/consents/" + done.consent + "/sign");
  ASSERT_TRUE(alice.page().has("allow"));
  tab.dashboard();
  tab.revoke(done.consent);
  alice.press("allow");
  EXPECT_EQ(alice.page().path, "/consents/" + done.consent);
  EXPECT_EQ(gateway->one("SELECT status FROM consent.consent WHERE consent_id = '" + done.consent + "'"),
            "access_revoked_by_psu");
  EXPECT_EQ(tpp->refresh(done.tokens.refresh).answer.status, 400);
}

// [UK-RTS-36.6] the TPP asks there, not the bank.
TEST_F(DashboardRenewal, InTheUkThePageSendsTheCustomerToTheTpp) {
  walk_in(policy::Region::uk);
  Customer alice(*gateway);
  alice.dashboard();
  alice.open("/consents/" + done.consent);
  EXPECT_FALSE(alice.page().has("confirm-go"));
  EXPECT_NE(alice.page().text().find("Only Budget App can start a renewal"), std::string::npos) << alice.page().text();
  alice.open("/consents/" + done.consent + "/sign");
  EXPECT_EQ(alice.page().path, "/consents/" + done.consent);
  EXPECT_FALSE(alice.page().has("allow"));
}

}  // namespace
}  // namespace journeys
