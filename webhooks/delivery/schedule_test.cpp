#include "webhooks/delivery/schedule.h"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/support/fakes.h"

namespace webhooks {
namespace {

using namespace std::chrono_literals;

TEST(RetrySchedule, TheStandardOneHasTenAttemptsOverSeventyFiveHours) {
  const RetrySchedule schedule = RetrySchedule::standard();
  EXPECT_EQ(schedule.attempts(), 10u);
  EXPECT_EQ(std::accumulate(schedule.waits.begin(), schedule.waits.end(), 0s), 75h + 35min + 5s);
  EXPECT_EQ(schedule.waits.front(), 0s);
}

TEST(RetrySchedule, ASettingNamesTheWaitsAfterTheFirstAttempt) {
  EXPECT_EQ(RetrySchedule::after_first({1s, 2s}).waits, (std::vector<std::chrono::seconds>{0s, 1s, 2s}));
  EXPECT_EQ(RetrySchedule::after_first({}).attempts(), 1u);
}

TEST(Jitter, StaysWithinItsBoundsAndReachesBothSides) {
  tests::SeededEntropy entropy;
  int least = 1000, most = -1000;
  for (int i = 0; i < 5000; ++i) {
    const int drawn = draw_jitter_permille(entropy, 200);
    ASSERT_GE(drawn, -200);
    ASSERT_LE(drawn, 200);
    least = std::min(least, drawn);
    most = std::max(most, drawn);
  }
  EXPECT_LT(least, -190);
  EXPECT_GT(most, 190);
  EXPECT_EQ(draw_jitter_permille(entropy, 0), 0);
}

TEST(Jitter, IsAShareOfTheWait) {
  EXPECT_EQ(jittered(100s, 200), 120s);
  EXPECT_EQ(jittered(100s, -200), 80s);
  EXPECT_EQ(jittered(0s, 200), 0s);
  EXPECT_EQ(jittered(24h, 1), 24h + 86400ms);
}

}  // namespace
}  // namespace webhooks
