// Article 5 through the pages: what is confirmed is named beside the code, and a code for one payment authorises no
// other.
#include <gtest/gtest.h>

#include "consent/payment/terms_json.h"
#include "consent/store/consent_store.h"
#include "gateway/wiring/parts.h"
#include "tests/journeys/support/journey.h"

namespace journeys {
namespace {

class DynamicLinking : public ::testing::Test {
 protected:
  // A payment consent of the TPP's, as its facade creates it.
  std::string payment(std::int64_t minor, const std::string& payee) {
    consent::Consent made;
    const auto caller = gateway.caller();
    base::SystemEntropy entropy;
    made.id = base::ConsentId(base::uuid_v7(caller.now.protocol, entropy));
    made.tenant = caller.tenant;
    made.client = base::ClientId(tpp.id());
    made.kind = consent::ConsentKind::domestic_payment;
    made.terms = terms(minor, payee);
    made.terms_hash = consent::terms_hash(made.terms);
    made.created = made.status_updated = caller.now.business;
    base::db::with_transaction(gateway.parts().database, caller.deadline, [&](base::db::Transaction& tx) {
      consent::ConsentStore::insert(tx, made);
      return true;
    });
    return made.id.str();
  }

  static consent::Terms terms(std::int64_t minor, const std::string& payee) {
    return consent::PaymentTerms{.amount = base::Amount::of_minor(minor, *base::Currency::parse("GBP")),
                                 .payees = {{payee, {"UK.OBIE.SortCodeAccountNumber", "08080021325698", ""}}},
                                 .debtor = {},
                                 .reference = "Bread",
                                 .end_to_end = "E2E-1",
                                 .local_instrument = "",
                                 .execution = {},
                                 .standing_order = {},
                                 .batch = {},
                                 .cross_border = {}};
  }

  const Page& at_code(Customer& customer, const std::string& consent) {
    pushed = tpp.push(consent, {{"scope", "openid payments"}});
    EXPECT_EQ(pushed.answer.status, 201) << pushed.answer.body;
    customer.open(pushed.url);
    return customer.press("login", {{"username", "alice"}, {"password", "alice"}});
  }

  void tamper(const std::string& consent, const consent::Terms& other) {
    gateway.sql("UPDATE consent.consent SET terms = '" + consent::terms_to_json(other) + "', terms_hash = '" +
                consent::terms_hash(other) + "' WHERE consent_id = '" + consent + "'");
  }

  std::string status(const std::string& consent) const {
    return gateway.one("SELECT status FROM consent.consent WHERE consent_id = '" + consent + "'");
  }

  Gateway gateway;
  Tpp tpp{gateway};
  Pushed pushed;
};

// [RTS-SCA-5.1a]
TEST_F(DynamicLinking, TheCodePageNamesAmountAndPayeeAndKeepsWhatItShowed) {
  const std::string consent = payment(1000, "The Baker");
  Customer customer(gateway);
  at_code(customer, consent);
  const std::string shown = customer.page().text_of("linked");
  EXPECT_NE(shown.find("£10.00"), std::string::npos) << customer.page().text();
  EXPECT_NE(shown.find("The Baker"), std::string::npos);
  EXPECT_NE(shown.find("account 21325698"), std::string::npos);
  customer.press("verify", {{"otp", "123456"}});
  ASSERT_TRUE(customer.page().has("allow")) << customer.page().text();
  customer.allow();
  EXPECT_NE(Callback(customer.take_callback()).code, "") << customer.page().text();
  EXPECT_EQ(status(consent), "authorised");
  const auto rows = gateway.sql(
      "SELECT c.shown, c.terms_hash = k.terms_hash FROM consent.sca_challenge c, consent.consent k "
      "WHERE c.terms_hash <> '' AND k.consent_id = '" +
      consent + "'");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0][1], "t");
  EXPECT_NE(rows[0][0].find("The Baker"), std::string::npos);
  EXPECT_EQ(gateway.one("SELECT count(*) FROM base.audit WHERE action = 'psu.one_time_code' AND outcome = 'ok' AND "
                        "facts ? 'terms_hash' AND facts ? 'shown_sha256'"),
            "1");
}

