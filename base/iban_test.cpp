#include "base/iban.h"

#include <gtest/gtest.h>

#include <sstream>

namespace base {
namespace {

template <class T>
concept Streamable = requires(std::ostream& out, const T& value) {
  out << value;
};
static_assert(!Streamable<Iban>, "an IBAN is personal data: it must not reach a log by accident");

TEST(Iban, AcceptsTheRegistrysExamples) {
  for (const char* text : {"GB29NWBK60161331926819", "DE89370400440532013000", "FR1420041010050500013M02606",
                           "NO9386011117947", "MT84MALT011000012345MTLCAST001S", "LC55HEMM000100010012001200023015"}) {
    const auto iban = Iban::parse(text);
    ASSERT_TRUE(iban) << text;
    EXPECT_EQ(iban->reveal(), text);
  }
}

TEST(Iban, AcceptsThePrintedForm) {
  EXPECT_EQ(Iban::parse("GB29 NWBK 6016 1331 9268 19")->reveal(), "GB29NWBK60161331926819");
  EXPECT_EQ(Iban::parse("NO93 8601 1117 947")->reveal(), "NO9386011117947");
}

TEST(Iban, RefusesEverythingElse) {
  struct Case {
    const char* text;
    IbanError want;
  };
  for (const Case& c :
       {Case{"", IbanError::malformed}, Case{"GB29", IbanError::malformed},
        Case{"gb29NWBK60161331926819", IbanError::malformed}, Case{"GB29nwbk60161331926819", IbanError::malformed},
        Case{"GB29-NWBK-6016-1331-9268-19", IbanError::malformed},
        Case{"GB29 NWBK 6016 1331 9268 19 ", IbanError::malformed},
        Case{"GB 29NWBK60161331926819", IbanError::malformed},
        Case{"GB29  NWBK 6016 1331 9268 19", IbanError::malformed},
        Case{"G129NWBK60161331926819", IbanError::malformed}, Case{"GBA9NWBK60161331926819", IbanError::malformed},
        Case{"GB29NWBK601613319268190000000000000", IbanError::malformed},
        Case{"US29NWBK60161331926819", IbanError::unknown_country},
        Case{"GB29NWBK6016133192681", IbanError::wrong_length},
        Case{"GB29NWBK601613319268199", IbanError::wrong_length},
        Case{"GB28NWBK60161331926819", IbanError::wrong_check_digits},
        Case{"GB29NWBK60161331926818", IbanError::wrong_check_digits},
        Case{"GB29NWBK60161331926891", IbanError::wrong_check_digits}}) {
    const auto iban = Iban::parse(c.text);
    ASSERT_FALSE(iban) << c.text;
    EXPECT_EQ(iban.error(), c.want) << c.text;
  }
}

TEST(Iban, RefusesCheckDigitsThatAreNeverIssuedThoughTheyAreCongruent) {
  // 00, 01 and 99 leave the same rest as 97, 98 and 02.
  int refused = 0;
  for (int account = 0; account < 2000; ++account) {
    std::string bban = "NWBK60161300000000";
    const std::string number = std::to_string(account);
    bban.replace(bban.size() - number.size(), number.size(), number);
    const std::string issued = Iban::from_bban("GB", bban)->reveal();
    const std::string check = issued.substr(2, 2);
    const std::string twin = check == "97" ? "00" : check == "98" ? "01" : check == "02" ? "99" : "";
    if (twin.empty()) continue;
    EXPECT_EQ(Iban::parse("GB" + twin + bban).error(), IbanError::wrong_check_digits);
    ++refused;
  }
  EXPECT_GT(refused, 0);
}

TEST(Iban, ComputesCheckDigits) {
  EXPECT_EQ(Iban::from_bban("GB", "NWBK60161331926819")->reveal(), "GB29NWBK60161331926819");
  EXPECT_FALSE(Iban::from_bban("GB", "NWBK"));
  EXPECT_FALSE(Iban::from_bban("gb", "NWBK60161331926819"));
  EXPECT_FALSE(Iban::from_bban("GB", "NWBK6016133192681 "));
}

TEST(Iban, MaskedFormShowsCountryAndLastFour) {
  EXPECT_EQ(Iban::parse("GB29NWBK60161331926819")->masked(), "GB•• •••• 6819");
  EXPECT_EQ(masked_number("60161331926819"), "•••• 6819");
  EXPECT_EQ(masked_number("1234567"), "••••");
  EXPECT_EQ(masked_number(""), "••••");
}

}  // namespace
}  // namespace base
