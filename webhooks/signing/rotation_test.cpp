#include "webhooks/signing/rotation.h"

#include <gtest/gtest.h>

namespace webhooks {
namespace {

using namespace std::chrono_literals;

const base::Instant kNow{std::chrono::sys_days(std::chrono::year(2026) / 3 / 1)};

SigningKeyRecord key(std::string id, base::Instant at = kNow) { return {std::move(id), "sealed", at, std::nullopt}; }

std::vector<std::string> signing(const SigningKeys& keys, base::Instant at) {
  std::vector<std::string> ids{keys.current.id};
  for (const auto& old : keys.old) {
    if (signs_at(old, at)) ids.push_back(old.id);
  }
  return ids;
}

TEST(Rotation, TheFormerKeySignsUntilItsOverlapEnds) {
  const auto keys = rotate({key("a"), {}}, key("b"), kNow, 24h);
  ASSERT_TRUE(keys.has_value());
  EXPECT_EQ(signing(*keys, kNow), (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(signing(*keys, kNow + 24h - 1us), (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(signing(*keys, kNow + 24h), (std::vector<std::string>{"b"}));
}

TEST(Rotation, RotatingTwiceGivesTheSecondFormerKeyItsFullOverlapAndKeepsTheFirstOnesEnd) {
  const auto once = rotate({key("a"), {}}, key("b"), kNow, 24h);
  const auto twice = rotate(*once, key("c"), kNow + 20h, 24h);
  ASSERT_TRUE(twice.has_value());
  EXPECT_EQ(signing(*twice, kNow + 20h), (std::vector<std::string>{"c", "b", "a"}));
  EXPECT_EQ(signing(*twice, kNow + 24h), (std::vector<std::string>{"c", "b"}));
  EXPECT_EQ(signing(*twice, kNow + 44h - 1us), (std::vector<std::string>{"c", "b"}));
  EXPECT_EQ(signing(*twice, kNow + 44h), (std::vector<std::string>{"c"}));
}

TEST(Rotation, WithoutOverlapTheFormerKeyStopsAtOnceAndOlderOnesKeepTheirs) {
  const auto once = rotate({key("a"), {}}, key("b"), kNow, 24h);
  const auto twice = rotate(*once, key("c"), kNow + 1h, 0s);
  ASSERT_TRUE(twice.has_value());
  EXPECT_EQ(signing(*twice, kNow + 1h), (std::vector<std::string>{"c", "a"}));
  EXPECT_EQ(twice->old.size(), 1u);
}

TEST(Rotation, RefusesOverlapsOutOfBounds) {
  EXPECT_TRUE(rotate({key("a"), {}}, key("b"), kNow, 7 * 24h).has_value());
  for (const std::chrono::seconds overlap : {std::chrono::seconds(-1), std::chrono::seconds(7 * 24h) + 1s}) {
    const auto refused = rotate({key("a"), {}}, key("b"), kNow, overlap);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error(), RotationRefusal::overlap_out_of_range);
  }
}

TEST(Rotation, KeepsTenOldKeysAndRefusesTheEleventhUntilOneEnded) {
  SigningKeys keys{key("k0"), {}};
  for (int i = 1; i <= 10; ++i) {
    auto next = rotate(keys, key("k" + std::to_string(i)), kNow + std::chrono::minutes(i), 24h);
    ASSERT_TRUE(next.has_value()) << i;
    keys = std::move(*next);
  }
  EXPECT_EQ(keys.old.size(), 10u);
  const auto refused = rotate(keys, key("k11"), kNow + 1h, 24h);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error(), RotationRefusal::too_many_old_keys);
  EXPECT_TRUE(rotate(keys, key("k11"), kNow + 24h + 1min, 24h).has_value());
}

}  // namespace
}  // namespace webhooks
