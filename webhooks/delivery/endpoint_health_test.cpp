#include "webhooks/delivery/endpoint_health.h"

#include <gtest/gtest.h>

namespace webhooks {
namespace {

using namespace std::chrono_literals;

const base::Instant kNow{std::chrono::sys_days(std::chrono::year(2026) / 3 / 1)};

TEST(EndpointHealth, FiveDaysOfFailuresAfterTheClockStartedDisable) {
  EndpointHealth health;
  EXPECT_EQ(note_failure(health, kNow), HealthVerdict::keep);
  EXPECT_EQ(note_failure(health, kNow + 1h), HealthVerdict::keep);
  EXPECT_EQ(note_failure(health, kNow + 12h), HealthVerdict::keep);
  ASSERT_EQ(health.failing_since, kNow + 12h);
  EXPECT_EQ(note_failure(health, kNow + 12h + 120h - 1us), HealthVerdict::keep);
  EXPECT_EQ(note_failure(health, kNow + 12h + 120h), HealthVerdict::disable);
}

TEST(EndpointHealth, FailuresCloseTogetherDoNotStartTheClock) {
  EndpointHealth health;
  for (int minute = 0; minute < 700; ++minute) note_failure(health, kNow + std::chrono::minutes(minute));
  EXPECT_FALSE(health.failing_since.has_value());
}

TEST(EndpointHealth, FailuresFarApartDoNotStartTheClock) {
  EndpointHealth health;
  for (int day = 0; day < 30; ++day) {
    EXPECT_EQ(note_failure(health, kNow + day * 25h), HealthVerdict::keep);
  }
  EXPECT_FALSE(health.failing_since.has_value());
}

TEST(EndpointHealth, TwoFailuresAreNotSeveral) {
  EndpointHealth health;
  note_failure(health, kNow);
  note_failure(health, kNow + 13h);
  EXPECT_FALSE(health.failing_since.has_value());
}

TEST(EndpointHealth, OneSuccessResetsEverything) {
  EndpointHealth health;
  note_failure(health, kNow);
  note_failure(health, kNow + 6h);
  note_failure(health, kNow + 12h);
  ASSERT_TRUE(health.failing_since.has_value());
  note_success(health);
  EXPECT_EQ(health.failures_in_row, 0);
  EXPECT_EQ(note_failure(health, kNow + 200h), HealthVerdict::keep);
  EXPECT_FALSE(health.failing_since.has_value());
}

}  // namespace
}  // namespace webhooks
