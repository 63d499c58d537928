#include "connectors/sandbox/history.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

namespace connectors {
namespace {

const base::Instant kEnd =
    base::Instant(std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)) + std::chrono::hours(15);

TEST(History, IsTheSameEachTime) {
  const auto one = history("a", AccountRole::everyday, kEnd), two = history("a", AccountRole::everyday, kEnd);
  ASSERT_EQ(one.size(), two.size());
  for (std::size_t i = 0; i < one.size(); ++i) {
    EXPECT_EQ(one[i].label, two[i].label);
    EXPECT_EQ(one[i].amount_minor, two[i].amount_minor);
    EXPECT_EQ(one[i].booked, two[i].booked);
  }
}

TEST(History, OfADateDoesNotDependOnWhenItIsTold) {
  std::map<std::string, std::int64_t> earlier;
  for (const auto& event : history("a", AccountRole::everyday, kEnd - std::chrono::days(30)))
    earlier[event.label] = event.amount_minor;
  int compared = 0;
  for (const auto& event : history("a", AccountRole::everyday, kEnd)) {
    if (!earlier.contains(event.label) || event.label.starts_with("opening")) continue;
    EXPECT_EQ(earlier[event.label], event.amount_minor);
    ++compared;
  }
  EXPECT_GT(compared, 500);
}

TEST(History, CoversTwoYearsAndEndsNow) {
  for (const AccountRole role : {AccountRole::everyday, AccountRole::savings, AccountRole::euro_travel}) {
    const auto events = history("a", role, kEnd);
    std::set<std::string> labels;
    for (const auto& event : events) {
      EXPECT_LE(event.happened, kEnd);
      EXPECT_LE(event.happened, event.booked);
      EXPECT_NE(event.amount_minor, 0);
      EXPECT_FALSE(event.contra.empty());
      EXPECT_TRUE(labels.insert(event.label).second) << event.label;
    }
    EXPECT_LE(events.front().booked, kEnd - kHistoryLength + std::chrono::days(1));
    EXPECT_GT(events.size(), 40u);
  }
}

TEST(History, HasAllKindsAndSomePending) {
  std::set<std::string> kinds;
  int pending = 0;
  for (const auto& event : history("alice/current", AccountRole::everyday, kEnd)) {
    kinds.insert(event.proprietary_code);
    pending += event.booked > kEnd;
  }
  for (const char* kind : {"SALARY", "SO", "DD", "CARD", "TFR"}) EXPECT_TRUE(kinds.contains(kind)) << kind;
  EXPECT_GT(pending, 0);
}

TEST(History, NobodyFallsIntoDebt) {
  for (const char* name : {"alice/current", "bob/current", "carol/current", "erin/current", "joint/current"}) {
    std::int64_t balance = 0;
    for (const auto& event : history(name, AccountRole::everyday, kEnd)) {
      balance += event.amount_minor;
      EXPECT_GE(balance, 0) << name << " " << event.label;
    }
  }
}

}  // namespace
}  // namespace connectors
