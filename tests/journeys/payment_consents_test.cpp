// Consents to payments, VRP and funds from the TPP's request to the token, with one signatory and with two; and the
// clocks of account access as a TPP meets them.
#include <gtest/gtest.h>

#include "base/crypto/hash.h"
#include "base/encoding.h"
#include "gateway/wiring/parts.h"
#include "tests/journeys/support/journey.h"

namespace journeys {
namespace {

using base::http::Headers;

const std::string kPisp = "/open-banking/v4.0/pisp";
const std::string kFunds = "/open-banking/v4.0/cbpii/funds-confirmation-consents";
const std::string kPayments = kPisp + "/domestic-payment-consents";
const std::string kVrps = kPisp + "/domestic-vrp-consents";

std::string payment_body(const std::string& amount = "165.88") {
  return R"({"Data":{"Initiation":{"InstructionIdentification":"ACME412","EndToEndIdentification":"FRESCO.21302.GFX.20",
      "InstructedAmount":{"Amount":")" +
         amount + R"(","Currency":"GBP"},
      "CreditorAccount":{"SchemeName":"UK.OBIE.SortCodeAccountNumber","Identification":"08080021325698","Name":"ACME Inc"},
      "RemittanceInformation":{"Unstructured":["Internal ops code 5120101"]}}},
      "Risk":{"PaymentContextCode":"TransferToThirdParty"}})";
}

const std::string kVrpBody =
    R"({"Data":{"ControlParameters":{"ValidToDateTime":"2031-01-01T00:00:00+00:00","MaximumIndividualAmount":{"Amount":"100.00","Currency":"GBP"},
    "PeriodicLimits":[{"PeriodType":"Month","PeriodAlignment":"Calendar","Amount":"300.00","Currency":"GBP"}],
    "VRPType":["UK.OBIE.VRPType.Sweeping"],"PSUAuthenticationMethods":["UK.OBIE.SCA"]},
    "Initiation":{"CreditorAccount":{"SchemeName":"UK.OBIE.SortCodeAccountNumber","Identification":"30949330000010","Name":"Myself"}}},
    "Risk":{}})";

Headers key(const std::string& value) { return {{"x-idempotency-key", value}}; }

Answer create_payment(Tpp& tpp, const std::string& idempotency = "key-1", const std::string& body = payment_body()) {
  return tpp.resource("POST", kPayments, tpp.client_token("payments"), body, key(idempotency));
}

Pushed push_payment(Tpp& tpp, const std::string& consent) { return tpp.push(consent, {{"scope", "openid payments"}}); }

std::string status_of(Tpp& tpp, const std::string& consent) {
  return tpp.resource("GET", kPayments + "/" + consent, tpp.client_token("payments")).at("/Data/Status");
}

void expect_error(const Answer& answer, int status, const std::string& code) {
  EXPECT_EQ(answer.status, status) << answer.body;
  EXPECT_EQ(answer.at("/Errors/0/ErrorCode"), code) << answer.body;
}

TEST(PaymentConsents, AreCreatedReadAndAuthorisedAndYieldATokenOfTheirScopeAlone) {
  Gateway gateway;
  Tpp tpp(gateway);
  const Answer created = create_payment(tpp);
  ASSERT_EQ(created.status, 201) << created.body;
  EXPECT_EQ(created.at("/Data/Status"), "AWAU");
  EXPECT_EQ(created.at("/Data/StatusReason/0/StatusReasonCode"), "U036");
  EXPECT_EQ(created.at("/Data/Initiation/InstructedAmount/Amount"), "165.88");
  EXPECT_EQ(created.at("/Risk/PaymentContextCode"), "TransferToThirdParty");
  const std::string consent = created.at("/Data/ConsentId");
  EXPECT_EQ(created.at("/Links/Self"), kIssuer + kPayments + "/" + consent);

  const Pushed pushed = push_payment(tpp, consent);
  ASSERT_EQ(pushed.answer.status, 201) << pushed.answer.body;
  Customer alice(gateway);
  alice.open(pushed.url);
  alice.sign_in();
  EXPECT_NE(alice.page().text().find("165.88"), std::string::npos) << alice.page().text();
  EXPECT_NE(alice.page().text().find("ACME Inc"), std::string::npos);
  alice.allow(1);
  const Callback callback(alice.take_callback());
  ASSERT_NE(callback.code, "") << alice.page().text();
  const Tokens tokens = tpp.redeem(callback.code, pushed);
  ASSERT_EQ(tokens.answer.status, 200) << tokens.answer.body;
  EXPECT_EQ(tokens.refresh, "") << "a payment is made once";
  EXPECT_EQ(status_of(tpp, consent), "AUTH");
  EXPECT_EQ(tpp.obie("GET", "/accounts", tokens.access).status, 403) << "no scope accounts";
  expect_error(tpp.resource("GET", kPayments + "/" + consent, tokens.access), 403, "U008");
  EXPECT_EQ(push_payment(tpp, consent).answer.status, 400) << "agreed to once";
}

