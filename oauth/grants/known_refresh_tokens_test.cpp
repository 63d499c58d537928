#include "oauth/grants/known_refresh_tokens.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace oauth {
namespace {

const base::BrandId kBrand("brand");
const base::BrandId kOtherBrand("other");

std::string hash_of(std::size_t number) {
  const std::string digits = std::to_string(number);
  return std::string(32 - digits.size(), '0') + digits;
}

RefreshGrant live(const std::string& grant) {
  RefreshGrant read;
  read.token.grant = base::GrantId(grant);
  read.token.live = true;
  read.grant.id = base::GrantId(grant);
  return read;
}

TEST(KnownRefreshTokens, FindsWhatWasKeptUntilItIsForgotten) {
  KnownRefreshTokens known;
  EXPECT_EQ(known.find(kBrand, hash_of(1)), nullptr);
  known.keep(kBrand, hash_of(1), live("one"));
  ASSERT_NE(known.find(kBrand, hash_of(1)), nullptr);
  EXPECT_EQ(known.find(kBrand, hash_of(1))->grant.id, base::GrantId("one"));
  EXPECT_EQ(known.find(kBrand, hash_of(2)), nullptr);
  const auto held = known.find(kBrand, hash_of(1));
  known.forget(kBrand, hash_of(1));
  known.forget(kBrand, hash_of(1));
  EXPECT_EQ(known.find(kBrand, hash_of(1)), nullptr);
  EXPECT_EQ(held->grant.id, base::GrantId("one")) << "who has found one keeps it";
}

TEST(KnownRefreshTokens, BrandsDoNotShareTokens) {
  KnownRefreshTokens known;
  known.keep(kBrand, hash_of(1), live("one"));
  EXPECT_EQ(known.find(kOtherBrand, hash_of(1)), nullptr);
  known.forget(kOtherBrand, hash_of(1));
  EXPECT_NE(known.find(kBrand, hash_of(1)), nullptr);
}

TEST(KnownRefreshTokens, WhatIsOverIsNotKept) {
  KnownRefreshTokens known;
  RefreshGrant ended = live("one");
  ended.token.live = false;
  known.keep(kBrand, hash_of(1), ended);
  RefreshGrant replaced = live("two");
  replaced.token.replaced_at = base::Instant();
  known.keep(kBrand, hash_of(2), replaced);
  EXPECT_EQ(known.find(kBrand, hash_of(1)), nullptr);
  EXPECT_EQ(known.find(kBrand, hash_of(2)), nullptr);
}

TEST(KnownRefreshTokens, ANewOneTakesTheLastPlace) {
  KnownRefreshTokens known;
  const std::size_t all = KnownRefreshTokens::kMost + 10;
  for (std::size_t i = 0; i < all; ++i) {
    known.keep(kBrand, hash_of(i), live("one"));
    ASSERT_NE(known.find(kBrand, hash_of(i)), nullptr) << i;
  }
  std::size_t found = 0;
  for (std::size_t i = 0; i < all; ++i) found += known.find(kBrand, hash_of(i)) != nullptr ? 1 : 0;
  EXPECT_EQ(found, KnownRefreshTokens::kMost);
  // One that is there already displaces no other.
  known.keep(kBrand, hash_of(all - 1), live("one"));
  found = 0;
  for (std::size_t i = 0; i < all; ++i) found += known.find(kBrand, hash_of(i)) != nullptr ? 1 : 0;
  EXPECT_EQ(found, KnownRefreshTokens::kMost);
}

TEST(KnownRefreshTokens, ManyThreadsKeepFindAndForget) {
  KnownRefreshTokens known;
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < 500; ++i) {
        const std::size_t number = (t + i) % 7;
        known.keep(kBrand, hash_of(number), live(std::to_string(number)));
        const auto found = known.find(kBrand, hash_of(number));
        if (found && found->grant.id != base::GrantId(std::to_string(number))) ++wrong;
        if (i % 3 == 0) known.forget(kBrand, hash_of((number + 1) % 7));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong.load(), 0);
}

}  // namespace
}  // namespace oauth
