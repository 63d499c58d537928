#include "gateway/partner_api/open_banking_uk/payment_body.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "base/crypto/hash.h"
#include "base/encoding.h"
#include "base/json/strict.h"
#include "gateway/partner_api/open_banking_uk/obie_time.h"

namespace gateway {
namespace {

using base::json::Value;
using consent::ConsentKind;

Value creditor() {
  return {{"SchemeName", "UK.OBIE.SortCodeAccountNumber"}, {"Identification", "08080021325698"}, {"Name", "ACME Inc"}};
}
Value gbp(const char* amount) { return {{"Amount", amount}, {"Currency", "GBP"}}; }

Value domestic() {
  return {{"Data",
           {{"ReadRefundAccount", "Yes"},
            {"Initiation",
             {{"InstructionIdentification", "ACME412"},
              {"EndToEndIdentification", "FRESCO.21302.GFX.20"},
              {"LocalInstrument", "UK.OBIE.FPS"},
              {"InstructedAmount", gbp("165.88")},
              {"DebtorAccount", {{"SchemeName", "UK.OBIE.IBAN"}, {"Identification", "GB33BUKB20201555555555"}}},
              {"CreditorAccount", creditor()},
              {"RemittanceInformation",
               {{"Structured", {{{"CreditorReferenceInformation", {{"Reference", "FRESCO-101"}}}}}},
                {"Unstructured", {"Internal ops code"}}}}}},
            {"Authorisation", {{"AuthorisationType", "Any"}, {"CompletionDateTime", "2027-05-30T10:35:27+00:00"}}}}},
          {"Risk", {{"PaymentContextCode", "EcommerceMerchantInitiatedPayment"}, {"MerchantCategoryCode", "5967"}}}};
}

Value standing_order() {
  Value body = {{"Data",
                 {{"Permission", "Create"},
                  {"Initiation",
                   {{"NumberOfPayments", "12"},
                    {"FirstPaymentAmount", gbp("6.66")},
                    {"RecurringPaymentAmount", gbp("7.00")},
                    {"CreditorAccount", creditor()},
                    {"MandateRelatedInformation",
                     {{"FirstPaymentDateTime", "2027-06-06T06:06:06+00:00"},
                      {"FinalPaymentDateTime", "2028-06-06T06:06:06+00:00"},
                      {"Frequency", {{"Type", "MNTH"}}}}}}}}},
                {"Risk", Value::object()}};
  return body;
}

Value vrp() {
  return {{"Data",
           {{"ControlParameters",
             {{"ValidFromDateTime", "2027-01-01T00:00:00+00:00"},
              {"ValidToDateTime", "2027-12-31T00:00:00+00:00"},
              {"MaximumIndividualAmount", gbp("100.00")},
              {"PeriodicLimits",
               {{{"PeriodType", "Month"}, {"PeriodAlignment", "Calendar"}, {"Amount", "200.00"}, {"Currency", "GBP"}}}},
              {"VRPType", {"UK.OBIE.VRPType.Sweeping"}},
              {"PSUAuthenticationMethods", {"UK.OBIE.SCA"}}}},
            {"Initiation", {{"CreditorAccount", creditor()}}}}},
          {"Risk", Value::object()}};
}

Value funds() {
  return {{"Data",
           {{"ExpirationDateTime", "2027-05-02T00:00:00+00:00"},
            {"DebtorAccount",
             {{"SchemeName", "UK.OBIE.IBAN"}, {"Identification", "GB76LOYD30949301273801"}, {"Name", "Andrea"}}}}}};
}

struct Refused {
  std::string name;
  std::function<void(Value&)> change;
  ObieCode code;
  std::string path;
};

void expect_refusals(ConsentKind kind, const Value& good, const std::vector<Refused>& cases) {
  ASSERT_TRUE(read_payment_body(kind, good.dump()));
  for (const Refused& refused : cases) {
    Value body = good;
    refused.change(body);
    const auto request = read_payment_body(kind, body.dump());
    ASSERT_FALSE(request) << refused.name;
    EXPECT_EQ(request.error().code, refused.code) << refused.name << ": " << request.error().public_text;
    EXPECT_EQ(request.error().path, refused.path) << refused.name;
  }
}

Value international() {
  Value body = domestic();
  Value& initiation = body["Data"]["Initiation"];
  initiation["LocalInstrument"] = "UK.OBIE.SWIFT";
  initiation["InstructedAmount"] = {{"Amount", "165.88"}, {"Currency", "USD"}};
  initiation["CurrencyOfTransfer"] = "EUR";
  initiation["ChargeBearer"] = "Shared";
  initiation["DestinationCountryCode"] = "FR";
  initiation["InstructionPriority"] = "Normal";
  initiation["CreditorAccount"] = {
      {"SchemeName", "UK.OBIE.IBAN"}, {"Identification", "FR1420041010050500013M02606"}, {"Name", "Librairie"}};
  initiation["ExchangeRateInformation"] = {
      {"UnitCurrency", "USD"}, {"ExchangeRate", 0.91}, {"RateType", "Agreed"}, {"ContractIdentification", "FX-7"}};
  return body;
}

Value payment_in_file(const char* amount, const char* name) {
  Value initiation = domestic()["Data"]["Initiation"];
  initiation.erase("DebtorAccount");
  initiation["InstructedAmount"]["Amount"] = amount;
  initiation["CreditorAccount"]["Name"] = name;
  return initiation;
}

std::string payment_file() {
  return Value{{"Data", {{"DomesticPayments", {payment_in_file("10.50", "Ada"), payment_in_file("0.01", "Bo")}}}}}
      .dump();
}

Value file_consent(const std::string& file) {
  return {{"Data",
           {{"Initiation",
             {{"FileType", "UK.OBIE.PaymentInitiation.4.0"},
              {"FileHash", base::base64_encode(base::crypto::sha256(file))},
              {"FileReference", "Wages 11"},
              {"NumberOfTransactions", "2"},
              {"ControlSum", 10.51}}}}}};
}

consent::Consent declared(const Value& body) {
  const auto request = read_payment_body(ConsentKind::file_payment, body.dump());
  EXPECT_TRUE(request) << request.error().public_text;
  consent::Consent consent;
  consent.kind = ConsentKind::file_payment;
  consent.terms = request->terms;
  return consent;
}

TEST(PaymentBody, ReadsAnInternationalPayment) {
  const auto request = read_payment_body(ConsentKind::international_payment, international().dump());
  ASSERT_TRUE(request) << request.error().path << " " << request.error().public_text;
  const auto& terms = std::get<consent::PaymentTerms>(request->terms);
  EXPECT_EQ(terms.amount.currency().code(), "USD");
  ASSERT_TRUE(terms.cross_border);
  EXPECT_EQ(terms.cross_border->transfer.code(), "EUR");
  EXPECT_EQ(terms.cross_border->charge_bearer, "Shared");
  EXPECT_EQ(terms.cross_border->exchange->rate, "0.91");
  EXPECT_EQ(terms.cross_border->exchange->contract, "FX-7");

  Value indicative = international();
  indicative["Data"]["Initiation"]["ExchangeRateInformation"] = {{"UnitCurrency", "USD"}, {"RateType", "Indicative"}};
  const auto without_rate = read_payment_body(ConsentKind::international_payment, indicative.dump());
  ASSERT_TRUE(without_rate) << without_rate.error().path;
  EXPECT_EQ(std::get<consent::PaymentTerms>(without_rate->terms).cross_border->exchange->rate, "");
}

TEST(PaymentBody, RefusesAnInternationalPaymentThatNobodyCouldAgreeTo) {
  const std::string at = "Data.Initiation.";
  const std::string rate = at + "ExchangeRateInformation.";
  const auto initiation = [](Value& body) -> Value& { return body["Data"]["Initiation"]; };
  const auto exchange = [&](Value& body) -> Value& { return initiation(body)["ExchangeRateInformation"]; };
  expect_refusals(ConsentKind::international_payment, international(),
                  {{"no currency of transfer", [&](Value& b) { initiation(b).erase("CurrencyOfTransfer"); },
                    ObieCode::field_missing, at + "CurrencyOfTransfer"},
                   {"unknown currency", [&](Value& b) { initiation(b)["CurrencyOfTransfer"] = "XYZ"; },
                    ObieCode::unsupported_currency, at + "CurrencyOfTransfer"},
                   {"unknown amount currency", [&](Value& b) { initiation(b)["InstructedAmount"]["Currency"] = "XYZ"; },
                    ObieCode::unsupported_currency, at + "InstructedAmount.Currency"},
                   {"charges for nobody", [&](Value& b) { initiation(b)["ChargeBearer"] = "Nobody"; },
                    ObieCode::field_invalid, at + "ChargeBearer"},
                   {"domestic instrument", [&](Value& b) { initiation(b)["LocalInstrument"] = "UK.OBIE.FPS"; },
                    ObieCode::unsupported_local_instrument, at + "LocalInstrument"},
                   {"agreed without rate", [&](Value& b) { exchange(b).erase("ExchangeRate"); },
                    ObieCode::field_missing, rate + "ExchangeRate"},
                   {"agreed without contract", [&](Value& b) { exchange(b).erase("ContractIdentification"); },
                    ObieCode::field_missing, rate + "ContractIdentification"},
                   {"rate of the TPP's own", [&](Value& b) { exchange(b)["RateType"] = "Actual"; },
                    ObieCode::field_unexpected, rate + "ExchangeRate"},
                   {"rate as text", [&](Value& b) { exchange(b)["ExchangeRate"] = "0.91"; }, ObieCode::field_invalid,
                    rate + "ExchangeRate"},
                   {"rate of nothing", [&](Value& b) { exchange(b)["ExchangeRate"] = 0; }, ObieCode::field_invalid,
                    rate + "ExchangeRate"}});
}

TEST(PaymentBody, ReadsAFilePaymentAndItsFile) {
  const consent::Consent consent = declared(file_consent(payment_file()));
  const auto terms = read_payment_file(consent, payment_file());
  ASSERT_TRUE(terms) << terms.error().path << " " << terms.error().public_text;
  const auto& payment = std::get<consent::PaymentTerms>(*terms);
  EXPECT_EQ(payment.amount.decimal(), "10.51");
  EXPECT_EQ(payment.batch->transactions, 2);
  ASSERT_EQ(payment.payees.size(), 2U);
  EXPECT_EQ(payment.payees[1].name, "Bo");
  EXPECT_EQ(payment.reference, "Wages 11");

  Value silent = file_consent(payment_file());
  silent["Data"]["Initiation"].erase("NumberOfTransactions");
  silent["Data"]["Initiation"].erase("ControlSum");
  EXPECT_EQ(*read_payment_file(declared(silent), payment_file()), *terms) << "the file tells";
}

TEST(PaymentBody, RefusesADeclarationOfAFileThatCannotBeChecked) {
  const std::string at = "Data.Initiation.";
  const auto initiation = [](Value& body) -> Value& { return body["Data"]["Initiation"]; };
  expect_refusals(
      ConsentKind::file_payment, file_consent(payment_file()),
      {{"another type", [&](Value& b) { initiation(b)["FileType"] = "UK.OBIE.pain.001.001.08"; },
        ObieCode::field_invalid, at + "FileType"},
       {"no hash", [&](Value& b) { initiation(b).erase("FileHash"); }, ObieCode::field_missing, at + "FileHash"},
       {"short hash", [&](Value& b) { initiation(b)["FileHash"] = "aGFzaA=="; }, ObieCode::field_invalid,
        at + "FileHash"},
       {"no base64", [&](Value& b) { initiation(b)["FileHash"] = std::string(44, '*'); }, ObieCode::field_invalid,
        at + "FileHash"},
       {"no number", [&](Value& b) { initiation(b)["NumberOfTransactions"] = "2a"; }, ObieCode::field_invalid,
        at + "NumberOfTransactions"},
       {"a third decimal", [&](Value& b) { initiation(b)["ControlSum"] = 10.511; }, ObieCode::field_invalid,
        at + "ControlSum"},
       {"less than nothing", [&](Value& b) { initiation(b)["ControlSum"] = -1; }, ObieCode::field_invalid,
        at + "ControlSum"},
       {"huge", [&](Value& b) { initiation(b)["ControlSum"] = 1e300; }, ObieCode::field_invalid, at + "ControlSum"},
       {"Risk", [](Value& b) { b["Risk"] = Value::object(); }, ObieCode::field_unexpected, "Risk"}});
}

// [RTS-SCA-5.3b] the customer agrees to the total and the payees: of the file that was declared, and of no other.
TEST(PaymentBody, RefusesAFileThatIsNotTheDeclaredOne) {
  struct Case {
    const char* name;
    std::function<void(Value&)> change;  // of the declaration
    std::string file;
    ObieCode code;
    std::string path;
  };
  const auto initiation = [](Value& body) -> Value& { return body["Data"]["Initiation"]; };
  const auto nothing = [](Value&) {};
  const auto of = [](const Value& payments) { return Value{{"Data", {{"DomesticPayments", payments}}}}.dump(); };
  Value euros = payment_in_file("1.00", "Ada");
  euros["InstructedAmount"]["Currency"] = "EUR";
  Value own_debtor = payment_in_file("1.00", "Ada");
  own_debtor["DebtorAccount"] = domestic()["Data"]["Initiation"]["DebtorAccount"];
  const auto silent = [&](Value& b) {
    initiation(b).erase("NumberOfTransactions");
    initiation(b).erase("ControlSum");
  };
  const std::string first = "Data.DomesticPayments[0].";
  const std::vector<Case> cases{
      {"another number", [&](Value& b) { initiation(b)["NumberOfTransactions"] = "3"; }, payment_file(),
       ObieCode::consent_mismatch, "Data.DomesticPayments"},
      {"another sum", [&](Value& b) { initiation(b)["ControlSum"] = 10.52; }, payment_file(),
       ObieCode::consent_mismatch, "Data.DomesticPayments"},
      {"another hash", [&](Value& b) { initiation(b)["FileHash"] = base::base64_encode(std::string(32, 'x')); },
       payment_file(), ObieCode::consent_mismatch, ""},
      {"no payments", silent, of(Value::array()), ObieCode::field_invalid, "Data.DomesticPayments"},
      {"too many", silent, of(Value(501, payment_in_file("1.00", "Ada"))), ObieCode::field_invalid,
       "Data.DomesticPayments"},
      {"no JSON", nothing, "<Document/>", ObieCode::invalid_format, ""},
      {"euros", silent, of(Value::array({euros})), ObieCode::unsupported_currency, first + "InstructedAmount.Currency"},
      {"another payer", silent, of(Value::array({own_debtor})), ObieCode::consent_mismatch, first + "DebtorAccount"},
  };
  for (const Case& one : cases) {
    Value body = file_consent(one.file);
    one.change(body);
    const auto refused = read_payment_file(declared(body), one.file);
    ASSERT_FALSE(refused) << one.name;
    EXPECT_EQ(refused.error().code, one.code) << one.name << ": " << refused.error().public_text;
    EXPECT_EQ(refused.error().path, one.path) << one.name;
  }
}

TEST(PaymentBody, ReadsADomesticPayment) {
  const auto request = read_payment_body(ConsentKind::domestic_payment, domestic().dump());
  ASSERT_TRUE(request) << request.error().public_text << " " << request.error().path;
  const auto& terms = std::get<consent::PaymentTerms>(request->terms);
  EXPECT_EQ(terms.amount.decimal(), "165.88");
  ASSERT_EQ(terms.payees.size(), 1U);
  EXPECT_EQ(terms.payees[0].name, "ACME Inc");
  EXPECT_EQ(terms.payees[0].account.identification, "08080021325698");
  EXPECT_EQ(terms.debtor->scheme, "UK.OBIE.IBAN");
  EXPECT_EQ(terms.reference, "FRESCO-101");
  EXPECT_EQ(terms.local_instrument, "UK.OBIE.FPS");
  EXPECT_EQ(obie_time(*request->expires), "2027-05-30T10:35:27+00:00");
  EXPECT_EQ(*base::json::parse_strict(request->request, {.max_bytes = 1 << 16}), domestic());
}

TEST(PaymentBody, ReadsTheOtherKinds) {
  const auto order = read_payment_body(ConsentKind::domestic_standing_order, standing_order().dump());
  ASSERT_TRUE(order) << order.error().path;
  EXPECT_EQ(std::get<consent::PaymentTerms>(order->terms).standing_order->frequency, "MNTH");
  EXPECT_EQ(std::get<consent::PaymentTerms>(order->terms).standing_order->recurring->decimal(), "7.00");

  Value scheduled = domestic();
  scheduled["Data"]["Permission"] = "Create";
  scheduled["Data"]["Initiation"]["RequestedExecutionDateTime"] = "2027-08-06T00:00:00+00:00";
  const auto later = read_payment_body(ConsentKind::domestic_scheduled_payment, scheduled.dump());
  ASSERT_TRUE(later) << later.error().path;
  EXPECT_EQ(obie_time(*std::get<consent::PaymentTerms>(later->terms).execution), "2027-08-06T00:00:00+00:00");

  const auto recurring = read_payment_body(ConsentKind::domestic_vrp, vrp().dump());
  ASSERT_TRUE(recurring) << recurring.error().path;
  const auto& limits = std::get<consent::VrpTerms>(recurring->terms).limits;
  ASSERT_EQ(limits.size(), 1U);
  EXPECT_EQ(limits[0].amount.decimal(), "200.00");
  EXPECT_EQ(obie_time(*recurring->expires), "2027-12-31T00:00:00+00:00");

  const auto confirmation = read_payment_body(ConsentKind::funds_confirmation, funds().dump());
  ASSERT_TRUE(confirmation) << confirmation.error().path;
  EXPECT_EQ(std::get<consent::FundsTerms>(confirmation->terms).debtor_name, "Andrea");
}

TEST(PaymentBody, RefusesADomesticPaymentWithTheCodeAndThePath) {
  const std::string at = "Data.Initiation.";
  const auto initiation = [](Value& body) -> Value& { return body["Data"]["Initiation"]; };
  expect_refusals(
      ConsentKind::domestic_payment, domestic(),
      {{"no Risk", [](Value& b) { b.erase("Risk"); }, ObieCode::field_missing, "Risk"},
       {"no Initiation", [](Value& b) { b["Data"].erase("Initiation"); }, ObieCode::field_missing, "Data.Initiation"},
       {"more", [](Value& b) { b["More"] = 1; }, ObieCode::field_unexpected, "More"},
       {"more Data", [](Value& b) { b["Data"]["More"] = 1; }, ObieCode::field_unexpected, "Data.More"},
       {"more Initiation", [&](Value& b) { initiation(b)["Tip"] = "1.00"; }, ObieCode::field_unexpected, at + "Tip"},
       {"more Risk", [](Value& b) { b["Risk"]["Score"] = 1; }, ObieCode::field_unexpected, "Risk.Score"},
       {"no amount", [&](Value& b) { initiation(b).erase("InstructedAmount"); }, ObieCode::field_missing,
        at + "InstructedAmount"},
       {"number", [&](Value& b) { initiation(b)["InstructedAmount"]["Amount"] = 165.88; }, ObieCode::field_invalid,
        at + "InstructedAmount.Amount"},
       {"negative", [&](Value& b) { initiation(b)["InstructedAmount"]["Amount"] = "-1.00"; }, ObieCode::field_invalid,
        at + "InstructedAmount.Amount"},
       {"zero", [&](Value& b) { initiation(b)["InstructedAmount"]["Amount"] = "0.00"; }, ObieCode::field_invalid,
        at + "InstructedAmount.Amount"},
       {"three decimals", [&](Value& b) { initiation(b)["InstructedAmount"]["Amount"] = "1.005"; },
        ObieCode::field_invalid, at + "InstructedAmount.Amount"},
       {"exponent", [&](Value& b) { initiation(b)["InstructedAmount"]["Amount"] = "1e2"; }, ObieCode::field_invalid,
        at + "InstructedAmount.Amount"},
       {"14 digits", [&](Value& b) { initiation(b)["InstructedAmount"]["Amount"] = "12345678901234"; },
        ObieCode::field_invalid, at + "InstructedAmount.Amount"},
       {"lower-case currency", [&](Value& b) { initiation(b)["InstructedAmount"]["Currency"] = "gbp"; },
        ObieCode::field_invalid, at + "InstructedAmount.Currency"},
       {"euro", [&](Value& b) { initiation(b)["InstructedAmount"]["Currency"] = "EUR"; },
        ObieCode::unsupported_currency, at + "InstructedAmount.Currency"},
       {"no name", [&](Value& b) { initiation(b)["CreditorAccount"].erase("Name"); }, ObieCode::field_missing,
        at + "CreditorAccount.Name"},
       {"empty name", [&](Value& b) { initiation(b)["CreditorAccount"]["Name"] = ""; }, ObieCode::field_invalid,
        at + "CreditorAccount.Name"},
       {"PAN", [&](Value& b) { initiation(b)["CreditorAccount"]["SchemeName"] = "UK.OBIE.PAN"; },
        ObieCode::unsupported_scheme, at + "CreditorAccount.SchemeName"},
       {"13 digits", [&](Value& b) { initiation(b)["CreditorAccount"]["Identification"] = "0808002132569"; },
        ObieCode::unsupported_account_identifier, at + "CreditorAccount.Identification"},
       {"wrong check digits",
        [&](Value& b) { initiation(b)["DebtorAccount"]["Identification"] = "GB34BUKB20201555555555"; },
        ObieCode::unsupported_account_identifier, at + "DebtorAccount.Identification"},
       {"IBAN in groups",
        [&](Value& b) { initiation(b)["DebtorAccount"]["Identification"] = "GB33 BUKB 2020 1555 5555 55"; },
        ObieCode::unsupported_account_identifier, at + "DebtorAccount.Identification"},
       {"local instrument", [&](Value& b) { initiation(b)["LocalInstrument"] = "UK.OBIE.Target2"; },
        ObieCode::unsupported_local_instrument, at + "LocalInstrument"},
       {"36 characters", [&](Value& b) { initiation(b)["EndToEndIdentification"] = std::string(36, 'x'); },
        ObieCode::field_invalid, at + "EndToEndIdentification"},
       {"unknown context", [](Value& b) { b["Risk"]["PaymentContextCode"] = "Gift"; }, ObieCode::field_invalid,
        "Risk.PaymentContextCode"},
       {"date without offset",
        [](Value& b) { b["Data"]["Authorisation"]["CompletionDateTime"] = "2027-05-30T10:35:27"; },
        ObieCode::field_invalid_date, "Data.Authorisation.CompletionDateTime"}});
}

TEST(PaymentBody, RefusesControlParametersThatACustomerCouldNotRead) {
  const std::string at = "Data.ControlParameters.";
  const auto control = [](Value& body) -> Value& { return body["Data"]["ControlParameters"]; };
  expect_refusals(
      ConsentKind::domestic_vrp, vrp(),
      {{"no limits", [&](Value& b) { control(b)["PeriodicLimits"] = Value::array(); }, ObieCode::field_invalid,
        at + "PeriodicLimits"},
       {"unknown limit", [&](Value& b) { control(b)["WeeklyLimit"] = gbp("1.00"); }, ObieCode::field_unexpected,
        at + "WeeklyLimit"},
       {"decade", [&](Value& b) { control(b)["PeriodicLimits"][0]["PeriodType"] = "Decade"; }, ObieCode::field_invalid,
        at + "PeriodicLimits[0].PeriodType"},
       {"fortnight by calendar", [&](Value& b) { control(b)["PeriodicLimits"][0]["PeriodType"] = "Fortnight"; },
        ObieCode::field_invalid, at + "PeriodicLimits[0].PeriodAlignment"},
       {"the same period twice",
        [&](Value& b) { control(b)["PeriodicLimits"].push_back(control(b)["PeriodicLimits"][0]); },
        ObieCode::field_invalid, at + "PeriodicLimits[1].PeriodType"},
       {"no maximum", [&](Value& b) { control(b).erase("MaximumIndividualAmount"); }, ObieCode::field_missing,
        at + "MaximumIndividualAmount"},
       {"ends before it begins", [&](Value& b) { control(b)["ValidToDateTime"] = "2026-12-31T00:00:00+00:00"; },
        ObieCode::field_invalid_date, at + "ValidToDateTime"},
       {"unknown type", [&](Value& b) { control(b)["VRPType"][0] = "Anything"; }, ObieCode::field_invalid,
        at + "VRPType[0]"},
       {"unknown method", [&](Value& b) { control(b)["PSUAuthenticationMethods"][0] = "None"; },
        ObieCode::field_invalid, at + "PSUAuthenticationMethods[0]"}});
}

TEST(PaymentBody, TakesTheStandardsFrequenciesAndNoOther) {
  for (const char* type : {"MNTH", "WEEK", "EvryDay", "EvryWorkgDay", "IntrvlDay:31", "IntrvlWkDay:09:07",
                           "WkInMnthDay:05:07", "IntrvlMnthDay:24:-05", "IntrvlMnthDay:06:31", "QtrDay:SCOTTISH"}) {
    Value body = standing_order();
    body["Data"]["Initiation"]["MandateRelatedInformation"]["Frequency"]["Type"] = type;
    EXPECT_TRUE(read_payment_body(ConsentKind::domestic_standing_order, body.dump())) << type;
  }
  for (const char* type : {"mnth", "Monthly", "IntrvlDay:01", "IntrvlDay:32", "IntrvlWkDay:10:01", "IntrvlWkDay:01:08",
                           "WkInMnthDay:06:01", "IntrvlMnthDay:07:01", "IntrvlMnthDay:01:32", "IntrvlMnthDay:01:-06",
                           "IntrvlMnthDay:", "IntrvlMnthDay:1", "QtrDay:WELSH", "EvryDay "}) {
    Value body = standing_order();
    body["Data"]["Initiation"]["MandateRelatedInformation"]["Frequency"]["Type"] = type;
    const auto refused = read_payment_body(ConsentKind::domestic_standing_order, body.dump());
    ASSERT_FALSE(refused) << type;
    EXPECT_EQ(refused.error().code, ObieCode::unsupported_frequency) << type;
  }
}

TEST(PaymentBody, RefusesWhatIsNoJsonOrAmbiguous) {
  for (const char* body : {"", "{", "[]", "null", R"({"Data":{},"Data":{},"Risk":{}})", "{\"Data\":{}}\x01"}) {
    const auto refused = read_payment_body(ConsentKind::domestic_payment, body);
    ASSERT_FALSE(refused) << body;
  }
  EXPECT_FALSE(read_payment_body(ConsentKind::funds_confirmation, domestic().dump()));
  EXPECT_FALSE(read_payment_body(ConsentKind::domestic_payment, funds().dump()));
}

}  // namespace
}  // namespace gateway