TEST(PaymentConsents, HonourTheIdempotencyKey) {
  Gateway gateway;
  Tpp tpp(gateway);
  const Answer first = create_payment(tpp);
  const Answer again = create_payment(tpp);
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.at("/Data/ConsentId"), first.at("/Data/ConsentId"));
  expect_error(create_payment(tpp, "key-1", payment_body("165.89")), 400, "U006");
  EXPECT_NE(create_payment(tpp, "key-2").at("/Data/ConsentId"), first.at("/Data/ConsentId"));
  expect_error(create_payment(tpp, std::string(41, 'k')), 400, "U006");
  expect_error(tpp.resource("POST", kPayments, tpp.client_token("payments"), payment_body()), 400, "U007");
  EXPECT_EQ(gateway.one("SELECT count(*) FROM consent.consent"), "2");
}

TEST(PaymentConsents, OfOthersOfOtherKindsAndWithOtherTokensAreRefused) {
  Gateway gateway;
  Tpp tpp(gateway);
  Tpp other(gateway, "Other App");
  const std::string consent = create_payment(tpp).at("/Data/ConsentId");
  expect_error(other.resource("GET", kPayments + "/" + consent, other.client_token("payments")), 403, "U008");
  EXPECT_EQ(gateway.one("SELECT count(*) FROM base.audit WHERE outcome = 'foreign_client'"), "1");
  expect_error(tpp.resource("GET", kVrps + "/" + consent, tpp.client_token("payments")), 400, "U011");
  expect_error(tpp.resource("GET", kPayments + "/nonsense", tpp.client_token("payments")), 400, "U011");
  expect_error(tpp.obie("GET", "/account-access-consents/" + consent, tpp.client_token()), 400, "U011");
  EXPECT_EQ(tpp.resource("GET", kPayments + "/" + consent, tpp.client_token("accounts")).status, 403);
  EXPECT_EQ(other.push(consent, {{"scope", "openid payments"}}).answer.status, 400);
  EXPECT_EQ(tpp.push(consent).answer.error(), "invalid_scope") << "the scope of another kind";
}

TEST(PaymentConsents, VrpAndFundsLiveLongAndAreDeleted) {
  Gateway gateway;
  Tpp tpp(gateway);
  const Answer vrp = tpp.resource("POST", kVrps, tpp.client_token("payments"), kVrpBody, key("v"));
  ASSERT_EQ(vrp.status, 201) << vrp.body;
  const std::string consent = vrp.at("/Data/ConsentId");
  const Pushed pushed = push_payment(tpp, consent);
  Customer alice(gateway);
  alice.open(pushed.url);
  alice.sign_in();
  alice.allow(1);
  const Tokens tokens = tpp.redeem(Callback(alice.take_callback()).code, pushed);
  EXPECT_NE(tokens.refresh, "") << tokens.answer.body;
  EXPECT_EQ(tpp.resource("DELETE", kVrps + "/" + consent, tpp.client_token("payments")).status, 204);
  EXPECT_EQ(tpp.refresh(tokens.refresh).answer.status, 400);
  expect_error(tpp.resource("GET", kVrps + "/" + consent, tpp.client_token("payments")), 400, "U011");

  const std::string token = tpp.client_token("fundsconfirmations");
  const Answer funds = tpp.resource(
      "POST", kFunds, token,
      R"({"Data":{"DebtorAccount":{"SchemeName":"UK.OBIE.IBAN","Identification":"GB76LOYD30949301273801","Name":"Andrea"}}})");
  ASSERT_EQ(funds.status, 201) << funds.body;
  EXPECT_EQ(funds.at("/Risk"), "");
  const std::string id = funds.at("/Data/ConsentId");
  EXPECT_EQ(tpp.resource("GET", kFunds + "/" + id, token).at("/Data/Status"), "AWAU");
  EXPECT_EQ(tpp.resource("DELETE", kFunds + "/" + id, token).status, 204);
}

