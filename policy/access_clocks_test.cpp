#include "policy/access_clocks.h"

#include <gtest/gtest.h>

namespace policy {
namespace {

using std::chrono::days;
const base::Instant kStart{std::chrono::seconds(1'800'000'000)};
constexpr std::chrono::microseconds kBit{1};

// [RTS-SCA-10a.3]
TEST(AccessClocks, TheEuAsksForRenewalAfter180DaysAndTheUkForReconfirmationAfter90) {
  const AccessClocks& eu = access_clocks(Region::eu);
  const AccessClocks& uk = access_clocks(Region::uk);
  EXPECT_EQ(sca_valid_until(eu, kStart), kStart + days(180));
  EXPECT_EQ(sca_valid_until(uk, kStart), std::nullopt);
  EXPECT_EQ(reconfirm_by(eu, kStart, {}), std::nullopt);
  // [UK-RTS-36.6]
  EXPECT_EQ(reconfirm_by(uk, kStart, {}), kStart + days(90));
  EXPECT_EQ(reconfirm_by(uk, kStart, kStart + days(80)), kStart + days(170));
  EXPECT_EQ(sca_valid_until(eu, {}), std::nullopt);
}

TEST(AccessClocks, AnAuthorisationAfterAReconfirmationCountsFromItself) {
  EXPECT_EQ(reconfirm_by(access_clocks(Region::uk), kStart + days(10), kStart), kStart + days(100));
}

// [RTS-SCA-36.5b]
TEST(AccessClocks, BothAllowFourUnattendedUsesIn24Hours) {
  for (const Region region : {Region::eu, Region::uk}) {
    EXPECT_EQ(access_clocks(region).unattended_uses, 4);
    EXPECT_EQ(access_clocks(region).unattended_window, std::chrono::hours(24));
    EXPECT_EQ(region_from_text(to_text(region)), region);
  }
  EXPECT_EQ(region_from_text("us"), std::nullopt);
}

TEST(NextEnd, IsTheFirstOfTheClocks) {
  const AccessClocks& eu = access_clocks(Region::eu);
  EXPECT_EQ(next_end(eu, kStart + days(179), kStart, {})->by, EndsBy::expiry);
  EXPECT_EQ(next_end(eu, kStart + days(181), kStart, {})->by, EndsBy::sca_renewal);
  EXPECT_EQ(next_end(access_clocks(Region::uk), {}, kStart, {})->by, EndsBy::reconfirmation);
  EXPECT_FALSE(next_end(eu, {}, {}, {}).has_value());
}

TEST(Warnings, StandThirtySevenAndOneDayAhead) {
  const base::Instant end = kStart + days(100);
  EXPECT_EQ(next_warning(end, kStart), end - days(30));
  EXPECT_EQ(next_warning(end, end - days(30)), end - days(7));
  EXPECT_EQ(next_warning(end, end - days(7)), end - days(1));
  EXPECT_EQ(next_warning(end, end - days(1)), std::nullopt);
  EXPECT_EQ(warning_due(end, end - days(30) - kBit), std::nullopt);
  EXPECT_EQ(warning_due(end, end - days(30)), 30);
  EXPECT_EQ(warning_due(end, end - days(7) - kBit), 30);
  EXPECT_EQ(warning_due(end, end - days(7)), 7);
  EXPECT_EQ(warning_due(end, end - days(1)), 1);
  EXPECT_EQ(warning_due(end, end), std::nullopt);
}

}  // namespace
}  // namespace policy
