#include "consent/payment/payment_order.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>

#include "consent/payment/terms_json.h"

namespace consent {
namespace {

base::Amount gbp(const char* decimal) { return *base::Amount::parse(decimal, *base::Currency::parse("GBP")); }
base::Instant at(std::int64_t seconds) { return base::Instant(std::chrono::seconds(seconds)); }

PaymentTerms payment() {
  return {.amount = gbp("165.88"),
          .payees = {{"ACME Inc", {"UK.OBIE.SortCodeAccountNumber", "08080021325698", ""}}},
          .debtor = {},
          .reference = "FRESCO-101",
          .end_to_end = "FRESCO.21302.GFX.20",
          .local_instrument = "",
          .execution = {},
          .standing_order = {},
          .batch = {},
          .cross_border = {}};
}

VrpTerms vrp() {
  return {.payee = Payee{"ACME Inc", {"UK.OBIE.IBAN", "GB33BUKB20201555555555", ""}},
          .debtor = {},
          .maximum_individual = gbp("100.00"),
          .limits = {{PeriodType::month, PeriodAlignment::calendar, gbp("300.00")}},
          .valid_from = at(1000),
          .valid_to = at(2000),
          .types = {"UK.OBIE.VRPType.Sweeping"},
          .reference = "sweep"};
}

// [RTS-SCA-5.1d] "any change to the amount or the payee results in the invalidation of the authentication code": a code
// is bound to the hash, so every such change must change it.
TEST(TermsHash, ChangesWithWhateverTheCustomerAgreedToPay) {
  struct Case {
    const char* name;
    std::function<void(PaymentTerms&)> change;
  };
  const std::vector<Case> changes{
      {"amount", [](PaymentTerms& t) { t.amount = gbp("165.89"); }},
      {"currency", [](PaymentTerms& t) { t.amount = *base::Amount::parse("165.88", *base::Currency::parse("EUR")); }},
      {"payee's name", [](PaymentTerms& t) { t.payees[0].name = "ACME Ink"; }},
      {"payee's account", [](PaymentTerms& t) { t.payees[0].account.identification = "08080021325699"; }},
      {"payee's scheme", [](PaymentTerms& t) { t.payees[0].account.scheme = "UK.OBIE.PAN"; }},
      {"roll number", [](PaymentTerms& t) { t.payees[0].account.secondary = "0002"; }},
      {"a second payee", [](PaymentTerms& t) { t.payees.push_back(t.payees[0]); }},
      {"the currency that arrives",
       [](PaymentTerms& t) {
         t.cross_border = CrossBorder{*base::Currency::parse("EUR"), "", "", {}};
       }},
      {"who bears the charges",
       [](PaymentTerms& t) {
         t.cross_border = CrossBorder{*base::Currency::parse("GBP"), "BorneByDebtor", "", {}};
       }},
      {"the rate",
       [](PaymentTerms& t) {
         t.cross_border = CrossBorder{*base::Currency::parse("EUR"), "", "",
                                      ExchangeRate{*base::Currency::parse("GBP"), "1.18", "Agreed", "FX-7"}};
       }},
      {"another rate",
       [](PaymentTerms& t) {
         t.cross_border = CrossBorder{*base::Currency::parse("EUR"), "", "",
                                      ExchangeRate{*base::Currency::parse("GBP"), "1.17", "Agreed", "FX-7"}};
       }},
      {"a batch",
       [](PaymentTerms& t) {
         t.batch = FileBatch{3, "hash"};
       }},
      {"a standing order",
       [](PaymentTerms& t) {
         t.standing_order = StandingOrder{.recurring = {},
                                          .final = {},
                                          .frequency = "MNTH",
                                          .first_payment = {},
                                          .final_payment = {},
                                          .number_of_payments = ""};
       }},
  };
  std::set<std::string> seen{terms_hash(payment())};
  for (const Case& change : changes) {
    PaymentTerms terms = payment();
    change.change(terms);
    EXPECT_TRUE(seen.insert(terms_hash(terms)).second) << change.name;
  }
}

TEST(TermsHash, IsTheSameForWhatDynamicLinkingDoesNotBind) {
  PaymentTerms other = payment();
  other.reference = "another";
  other.end_to_end = "another";
  other.debtor = AccountIdentification{"UK.OBIE.IBAN", "GB33BUKB20201555555555", ""};
  EXPECT_EQ(terms_hash(other), terms_hash(payment()));
}

TEST(TermsHash, CannotBeMovedFromNameToAccountOrFromPayeeToPayee) {
  PaymentTerms a = payment();
  a.payees[0].name = "ACME";
  a.payees[0].account.scheme = "IncUK.OBIE";
  PaymentTerms b = payment();
  b.payees[0].name = "ACMEInc";
  b.payees[0].account.scheme = "UK.OBIE";
  EXPECT_NE(terms_hash(a), terms_hash(b));
}

TEST(TermsHash, OfVrpChangesWithEveryLimit) {
  std::set<std::string> seen{terms_hash(vrp())};
  const std::vector<std::function<void(VrpTerms&)>> changes{
      [](VrpTerms& t) { t.maximum_individual = gbp("100.01"); },
      [](VrpTerms& t) { t.limits[0].amount = gbp("300.01"); },
      [](VrpTerms& t) { t.limits[0].period = PeriodType::week; },
      [](VrpTerms& t) { t.limits[0].alignment = PeriodAlignment::consent; },
      [](VrpTerms& t) {
        t.limits.push_back({PeriodType::year, PeriodAlignment::consent, gbp("900.00")});
      },
      [](VrpTerms& t) { t.payee->name = "Other"; },
      [](VrpTerms& t) { t.payee.reset(); },
      [](VrpTerms& t) { t.valid_to = at(2001); },
      [](VrpTerms& t) { t.valid_from.reset(); },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    VrpTerms terms = vrp();
    changes[i](terms);
    EXPECT_TRUE(seen.insert(terms_hash(terms)).second) << i;
  }
}

TEST(TermsHash, IsEmptyForAccountAccessAlone) {
  EXPECT_EQ(terms_hash(Terms{}), "");
  EXPECT_EQ(terms_hash(payment()).size(), 43U);
  EXPECT_EQ(terms_hash(FundsTerms{{"UK.OBIE.IBAN", "GB33BUKB20201555555555", ""}, "Alice"}).size(), 43U);
}

TEST(TermsJson, GivesBackWhatItWasGiven) {
  PaymentTerms full = payment();
  full.debtor = AccountIdentification{"UK.OBIE.IBAN", "GB33BUKB20201555555555", "12"};
  full.local_instrument = "UK.OBIE.FPS";
  full.execution = at(1'800'000'000);
  full.standing_order = StandingOrder{gbp("1.00"), gbp("2.00"), "MNTH", at(5), at(6), "12"};
  full.batch = FileBatch{7, "aGFzaA=="};
  full.cross_border = CrossBorder{*base::Currency::parse("EUR"), "Shared", "FR",
                                  ExchangeRate{*base::Currency::parse("GBP"), "1.18", "Agreed", "FX-7"}};
  EXPECT_EQ(*terms_from_json(ConsentKind::domestic_payment, terms_to_json(full)), Terms(full));
  EXPECT_EQ(*terms_from_json(ConsentKind::file_payment, terms_to_json(payment())), Terms(payment()));
  EXPECT_EQ(*terms_from_json(ConsentKind::domestic_vrp, terms_to_json(vrp())), Terms(vrp()));
  const FundsTerms funds{{"UK.OBIE.IBAN", "GB33BUKB20201555555555", ""}, "Alice"};
  EXPECT_EQ(*terms_from_json(ConsentKind::funds_confirmation, terms_to_json(funds)), Terms(funds));
}

TEST(TermsJson, RefusesWhatIsNotExactlyTerms) {
  for (const char* text : {"", "{}", "[]", "null", R"({"debtor":{"scheme":"a","identification":"b","secondary":""}})",
                           R"({"debtor":{"scheme":"a","identification":"b","secondary":""},"debtor_name":"","more":1})",
                           R"({"debtor":{"scheme":"a","identification":"b","secondary":"","more":1},"debtor_name":""})",
                           R"({"debtor":{"scheme":1,"identification":"b","secondary":""},"debtor_name":""})"}) {
    EXPECT_FALSE(terms_from_json(ConsentKind::funds_confirmation, text)) << text;
  }
  EXPECT_FALSE(terms_from_json(ConsentKind::domestic_vrp, terms_to_json(payment())));
  EXPECT_FALSE(terms_from_json(ConsentKind::domestic_payment, terms_to_json(vrp())));
}

TEST(Terms, FitTheirOwnKindAlone) {
  EXPECT_TRUE(fits(Terms{}, ConsentKind::account_access));
  EXPECT_FALSE(fits(Terms{}, ConsentKind::domestic_payment));
  EXPECT_TRUE(fits(payment(), ConsentKind::domestic_payment));
  EXPECT_TRUE(fits(payment(), ConsentKind::file_payment));
  EXPECT_FALSE(fits(payment(), ConsentKind::domestic_vrp));
  EXPECT_TRUE(fits(vrp(), ConsentKind::domestic_vrp));
  EXPECT_FALSE(fits(vrp(), ConsentKind::funds_confirmation));
}

TEST(ConsentKindText, RoundTripsAndRefusesOtherWords) {
  for (const KindPolicy& policy : kind_policies()) EXPECT_EQ(consent_kind_from_text(policy.text), policy.kind);
  EXPECT_EQ(consent_kind_from_text("domestic-payment"), std::nullopt);
  EXPECT_EQ(kind_policy(ConsentKind::domestic_vrp).uses, Uses::many);
  EXPECT_EQ(kind_policy(ConsentKind::domestic_payment).uses, Uses::once);
}

TEST(PeriodText, RoundTrips) {
  for (const PeriodType type : {PeriodType::day, PeriodType::week, PeriodType::fortnight, PeriodType::month,
                                PeriodType::half_year, PeriodType::year}) {
    EXPECT_EQ(period_type_from_text(to_text(type)), type);
  }
  EXPECT_EQ(period_type_from_text("Decade"), std::nullopt);
  EXPECT_EQ(period_alignment_from_text("Calendar"), PeriodAlignment::calendar);
  EXPECT_EQ(period_alignment_from_text("calendar"), std::nullopt);
}

}  // namespace
}  // namespace consent
