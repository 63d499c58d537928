#include "oauth/tokens/verified_tokens.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace oauth {
namespace {

AccessToken token(const std::string& jti) {
  AccessToken made;
  made.jti = jti;
  return made;
}

TEST(VerifiedTokens, FindsATokenByItsWholeHashAlone) {
  VerifiedTokens verified;
  EXPECT_EQ(verified.find("hash"), nullptr);
  verified.keep("hash", token("one"));
  ASSERT_NE(verified.find("hash"), nullptr);
  EXPECT_EQ(verified.find("hash")->jti, "one");
  EXPECT_EQ(verified.find("has"), nullptr);
  EXPECT_EQ(verified.find("hash2"), nullptr);
  EXPECT_EQ(verified.find(""), nullptr);
}

TEST(VerifiedTokens, KeepsACopyThatOutlivesItsPlace) {
  VerifiedTokens verified;
  AccessToken given = token("one");
  verified.keep("hash", given);
  given.jti = "changed";
  const auto held = verified.find("hash");
  ASSERT_NE(held, nullptr);
  for (std::size_t i = 0; i < 2 * VerifiedTokens::kMost; ++i) verified.keep(std::to_string(i), token("other"));
  EXPECT_EQ(held->jti, "one");
}

TEST(VerifiedTokens, IsBoundedAndTheNewestIsThere) {
  VerifiedTokens verified;
  const std::size_t all = VerifiedTokens::kMost + 100;
  for (std::size_t i = 0; i < all; ++i) {
    verified.keep(std::to_string(i), token(std::to_string(i)));
    ASSERT_NE(verified.find(std::to_string(i)), nullptr) << i;
  }
  std::size_t found = 0;
  for (std::size_t i = 0; i < all; ++i) {
    const auto kept = verified.find(std::to_string(i));
    if (!kept) continue;
    ++found;
    EXPECT_EQ(kept->jti, std::to_string(i));
  }
  EXPECT_EQ(found, VerifiedTokens::kMost);
}

TEST(VerifiedTokens, ManyThreadsNeverFindAnothersToken) {
  VerifiedTokens verified;
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < 500; ++i) {
        const std::string name = std::to_string((t + i) % 11);
        verified.keep(name, token(name));
        const auto found = verified.find(name);
        if (!found || found->jti != name) ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong.load(), 0);
}

}  // namespace
}  // namespace oauth
