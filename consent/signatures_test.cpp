#include "consent/signatures.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace consent {
namespace {

base::PsuId psu(int n) { return base::PsuId("psu-" + std::to_string(n)); }

TEST(Signatures, TwoOfTwoNeedBoth) {
  const std::vector<SigningRule> rules{{base::AccountId("joint"), 2, {psu(1), psu(2)}}};
  EXPECT_FALSE(complete(rules, {}));
  EXPECT_FALSE(complete(rules, {psu(1)}));
  EXPECT_FALSE(complete(rules, {psu(1), psu(3)}));
  EXPECT_TRUE(complete(rules, {psu(1), psu(2)}));
}

TEST(Signatures, EveryAccountNeedsItsOwn) {
  const std::vector<SigningRule> rules{{base::AccountId("a"), 2, {psu(1), psu(2)}},
                                       {base::AccountId("b"), 2, {psu(1), psu(3)}}};
  EXPECT_FALSE(complete(rules, {psu(1), psu(2)}));
  EXPECT_TRUE(complete(rules, {psu(1), psu(2), psu(3)}));
  EXPECT_TRUE(is_signatory(rules, psu(3)));
  EXPECT_FALSE(is_signatory(rules, psu(4)));
}

TEST(Signatures, NoRuleIsSatisfiedByNobody) {
  EXPECT_TRUE(complete({}, {}));
  EXPECT_FALSE(is_signatory({}, psu(1)));
}

// n of m for every n, m and order of signing: complete exactly when the nth signatory of the rule has signed.
TEST(Signatures, AreCompleteExactlyAtTheNthSignatoryWhateverTheOrder) {
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    const int m = 2 + static_cast<int>(random() % 6);
    const int n = 2 + static_cast<int>(random() % static_cast<unsigned>(m - 1));
    SigningRule rule{base::AccountId("a"), n, {}};
    for (int i = 0; i < m; ++i) rule.signatories.insert(psu(i));
    std::set<base::PsuId> signed_by;
    int counted = 0;
    for (int step = 0; step < 30; ++step) {
      const int who = static_cast<int>(random() % static_cast<unsigned>(m + 3));  // three strangers
      if (signed_by.insert(psu(who)).second && who < m) ++counted;
      ASSERT_EQ(complete({rule}, signed_by), counted >= n);
    }
  }
}

}  // namespace
}  // namespace consent
