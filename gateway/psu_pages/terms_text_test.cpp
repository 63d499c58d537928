#include "gateway/psu_pages/terms_text.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace gateway {
namespace {

using consent::ConsentKind;

base::Amount amount(std::string_view decimal, std::string_view currency = "GBP") {
  return *base::Amount::parse(decimal, *base::Currency::parse(currency));
}

const consent::Payee kShop{"Ealing Books", {"UK.OBIE.SortCodeAccountNumber", "08080021325698", ""}};

consent::PaymentTerms payment(std::string_view decimal, std::vector<consent::Payee> payees = {kShop}) {
  return {amount(decimal), std::move(payees), {}, "", "", "", {}, {}, {}, {}};
}

std::string line(const TermsShown& shown, std::string_view id) {
  const auto found =
      std::find_if(shown.lines.begin(), shown.lines.end(), [&](const auto& one) { return one.id == id; });
  return found == shown.lines.end() ? "absent" : found->value;
}

TEST(Amounts, AreWrittenAsEachLanguageWritesThem) {
  EXPECT_EQ(amount_text(Language::en, amount("1234567.50")), "£1,234,567.50");
  EXPECT_EQ(amount_text(Language::de, amount("1234.50", "EUR")), "1.234,50\u00a0€");
  EXPECT_EQ(amount_text(Language::fr, amount("1234.50", "EUR")), "1\u202f234,50\u00a0€");
  EXPECT_EQ(amount_text(Language::en, amount("500", "JPY")), "¥500");
  EXPECT_EQ(amount_text(Language::en, amount("-1.250", "KWD")), "−KWD\u00a01.250");
  EXPECT_EQ(amount_text(Language::en, amount("0.05")), "£0.05");
}

TEST(Accounts, AreGroupedForTheEye) {
  EXPECT_EQ(account_text(Language::en, kShop.account), "Sort code 08-08-00, account 21325698");
  EXPECT_EQ(account_text(Language::en, {"UK.OBIE.IBAN", "GB29NWBK60161331926819", ""}),
            "GB29\u00a0NWBK\u00a06016\u00a01331\u00a09268\u00a019");
  EXPECT_EQ(account_text(Language::en, {"UK.OBIE.PAN", "x", "R7"}), "x, roll number R7")
      << "unknown schemes stand as they are";
  EXPECT_EQ(account_text(Language::en, {"UK.OBIE.SortCodeAccountNumber", "0808002132569", ""}), "0808002132569");
}

TEST(TermsShown, OfAPaymentAbroadTellWhatArrivesAtWhatRateAndWhoPaysTheCharges) {
  consent::PaymentTerms terms = payment("100.00");
  terms.cross_border = consent::CrossBorder{
      .transfer = *base::Currency::parse("EUR"),
      .charge_bearer = "Shared",
      .country = "FR",
      .exchange = consent::ExchangeRate{
          .unit = *base::Currency::parse("GBP"), .rate = "1.18", .type = "Agreed", .contract = "FX-7"}};
  const auto shown = terms_shown(Language::en, ConsentKind::international_payment, terms, "Demo Pay");
  EXPECT_EQ(line(shown, "received-in"), "EUR");
  EXPECT_EQ(line(shown, "exchange-rate"), "1 GBP = 1.18 EUR, as agreed under FX-7");
  EXPECT_EQ(line(shown, "country"), "FR");
  EXPECT_EQ(line(shown, "charges"), "shared: each pays their own bank");

  terms.cross_border->exchange->unit = *base::Currency::parse("EUR");
  terms.cross_border->exchange->rate = "0.85";
  EXPECT_EQ(line(terms_shown(Language::de, ConsentKind::international_payment, terms, "Demo Pay"), "exchange-rate"),
            "1 EUR = 0.85 GBP, vereinbart unter FX-7");
  terms.cross_border->exchange.reset();
  EXPECT_EQ(line(terms_shown(Language::en, ConsentKind::international_payment, terms, "Demo Pay"), "exchange-rate"),
            "your bank’s rate when it pays");
  terms.cross_border->transfer = *base::Currency::parse("GBP");
  const auto same = terms_shown(Language::en, ConsentKind::international_payment, terms, "Demo Pay");
  EXPECT_EQ(line(same, "received-in"), "absent");
  EXPECT_EQ(line(same, "exchange-rate"), "absent");
}

TEST(TermsShown, OfAPaymentNamesAmountPayeeAccountReferenceAndDate) {
  consent::PaymentTerms terms = payment("42.00");
  terms.reference = "INV 7";
  const auto shown = terms_shown(Language::en, ConsentKind::domestic_payment, terms, "Demo Pay");
  EXPECT_EQ(shown.title, "Pay £42.00 to Ealing Books?");
  EXPECT_EQ(line(shown, "amount"), "£42.00");
  EXPECT_EQ(line(shown, "payee"), "Ealing Books");
  EXPECT_EQ(line(shown, "payee-account"), "Sort code 08-08-00, account 21325698");
  EXPECT_EQ(line(shown, "reference"), "INV 7");
  EXPECT_EQ(line(shown, "date"), "as soon as you agree");
  EXPECT_EQ(line(shown, "debtor"), "absent");

  terms.execution = std::chrono::sys_days{std::chrono::year{2026} / 12 / 24};
  EXPECT_EQ(line(terms_shown(Language::en, ConsentKind::domestic_scheduled_payment, terms, "Demo Pay"), "date"),
            "24 December 2026");
}

TEST(TermsShown, OfAFileShowsTotalCountAndPayees) {
  consent::PaymentTerms terms = payment("300.00", {kShop, {"Other", kShop.account}});
  terms.batch = consent::FileBatch{12, "x"};
  const auto shown = terms_shown(Language::en, ConsentKind::file_payment, terms, "Payroll");
  EXPECT_EQ(shown.title, "Make 12 payments of £300.00 in total?");
  EXPECT_EQ(line(shown, "amount"), "£300.00");
  EXPECT_EQ(line(shown, "count"), "12");
  EXPECT_EQ(line(shown, "payee-2"), "Other");
}

TEST(TermsShown, OfAStandingOrderSaysHowOftenAndUntilWhen) {
  consent::PaymentTerms terms = payment("10.00");
  terms.standing_order = consent::StandingOrder{amount("20.00"), {}, "MNTH", {}, {}, ""};
  auto shown = terms_shown(Language::en, ConsentKind::domestic_standing_order, terms, "Demo");
  EXPECT_EQ(shown.title, "Set up a standing order of £20.00 to Ealing Books?");
  EXPECT_EQ(line(shown, "frequency"), "every month");
  EXPECT_EQ(line(shown, "first-payment"), "£10.00");
  EXPECT_EQ(line(shown, "recurring"), "£20.00");
  EXPECT_EQ(line(shown, "final-payment"), "goes on until you stop it");
  terms.standing_order->number_of_payments = "12";
  terms.standing_order->frequency = "IntrvlMnthDay:01:05";
  shown = terms_shown(Language::en, ConsentKind::domestic_standing_order, terms, "Demo");
  EXPECT_EQ(line(shown, "count"), "12");
  EXPECT_EQ(line(shown, "final-payment"), "absent");
  EXPECT_EQ(line(shown, "frequency"), "IntrvlMnthDay:01:05") << "what we cannot say for certain is not paraphrased";
}

TEST(TermsShown, OfVariableRecurringPaymentsPutsEveryLimitIntoWords) {
  consent::VrpTerms terms{{}, {}, amount("100.00"), {}, {}, {}, {}, ""};
  terms.limits = {{consent::PeriodType::month, consent::PeriodAlignment::calendar, amount("500.00")},
                  {consent::PeriodType::half_year, consent::PeriodAlignment::consent, amount("2000.00")}};
  const auto shown = terms_shown(Language::en, ConsentKind::domestic_vrp, terms, "Save It");
  EXPECT_EQ(shown.title, "Let Save It make payments within limits?");
  EXPECT_EQ(line(shown, "payee"), "any account that you name there");
  EXPECT_EQ(line(shown, "maximum"), "£100.00");
  EXPECT_EQ(line(shown, "limit-1"), "£500.00, counted by the calendar");
  EXPECT_EQ(line(shown, "limit-2"), "£2,000.00, counted from the day you agree");
}

TEST(TermsShown, OfAFundsConfirmationSaysThatNoBalanceIsSeen) {
  const consent::FundsTerms terms{kShop.account, "Alice Archer"};
  const auto shown = terms_shown(Language::en, ConsentKind::funds_confirmation, terms, "Card Co");
  EXPECT_NE(shown.lead.find("sees no balance"), std::string::npos);
  EXPECT_EQ(line(shown, "debtor"), "Alice Archer, Sort code 08-08-00, account 21325698");
}

TEST(TermsShown, OfAccountAccessIsNothing) {
  EXPECT_TRUE(terms_shown(Language::en, ConsentKind::account_access, {}, "Demo").lines.empty());
}

}  // namespace
}  // namespace gateway