// [RTS-SCA-5.1c], [RTS-SCA-5.1d]. The database refuses to change terms; here somebody has found a way.
TEST_F(DynamicLinking, ATamperedAmountIsNotAuthorisedAndIsConfirmedAnew) {
  const std::string consent = payment(1000, "The Baker");
  Customer customer(gateway);
  at_code(customer, consent);
  customer.press("verify", {{"otp", "123456"}});
  ASSERT_TRUE(customer.page().has("allow"));
  gateway.sql("ALTER TABLE consent.consent DISABLE TRIGGER USER");
  tamper(consent, terms(1'000'000, "Mallory"));
  customer.allow();
  EXPECT_NE(customer.page().text().find("Mallory"), std::string::npos) << "what is decided on is shown first";
  EXPECT_EQ(status(consent), "awaiting_authorisation");
  customer.allow();
  EXPECT_FALSE(customer.page().has("allow"));
  EXPECT_TRUE(customer.page().has("otp")) << customer.page().text();
  EXPECT_EQ(customer.take_callback(), "");
  EXPECT_EQ(status(consent), "awaiting_authorisation");
  EXPECT_EQ(gateway.one("SELECT count(*) FROM base.audit WHERE outcome = 'terms_not_confirmed'"), "1");
}

TEST_F(DynamicLinking, AChangeBeforeTheCodeInvalidatesTheChallenge) {
  const std::string consent = payment(1000, "The Baker");
  Customer customer(gateway);
  at_code(customer, consent);
  gateway.sql("ALTER TABLE consent.consent DISABLE TRIGGER USER");
  tamper(consent, terms(1'000'000, "Mallory"));
  customer.press("verify", {{"otp", "123456"}});
  EXPECT_FALSE(customer.page().has("allow")) << customer.page().text();
  EXPECT_EQ(gateway.one("SELECT count(*) FROM base.audit WHERE reason LIKE '[RTS-SCA-5.1d]%'"), "1");
  EXPECT_EQ(status(consent), "awaiting_authorisation");
}

TEST_F(DynamicLinking, TheDeviceShowsThePayment) {
  const std::string consent = payment(1000, "The Baker");
  Customer browser(gateway), device(gateway);
  pushed = tpp.push(consent, {{"scope", "openid payments"}});
  browser.open(pushed.url);
  browser.press("login", {{"username", "carol"}, {"password", "carol"}});
  device.open("/sandbox/device?psu=carol");
  EXPECT_NE(device.page().text_of("shown").find("£10.00"), std::string::npos) << device.page().text();
  EXPECT_NE(device.page().text_of("shown").find("The Baker"), std::string::npos);
  device.press("approve");
  browser.press("verify");
  ASSERT_TRUE(browser.page().has("allow")) << browser.page().text();
  browser.allow();
  EXPECT_EQ(status(consent), "authorised");
}

TEST_F(DynamicLinking, AProgramInTheSandboxConfirmsTheTermsToo) {
  const std::string consent = payment(1000, "The Baker");
  pushed = tpp.push(consent, {{"scope", "openid payments"}});
  const Answer answer = gateway.send("POST", "/sandbox/authorize", {{"Content-Type", "application/json"}},
                                     R"({"client_id":")" + tpp.id() + R"(","request_uri":")" + pushed.request_uri +
                                         R"(","username":"alice","decision":"allow"})");
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(status(consent), "authorised");
  EXPECT_EQ(
      gateway.one("SELECT count(*) FROM consent.sca_challenge WHERE terms_hash <> '' AND shown LIKE '%The Baker%'"),
      "1");
}

}  // namespace
}  // namespace journeys