const std::string kFiles = kPisp + "/file-payment-consents";
const std::string kFile =
    R"({"Data":{"DomesticPayments":[
      {"InstructionIdentification":"A","EndToEndIdentification":"A1","InstructedAmount":{"Amount":"1200.00","Currency":"GBP"},
       "CreditorAccount":{"SchemeName":"UK.OBIE.SortCodeAccountNumber","Identification":"08080021325698","Name":"Ada Wells"}},
      {"InstructionIdentification":"B","EndToEndIdentification":"B1","InstructedAmount":{"Amount":"34.56","Currency":"GBP"},
       "CreditorAccount":{"SchemeName":"UK.OBIE.SortCodeAccountNumber","Identification":"08080021325699","Name":"Bo Finch"}}]}})";

std::string file_consent_body(const std::string& file) {
  return R"({"Data":{"Initiation":{"FileType":"UK.OBIE.PaymentInitiation.4.0","FileHash":")" +
         base::base64_encode(base::crypto::sha256(file)) + R"(","NumberOfTransactions":"2","ControlSum":1234.56}}})";
}

// [RTS-SCA-5.3b]
TEST(PaymentConsents, OfAFileAreDecidedOnWhenTheFileIsThereByItsTotalAndPayees) {
  Gateway gateway;
  Tpp tpp(gateway);
  const std::string token = tpp.client_token("payments");
  const Answer created = tpp.resource("POST", kFiles, token, file_consent_body(kFile), key("f"));
  ASSERT_EQ(created.status, 201) << created.body;
  EXPECT_EQ(created.at("/Data/Status"), "AWUP");
  const std::string consent = created.at("/Data/ConsentId");
  const std::string file = kFiles + "/" + consent + "/file";
  expect_error(tpp.resource("GET", file, token), 400, "U011");
  EXPECT_EQ(push_payment(tpp, consent).answer.status, 400) << "nothing to decide on yet";

  expect_error(tpp.resource("POST", file, token, kFile), 400, "U007");
  expect_error(tpp.resource("POST", file, token, kFile + " ", key("u")), 400, "U008");
  Tpp other(gateway, "Other App");
  expect_error(other.resource("POST", file, other.client_token("payments"), kFile, key("u")), 403, "U008");
  EXPECT_EQ(tpp.resource("POST", file, token, std::string(600 * 1024, ' '), key("u")).status, 413);
  EXPECT_EQ(tpp.resource("GET", kFiles + "/" + consent, token).at("/Data/Status"), "AWUP");
  const Answer uploaded = tpp.resource("POST", file, token, kFile, key("u"));
  ASSERT_EQ(uploaded.status, 200) << uploaded.body;
  EXPECT_EQ(tpp.resource("POST", file, token, kFile, key("u")).status, 200) << "again";
  EXPECT_EQ(tpp.resource("GET", kFiles + "/" + consent, token).at("/Data/Status"), "AWAU");
  EXPECT_EQ(tpp.resource("GET", file, token).body, kFile);

  const Pushed pushed = push_payment(tpp, consent);
  ASSERT_EQ(pushed.answer.status, 201) << pushed.answer.body;
  Customer alice(gateway);
  alice.open(pushed.url);
  alice.sign_in();
  for (const char* shown : {"1,234.56", "Ada Wells", "Bo Finch", "08-08-00"}) {
    EXPECT_NE(alice.page().text().find(shown), std::string::npos) << shown << " in " << alice.page().text();
  }
  alice.allow(1);
  ASSERT_EQ(tpp.redeem(Callback(alice.take_callback()).code, pushed).answer.status, 200);
  EXPECT_EQ(tpp.resource("GET", kFiles + "/" + consent, token).at("/Data/Status"), "AUTH");
}

TEST(PaymentConsents, OfTheLargestFileAreShownAndDecidedOnLikeAnyOther) {
  Gateway gateway;
  Tpp tpp(gateway);
  const std::string token = tpp.client_token("payments");
  std::string file = R"({"Data":{"DomesticPayments":[)";
  for (int i = 0; i < 500; ++i) {
    file += (i == 0 ? "" : ",") +
            std::string(R"({"InstructionIdentification":"A","EndToEndIdentification":"A1",)"
                        R"("InstructedAmount":{"Amount":"1.00","Currency":"GBP"},"CreditorAccount":{)"
                        R"("SchemeName":"UK.OBIE.SortCodeAccountNumber","Identification":"08080021325698","Name":")") +
            "Payee " + std::to_string(i) + std::string(300, 'x') + R"("}})";
  }
  file += "]}}";
  const std::string body = R"({"Data":{"Initiation":{"FileType":"UK.OBIE.PaymentInitiation.4.0","FileHash":")" +
                           base::base64_encode(base::crypto::sha256(file)) + R"("}}})";
  const std::string consent = tpp.resource("POST", kFiles, token, body, key("f")).at("/Data/ConsentId");
  ASSERT_EQ(tpp.resource("POST", kFiles + "/" + consent + "/file", token, file, key("u")).status, 200);
  const Pushed pushed = push_payment(tpp, consent);
  ASSERT_EQ(pushed.answer.status, 201) << pushed.answer.body;
  Customer alice(gateway);
  alice.open(pushed.url);
  alice.sign_in();
  EXPECT_NE(alice.page().text().find("£500.00"), std::string::npos);
  EXPECT_NE(alice.page().text().find("Payee 499"), std::string::npos);
  alice.allow(1);
  EXPECT_EQ(tpp.redeem(Callback(alice.take_callback()).code, pushed).answer.status, 200);
}

