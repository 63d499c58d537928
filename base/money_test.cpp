#include "base/money.h"

#include <gtest/gtest.h>

#include <limits>

namespace base {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();

TEST(Currency, KnowsTheExponentsOfIso4217) {
  EXPECT_EQ(Currency::parse("GBP")->exponent(), 2);
  EXPECT_EQ(Currency::parse("JPY")->exponent(), 0);
  EXPECT_EQ(Currency::parse("KWD")->exponent(), 3);
  EXPECT_EQ(Currency::parse("EUR")->code(), "EUR");
}

TEST(Currency, RefusesWhatIsNotInTheTable) {
  for (const char* code : {"", "gbp", "GB", "GBPX", "XXX", "AAA", "ZZZ", " GBP"})
    EXPECT_FALSE(Currency::parse(code)) << code;
}

TEST(Amount, WritesExactlyTheDecimalsOfItsCurrency) {
  struct Case {
    std::int64_t minor;
    const char* currency;
    const char* want;
  };
  for (const Case& c :
       {Case{1230, "GBP", "12.30"}, Case{-5, "GBP", "-0.05"}, Case{0, "GBP", "0.00"}, Case{100, "GBP", "1.00"},
        Case{500, "JPY", "500"}, Case{-7, "JPY", "-7"}, Case{1250, "KWD", "1.250"}, Case{9, "KWD", "0.009"},
        Case{kMax, "GBP", "92233720368547758.07"}, Case{kMin, "GBP", "-92233720368547758.08"}}) {
    EXPECT_EQ(Amount::of_minor(c.minor, *Currency::parse(c.currency)).decimal(), c.want);
  }
  EXPECT_EQ(Amount::of_minor(-1230, *Currency::parse("GBP")).unsigned_decimal(), "12.30");
}

TEST(Amount, ReadsBackWhatItWrites) {
  for (const char* currency : {"JPY", "GBP", "KWD"}) {
    for (const std::int64_t minor :
         {kMin, kMin + 1, std::int64_t{-1000}, std::int64_t{-1}, std::int64_t{0}, std::int64_t{99}, kMax}) {
      const Amount amount = Amount::of_minor(minor, *Currency::parse(currency));
      EXPECT_EQ(Amount::parse(amount.decimal(), amount.currency()), amount);
    }
  }
}

TEST(Amount, ReadsFewerDecimalsThanTheCurrencyHas) {
  EXPECT_EQ(Amount::parse("12", *Currency::parse("GBP"))->minor(), 1200);
  EXPECT_EQ(Amount::parse("12.3", *Currency::parse("GBP"))->minor(), 1230);
  EXPECT_EQ(Amount::parse("007.5", *Currency::parse("KWD"))->minor(), 7500);
}

TEST(Amount, RefusesWhatIsNoAmount) {
  struct Case {
    const char* text;
    const char* currency;
    MoneyError want;
  };
  for (const Case& c :
       {Case{"", "GBP", MoneyError::malformed}, Case{"-", "GBP", MoneyError::malformed},
        Case{"+1", "GBP", MoneyError::malformed}, Case{"1.", "GBP", MoneyError::malformed},
        Case{".5", "GBP", MoneyError::malformed}, Case{"1e3", "GBP", MoneyError::malformed},
        Case{"1,5", "GBP", MoneyError::malformed}, Case{" 1", "GBP", MoneyError::malformed},
        Case{"--1", "GBP", MoneyError::malformed}, Case{"1.2.3", "GBP", MoneyError::malformed},
        Case{"1.234", "GBP", MoneyError::too_many_decimals}, Case{"1.0", "JPY", MoneyError::too_many_decimals},
        Case{"92233720368547758.08", "GBP", MoneyError::overflow},
        Case{"-92233720368547758.09", "GBP", MoneyError::overflow},
        Case{"99999999999999999999999", "JPY", MoneyError::overflow}}) {
    const auto amount = Amount::parse(c.text, *Currency::parse(c.currency));
    ASSERT_FALSE(amount) << c.text;
    EXPECT_EQ(amount.error(), c.want) << c.text;
  }
}

TEST(Amount, NeverMixesCurrencies) {
  const Amount pounds = Amount::of_minor(1, *Currency::parse("GBP"));
  const Amount euros = Amount::of_minor(1, *Currency::parse("EUR"));
  EXPECT_EQ(pounds.plus(euros).error(), MoneyError::mixed_currencies);
  EXPECT_EQ(pounds.minus(euros).error(), MoneyError::mixed_currencies);
}

TEST(Amount, NeverWrapsAround) {
  const Currency gbp = *Currency::parse("GBP");
  EXPECT_EQ(Amount::of_minor(kMax, gbp).plus(Amount::of_minor(1, gbp)).error(), MoneyError::overflow);
  EXPECT_EQ(Amount::of_minor(kMin, gbp).minus(Amount::of_minor(1, gbp)).error(), MoneyError::overflow);
  EXPECT_EQ(Amount::of_minor(kMin, gbp).negated().error(), MoneyError::overflow);
  EXPECT_EQ(Amount::of_minor(kMax - 1, gbp).plus(Amount::of_minor(1, gbp))->minor(), kMax);
  EXPECT_EQ(Amount::of_minor(5, gbp).negated()->minor(), -5);
}

}  // namespace
}  // namespace base
