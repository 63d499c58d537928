#include "base/id.h"

#include <gtest/gtest.h>

#include <concepts>
#include <set>

#include "tests/support/fakes.h"

namespace base {
namespace {

constexpr Instant kStart{std::chrono::milliseconds(0x0123456789ab)};

static_assert(!std::convertible_to<std::string, ClientId>, "an id is made by name");
static_assert(!std::same_as<BrandId, BankId> && !std::convertible_to<BrandId, BankId>, "ids of two kinds do not mix");
static_assert(!std::equality_comparable_with<BrandId, BankId>);

// RFC 9562 section 5.7.
TEST(UuidV7, BearsTimeVersionAndVariant) {
  tests::SeededEntropy entropy;
  for (int i = 0; i < 200; ++i) {
    const std::string id = uuid_v7(kStart, entropy);
    ASSERT_TRUE(is_uuid(id)) << id;
    EXPECT_EQ(id.substr(0, 13), "01234567-89ab");
    EXPECT_EQ(id[14], '7');
    EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos);
  }
}

TEST(UuidV7, OrderOfCreationIsOrderOfText) {
  tests::SeededEntropy entropy;
  std::string before = uuid_v7(kStart, entropy);
  for (int i = 1; i < 300; ++i) {
    const std::string next = uuid_v7(kStart + std::chrono::milliseconds(i), entropy);
    EXPECT_LT(before, next);
    before = next;
  }
}

TEST(UuidV7, OneMillisecondHoldsManyDifferentIds) {
  tests::SeededEntropy entropy;
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(uuid_v7(kStart, entropy));
  EXPECT_EQ(seen.size(), 1000u);
}

TEST(IsUuid, AcceptsTheCanonicalFormOnly) {
  EXPECT_TRUE(is_uuid("01234567-89ab-7cde-8f01-23456789abcd"));
  for (const char* text : {"", "01234567-89AB-7cde-8f01-23456789abcd", "{01234567-89ab-7cde-8f01-23456789abcd}",
                           "0123456789ab7cde8f0123456789abcd", "01234567-89ab-7cde-8f01-23456789abc",
                           "01234567-89ab-7cde-8f01-23456789abcde", "01234567_89ab-7cde-8f01-23456789abcd",
                           "0123456g-89ab-7cde-8f01-23456789abcd", "01234567-89ab-7cde-8f0-123456789abcd",
                           "01234567-89ab-7cde-8f01-23456789abc'", " 1234567-89ab-7cde-8f01-23456789abcd"}) {
    EXPECT_FALSE(is_uuid(text)) << text;
  }
  EXPECT_FALSE(is_uuid(std::string_view("01234567-89ab-7cde-8f01-23456789abc\0", 36)));
}

TEST(Id, ComparesByValue) {
  EXPECT_EQ(ClientId("a"), ClientId("a"));
  EXPECT_NE(ClientId("a"), ClientId("b"));
  EXPECT_LT(ClientId("a"), ClientId("b"));
  EXPECT_TRUE(ClientId().empty());
  EXPECT_EQ(ClientId("a").str(), "a");
}

}  // namespace
}  // namespace base