TEST(PaymentConsents, AbroadAreDecidedOnWithRateAndCharges) {
  Gateway gateway;
  Tpp tpp(gateway);
  const std::string abroad = kPisp + "/international-payment-consents";
  const Answer created = tpp.resource(
      "POST", abroad, tpp.client_token("payments"),
      R"({"Data":{"Initiation":{"InstructionIdentification":"I","EndToEndIdentification":"E","CurrencyOfTransfer":"EUR",
          "ChargeBearer":"BorneByDebtor","DestinationCountryCode":"FR","InstructedAmount":{"Amount":"80.00","Currency":"GBP"},
          "ExchangeRateInformation":{"UnitCurrency":"GBP","ExchangeRate":1.18,"RateType":"Agreed","ContractIdentification":"FX-7"},
          "CreditorAccount":{"SchemeName":"UK.OBIE.IBAN","Identification":"FR1420041010050500013M02606","Name":"Librairie"}}},
          "Risk":{}})",
      key("i"));
  ASSERT_EQ(created.status, 201) << created.body;
  EXPECT_EQ(created.at("/Data/Initiation/CurrencyOfTransfer"), "EUR");
  const Pushed pushed = push_payment(tpp, created.at("/Data/ConsentId"));
  Customer alice(gateway);
  alice.open(pushed.url);
  alice.sign_in();
  for (const char* shown : {"80.00", "1 GBP = 1.18 EUR", "paid by you", "Librairie"}) {
    EXPECT_NE(alice.page().text().find(shown), std::string::npos) << shown << " in " << alice.page().text();
  }
  alice.allow(1);
  EXPECT_EQ(tpp.redeem(Callback(alice.take_callback()).code, pushed).answer.status, 200);
}

// Dora and Dan own an account on which both must sign payments.
TEST(Signatories, TheTokenOfTheFirstWaitsForTheSecond) {
  Gateway gateway;
  Tpp tpp(gateway);
  const std::string joint = gateway.one("SELECT account_id FROM connectors.account WHERE signatures_for_payments = 2");
  ASSERT_NE(joint, "");
  const std::string consent = create_payment(tpp).at("/Data/ConsentId");
  const auto sign = [&](const std::string& who, Pushed& pushed) {
    pushed = push_payment(tpp, consent);
    EXPECT_EQ(pushed.answer.status, 201) << pushed.answer.body;
    Customer customer(gateway);
    customer.open(pushed.url);
    customer.sign_in(who);
    customer.press("allow", {{"account", joint}});
    return Callback(customer.take_callback()).code;
  };
  Pushed by_dora;
  const std::string code = sign("dora", by_dora);
  ASSERT_NE(code, "");
  const Tokens tokens = tpp.redeem(code, by_dora);
  EXPECT_EQ(tokens.answer.status, 200) << tokens.answer.body;
  const Answer waiting = tpp.resource("GET", kPayments + "/" + consent, tpp.client_token("payments"));
  EXPECT_EQ(waiting.at("/Data/Status"), "AWAU");
  EXPECT_EQ(waiting.at("/Data/StatusReason/0/StatusReasonCode"), "U040");
  EXPECT_EQ(tpp.introspect(tokens.access).at("/active"), "false") << "nothing passes before the second signature";
  EXPECT_TRUE(gateway.events_of(consent).empty());

  Pushed by_dan;
  ASSERT_NE(sign("dan", by_dan), "");
  EXPECT_EQ(status_of(tpp, consent), "AUTH");
  EXPECT_EQ(tpp.introspect(tokens.access).at("/active"), "true");
  EXPECT_EQ(gateway.events_of(consent), std::vector<std::string>{"consent.authorised"});
}

