#include "connectors/sandbox/password_hash.h"

#include <gtest/gtest.h>

#include "tests/support/fakes.h"

namespace connectors {
namespace {

TEST(PasswordHash, MatchesItsPasswordOnly) {
  tests::SeededEntropy entropy;
  const std::string hash = hash_password("correct horse", entropy);
  EXPECT_TRUE(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << hash;
  EXPECT_TRUE(password_matches(hash, "correct horse"));
  for (const std::string& wrong : {std::string(), std::string("correct hors"), std::string("correct horse "),
                                   std::string("Correct horse"), std::string("correct horse\0", 14)}) {
    EXPECT_FALSE(password_matches(hash, wrong)) << wrong;
  }
}

TEST(PasswordHash, EqualPasswordsHaveDifferentHashes) {
  tests::SeededEntropy entropy;
  EXPECT_NE(hash_password("alice", entropy), hash_password("alice", entropy));
}

}  // namespace
}  // namespace connectors
