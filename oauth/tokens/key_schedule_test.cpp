#include "oauth/tokens/key_schedule.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace oauth {
namespace {

using namespace std::chrono_literals;

const base::Instant kStart{std::chrono::seconds(1'780'000'000)};
constexpr std::chrono::seconds kTokenLife{300};

// The job, as key_ring runs it: a successor is published, and what came before is told when to go.
void run_job(const KeySchedule& schedule, std::vector<KeyDates>& keys, base::Instant now) {
  const auto activates_at = due_successor(schedule, keys, now);
  if (!activates_at) return;
  for (auto& key : keys) {
    if (!key.retires_at) key.retires_at = *activates_at + schedule.overlap;
  }
  keys.push_back({"k" + std::to_string(keys.size()), now, *activates_at, std::nullopt, std::nullopt});
}

std::set<std::string> published(const std::vector<KeyDates>& keys, base::Instant now) {
  std::set<std::string> kids;
  for (const auto& key : keys) {
    if (is_published(key, now)) kids.insert(key.kid);
  }
  return kids;
}

// Attack 47. A verifier refetches only when its copy is older than max-age; nodes see a change up to refresh_period
// late (a fetch may be answered, and a token signed, from a snapshot that old); the job is late by up to a day. In two
// years of simulated time no verifier meets a kid it does not have, and no token outlives its key.
TEST(KeySchedule, AVerifierWithACachedJwksNeverMeetsAnUnknownKid) {
  for (unsigned seed = 1; seed <= 10; ++seed) {
    std::mt19937 random(seed);
    KeySchedule schedule;
    schedule.jwks_max_age = std::chrono::seconds(60 + random() % 3600);
    schedule.refresh_period = std::chrono::seconds(1 + random() % 60);
    schedule.publish_lead = schedule.jwks_max_age + 2 * schedule.refresh_period + std::chrono::seconds(random() % 600);
    schedule.overlap = kTokenLife + 2 * schedule.refresh_period;
    schedule.active_period = schedule.publish_lead + std::chrono::hours(1 + random() % 72);
    ASSERT_TRUE(schedule.sound(kTokenLife));

    std::vector<KeyDates> keys;
    run_job(schedule, keys, kStart);
    std::set<std::string> cached = published(keys, kStart);
    base::Instant fetched = kStart;
    base::Instant next_job = kStart;
    struct Token {
      std::string kid;
      base::Instant ends;
    };
    std::vector<Token> tokens;
    for (base::Instant now = kStart; now < kStart + 24h * 30; now += std::chrono::seconds(60 + random() % 600)) {
      if (now >= next_job) {
        run_job(schedule, keys, now);
        next_job = now + std::chrono::seconds(60 + (random() % 10 == 0 ? random() % 86400 : 0));
      }
      const KeyDates* active = active_key(keys, now);
      ASSERT_NE(active, nullptr);
      // What a node that has not reread for a whole period knows.
      std::vector<KeyDates> known;
      for (const auto& key : keys) {
        if (key.published_at + schedule.refresh_period <= now || key.published_at == kStart) known.push_back(key);
      }
      const KeyDates* signs = active_key(known, now);
      ASSERT_NE(signs, nullptr);
      ASSERT_EQ(signs->kid, active->kid) << "nodes disagree about who signs";
      if (now >= fetched + schedule.jwks_max_age) {
        cached = published(known, now);
        fetched = now;
      }
      ASSERT_TRUE(cached.contains(signs->kid)) << "seed " << seed;
      tokens.push_back({signs->kid, now + kTokenLife});
      std::erase_if(tokens, [&](const Token& token) { return token.ends <= now; });
      const std::set<std::string> now_published = published(keys, now);
      for (const auto& token : tokens) ASSERT_TRUE(now_published.contains(token.kid)) << "seed " << seed;
    }
    EXPECT_GT(keys.size(), 5u);
  }
}

TEST(KeySchedule, AnUnsoundScheduleIsKnown) {
  EXPECT_TRUE(KeySchedule{}.sound(kTokenLife));
  KeySchedule short_lead;
  short_lead.publish_lead = short_lead.jwks_max_age;
  EXPECT_FALSE(short_lead.sound(kTokenLife));
  KeySchedule short_overlap;
  short_overlap.overlap = kTokenLife;
  EXPECT_FALSE(short_overlap.sound(kTokenLife));
  KeySchedule no_time_to_sign;
  no_time_to_sign.active_period = no_time_to_sign.publish_lead;
  EXPECT_FALSE(no_time_to_sign.sound(kTokenLife));
}

TEST(KeySchedule, StatesFollowFromTheDates) {
  const KeySchedule schedule;
  std::vector<KeyDates> keys;
  run_job(schedule, keys, kStart);
  EXPECT_EQ(state_of(keys[0], keys, kStart), KeyState::active);
  EXPECT_EQ(due_successor(schedule, keys, kStart), std::nullopt);
  const base::Instant due = kStart + schedule.active_period - schedule.publish_lead;
  EXPECT_EQ(due_successor(schedule, keys, due - 1s), std::nullopt);
  run_job(schedule, keys, due);
  ASSERT_EQ(keys.size(), 2u);
  EXPECT_EQ(keys[1].activates_at, kStart + schedule.active_period);
  EXPECT_EQ(state_of(keys[1], keys, due), KeyState::published);
  EXPECT_EQ(due_successor(schedule, keys, due + 1s), std::nullopt);
  const base::Instant change = keys[1].activates_at;
  EXPECT_EQ(state_of(keys[0], keys, change - 1us), KeyState::active);
  EXPECT_EQ(state_of(keys[0], keys, change), KeyState::retiring);
  EXPECT_EQ(state_of(keys[1], keys, change), KeyState::active);
  EXPECT_EQ(state_of(keys[0], keys, change + schedule.overlap), KeyState::retired);
  keys[1].compromised_at = change + 1s;
  EXPECT_EQ(state_of(keys[1], keys, change + 2s), KeyState::compromised);
  EXPECT_EQ(active_key(keys, change + 2s)->kid, keys[0].kid);
}

}  // namespace
}  // namespace oauth
