#include <gtest/gtest.h>

#include <string>

#include "base/ensure.h"
#include "consent/sca/customer_sessions.h"

namespace consent {
namespace {

const std::string kHandle = "q2hPz1bYbW1bX0m3ZkY2mJ4rXo0v8mU9t3sQkJ5nDdE";

TEST(CsrfToken, MatchesItsOwnSessionOnly) {
  EXPECT_TRUE(csrf_token_matches(kHandle, csrf_token(kHandle)));
  std::string other = kHandle;
  other.back() = 'F';
  EXPECT_FALSE(csrf_token_matches(kHandle, csrf_token(other)));
}

TEST(CsrfToken, IsRefusedOneCharacterOff) {
  std::string token = csrf_token(kHandle);
  EXPECT_EQ(token.size(), 43U);
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string wrong = token;
    wrong[i] = wrong[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(csrf_token_matches(kHandle, wrong)) << i;
  }
  EXPECT_FALSE(csrf_token_matches(kHandle, ""));
  EXPECT_FALSE(csrf_token_matches(kHandle, token + "A"));
  EXPECT_FALSE(csrf_token_matches(kHandle, token.substr(0, 42)));
}

TEST(CsrfToken, IsNotTheHandleAndNeedsOne) {
  EXPECT_NE(csrf_token(kHandle), kHandle);
  EXPECT_FALSE(csrf_token_matches("", ""));
  EXPECT_THROW(csrf_token(""), base::BrokenInvariant);
}

}  // namespace
}  // namespace consent
