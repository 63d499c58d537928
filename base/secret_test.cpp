#include "base/secret.h"

#include <gtest/gtest.h>

#include <concepts>
#include <sstream>
#include <type_traits>

#include "base/encoding.h"
#include "base/entropy.h"
#include "tests/support/fakes.h"

namespace base {
namespace {

template <class T>
concept Streamable = requires(std::ostream& out, const T& value) {
  out << value;
};

static_assert(!std::copy_constructible<Secret>, "copies are made by name: clone()");
static_assert(!std::is_copy_assignable_v<Secret>);
static_assert(std::is_nothrow_move_constructible_v<Secret> && std::is_nothrow_move_assignable_v<Secret>);
static_assert(!std::equality_comparable<Secret>, "secrets are compared in constant time");
static_assert(!Streamable<Secret>, "secrets do not get into a log by accident");
static_assert(!std::convertible_to<std::string, Secret> && !std::convertible_to<Secret, std::string_view>);

TEST(Secret, TakesTheBytesOverAndLeavesNothingInTheSource) {
  for (const std::string& original : {std::string("short"), std::string(100, 's')}) {
    std::string source = original;
    const Secret secret(std::move(source));
    EXPECT_EQ(secret.reveal(), original);
    EXPECT_TRUE(source.empty());  // NOLINT(bugprone-use-after-move): that is what is tested
    // Behind the end of the emptied string lie only zeros.
    source.resize(source.capacity());
    EXPECT_EQ(source.find_first_not_of('\0'), std::string::npos);
  }
}

TEST(Secret, MovesLeaveTheSourceEmpty) {
  Secret a = Secret::copy_of("value");
  Secret b(std::move(a));
  EXPECT_TRUE(a.empty());  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(b.reveal(), "value");
  Secret c = Secret::copy_of("other");
  c = std::move(b);
  EXPECT_TRUE(b.empty());  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(c.reveal(), "value");
  Secret& same = c;
  c = std::move(same);
  EXPECT_EQ(c.reveal(), "value");
}

TEST(Secret, ClonesAreIndependent) {
  Secret a = Secret::copy_of("value");
  const Secret b = a.clone();
  a = Secret();
  EXPECT_EQ(b.reveal(), "value");
  EXPECT_TRUE(a.empty());
}

TEST(Wipe, ZeroesTheWholeBufferAndEmptiesTheString) {
  std::string text(200, 'x');
  text.resize(10);
  wipe(text);
  EXPECT_TRUE(text.empty());
  text.resize(text.capacity());
  EXPECT_EQ(text.find('x'), std::string::npos);
}

TEST(ConstantTimeEqual, IsEquality) {
  EXPECT_TRUE(constant_time_equal("", ""));
  EXPECT_TRUE(constant_time_equal("abc", "abc"));
  EXPECT_TRUE(constant_time_equal(std::string_view("a\0b", 3), std::string_view("a\0b", 3)));
  EXPECT_FALSE(constant_time_equal("abc", "abd"));
  EXPECT_FALSE(constant_time_equal("bbc", "abc"));
  EXPECT_FALSE(constant_time_equal("abc", "ab"));
  EXPECT_FALSE(constant_time_equal("abc", ""));
  EXPECT_FALSE(constant_time_equal(std::string_view("a\0b", 3), std::string_view("a\0c", 3)));
}

TEST(RandomHandle, HasTheBytesAskedForAndIsNeverTheSame) {
  tests::SeededEntropy entropy;
  const std::string a = random_handle(entropy);
  EXPECT_EQ(base64url_decode(a)->size(), 32u);
  EXPECT_NE(a, random_handle(entropy));
  EXPECT_EQ(base64url_decode(random_handle(entropy, 16))->size(), 16u);
}

TEST(SystemEntropy, FillsEveryByte) {
  SystemEntropy entropy;
  // A byte that stays zero in each of 16 draws would have one chance in 2^128.
  std::string seen(64, '\0');
  for (int i = 0; i < 16; ++i) {
    std::string draw(64, '\0');
    entropy.fill({reinterpret_cast<std::byte*>(draw.data()), draw.size()});
    for (std::size_t k = 0; k < draw.size(); ++k) seen[k] = static_cast<char>(seen[k] | draw[k]);
  }
  EXPECT_EQ(seen.find('\0'), std::string::npos);
}

}  // namespace
}  // namespace base
