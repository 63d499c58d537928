#include "policy/exemptions/fraud_rate.h"

#include <gtest/gtest.h>

namespace policy {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year;

constexpr std::int64_t kRate = 1300;  // 0.13 %

// One letter a quarter: '+' above the rate, '-' at it, ' ' a quarter that is missing.
std::vector<FraudQuarter> history(std::string_view letters) {
  constexpr std::array kFirst{1U, 4U, 7U, 10U};
  std::vector<FraudQuarter> all;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    if (letters[i] == ' ') continue;
    const sys_days begins = year(2024 + static_cast<int>(i / 4)) / static_cast<int>(kFirst[i % 4]) / 1;
    all.push_back({begins, 1'000'000, letters[i] == '+' ? kRate + 1 : kRate});
  }
  return all;
}

// [RTS-SCA-19.1]
TEST(FraudRate, IsComparedExactly) {
  EXPECT_FALSE(above({sys_days(), 1'000'000, 1300}, kRate));
  EXPECT_TRUE(above({sys_days(), 1'000'000, 1301}, kRate));
  EXPECT_FALSE(above({sys_days(), 1'000'001, 1300}, kRate));
  EXPECT_TRUE(above({sys_days(), 999'999, 1300}, kRate));
  EXPECT_FALSE(above({sys_days(), 0, 0}, kRate)) << "nothing was paid";
  EXPECT_TRUE(above({sys_days(), INT64_MAX, INT64_MAX}, kRate));
  EXPECT_FALSE(above({sys_days(), INT64_MAX, INT64_MAX / 1'000'000 * 1300}, kRate));
}

// [RTS-SCA-20.1], [RTS-SCA-20.2]
TEST(FraudRate, TwoConsecutiveQuartersAboveStopAndOneGoodQuarterStartsAgain) {
  const std::pair<const char*, BandState> cases[] = {
      {"", BandState::unproven},
      {"-", BandState::usable},
      {"+", BandState::stopped},  // never below: it may not begin
      {"-+", BandState::usable_and_reported},
      {"-++", BandState::stopped},
      {"-+-+", BandState::usable_and_reported},
      {"-+-++", BandState::stopped},
      {"-+++", BandState::stopped},
      {"-++-", BandState::usable},
      {"-++-+", BandState::usable_and_reported},
      {"-++-++", BandState::stopped},
      {"-+ +", BandState::usable_and_reported},  // a quarter between them is missing
      {"-+ ++", BandState::stopped},
      {"++-", BandState::usable},
  };
  for (const auto& [letters, state] : cases) EXPECT_EQ(band_state(history(letters), kRate), state) << letters;
}

TEST(FraudRate, BandsStopOneByOne) {
  const auto at = [](std::vector<std::int64_t> fraud) {
    std::vector<FraudQuarter> all;
    sys_days begins = year(2024) / 1 / 1;
    for (const auto one : fraud) {
      all.push_back({begins, 1'000'000, one});
      begins += days(91);
    }
    return all;
  };
  const auto most = [&](std::vector<std::int64_t> fraud) {
    return largest_exempt_minor(Region::eu, Instrument::card, at(std::move(fraud))).value_or(0);
  };
  EXPECT_EQ(most({}), 0);
  EXPECT_EQ(most({100}), 50000);
  EXPECT_EQ(most({100, 101}), 50000) << "one quarter above is reported";
  EXPECT_EQ(most({100, 101, 101}), 25000) << "two end the highest band alone";
  EXPECT_EQ(most({100, 700, 700}), 10000);
  EXPECT_EQ(most({100, 1301, 1301}), 0);
  EXPECT_EQ(most({100, 1301, 1301, 600}), 25000);
}

// Whatever the history: a band with a higher rate is never worse off than one with a lower.
TEST(FraudRate, AStricterBandIsNeverMoreUsable) {
  const auto usable = [](BandState s) { return s == BandState::usable || s == BandState::usable_and_reported; };
  for (unsigned bits = 0; bits < 4096; ++bits) {
    std::vector<FraudQuarter> all;
    sys_days begins = year(2020) / 1 / 1;
    for (unsigned quarter = 0; quarter < 6; ++quarter) {
      constexpr std::array<std::int64_t, 4> kFraud{50, 101, 601, 1301};
      all.push_back({begins, 1'000'000, kFraud[bits >> (2 * quarter) & 3]});
      begins += days(91);
    }
    EXPECT_TRUE(!usable(band_state(all, 100)) || usable(band_state(all, 600))) << bits;
    EXPECT_TRUE(!usable(band_state(all, 600)) || usable(band_state(all, 1300))) << bits;
  }
}

}  // namespace
}  // namespace policy