TEST(Signatories, AStrangerCannotSign) {
  Gateway gateway;
  Tpp tpp(gateway);
  const std::string joint = gateway.one("SELECT account_id FROM connectors.account WHERE signatures_for_payments = 2");
  const std::string consent = create_payment(tpp).at("/Data/ConsentId");
  const Pushed pushed = push_payment(tpp, consent);
  Customer dora(gateway);
  dora.open(pushed.url);
  dora.sign_in("dora");
  dora.press("allow", {{"account", joint}});
  const Pushed again = push_payment(tpp, consent);
  Customer alice(gateway);
  alice.open(again.url);
  alice.sign_in("alice");
  EXPECT_FALSE(alice.page().has("allow")) << alice.page().text();
  EXPECT_EQ(status_of(tpp, consent), "AWAU");
}

// [RTS-SCA-36.5b]
TEST(UnattendedAccess, IsFourTimesInTwentyFourHoursForEachEndpointAndSaysWhatIsLeft) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer alice(gateway);
  const Authorised done = walk(tpp, alice);
  const auto unattended = [&](const std::string& path) {
    return tpp.resource("GET", "/open-banking/v4.0/aisp" + path, done.tokens.access);
  };
  for (int left = 3; left >= 0; --left) {
    const Answer answer = unattended("/balances");
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.header("X-Unattended-Limit"), "4");
    EXPECT_EQ(answer.header("X-Unattended-Remaining"), std::to_string(left));
  }
  const Answer fifth = unattended("/balances");
  EXPECT_EQ(fifth.status, 429);
  EXPECT_EQ(fifth.body, "");
  EXPECT_EQ(fifth.header("X-Unattended-Remaining"), "0");
  EXPECT_GT(std::stoi(fifth.header("Retry-After")), 86'000);
  EXPECT_EQ(unattended("/transactions").status, 200) << "another endpoint";
  const Answer attended = tpp.obie("GET", "/balances", done.tokens.access);
  EXPECT_EQ(attended.status, 200) << "the customer is there";
  EXPECT_EQ(attended.header("X-Unattended-Limit"), "");
}

// [RTS-SCA-10a.3]
TEST(AccessClocks, InTheEuTheCustomerAuthenticatesAgainAfter180DaysAndTheConsentLivesOn) {
  Gateway gateway([](gateway::Settings& settings) { settings.clocks = policy::access_clocks(policy::Region::eu); });
  Tpp tpp(gateway);
  Customer alice(gateway);
  Authorised done;
  done.consent = tpp.create_consent(Tpp::all_permissions(), std::chrono::hours(24 * 400)).at("/Data/ConsentId");
  const auto renew = [&] {
    done.pushed = tpp.push(done.consent);
    Customer customer(gateway);
    customer.open(done.pushed.url);
    customer.sign_in();
    customer.allow(1);
    return tpp.redeem(Callback(customer.take_callback()).code, done.pushed);
  };
  const Tokens first = renew();
  gateway.advance_business("P179D");
  Tokens now = tpp.refresh(first.refresh);
  EXPECT_EQ(tpp.obie("GET", "/accounts", now.access).status, 200);
  gateway.advance_business("P1D");
  expect_error(tpp.obie("GET", "/accounts", now.access), 403, "U028");
  EXPECT_EQ(tpp.consent_status(done.consent), "AUTH");
  const Tokens renewed = renew();
  EXPECT_EQ(tpp.obie("GET", "/accounts", renewed.access).status, 200);
}

// [UK-RTS-36.6]
TEST(AccessClocks, InTheUkTheTppSaysThatItsCustomerConfirmedAndSeesUntilWhen) {
  Gateway gateway;
  Tpp tpp(gateway);
  Tpp other(gateway, "Other App");
  Customer alice(gateway);
  const Authorised done = walk(tpp, alice);
  const std::string path = "/reconfirmation/v1/consents/" + done.consent;
  const Answer before = tpp.resource("GET", path, tpp.client_token());
  ASSERT_EQ(before.status, 200) << before.body;
  EXPECT_NE(before.at("/reconfirmBy"), "");
  EXPECT_EQ(before.at("/authenticateBy"), "");
  gateway.advance_business("P30D");
  const Answer after = tpp.resource("POST", path, tpp.client_token());
  ASSERT_EQ(after.status, 200) << after.body;
  EXPECT_NE(after.at("/reconfirmBy"), before.at("/reconfirmBy"));
  EXPECT_NE(after.at("/lastConfirmedAt"), before.at("/lastConfirmedAt"));
  EXPECT_EQ(other.resource("GET", path, other.client_token()).status, 404);
  EXPECT_EQ(other.resource("POST", path, other.client_token()).status, 404);
  EXPECT_EQ(tpp.resource("POST", path, done.tokens.access).status, 403);
  alice.dashboard();
  alice.revoke(done.consent);
  EXPECT_EQ(tpp.resource("POST", path, tpp.client_token()).status, 409);
}

}  // namespace
}  // namespace journeys
