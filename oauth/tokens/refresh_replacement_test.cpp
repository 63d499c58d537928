#include "oauth/tokens/refresh_replacement.h"

#include <gtest/gtest.h>

#include <set>

namespace oauth {
namespace {

const base::BrandId kBrand("aldgate");
const base::GrantId kGrant("0192d3a0-0000-7000-8000-000000000001");
const std::string kOld(43, 'o');

RefreshReplacement with_key(char octet) { return RefreshReplacement(base::Secret(std::string(32, octet))); }

// [FAPI2-SP-FINAL-5.3.2.1-9]
TEST(RefreshReplacement, EveryNodeComputesTheSameAndItLooksLikeAnyRefreshToken) {
  const std::string first = with_key('k').of(kBrand, kGrant, kOld);
  EXPECT_EQ(with_key('k').of(kBrand, kGrant, kOld), first);
  EXPECT_EQ(first.size(), 43u);  // 256 bits
  EXPECT_EQ(first.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
            std::string::npos);
}

TEST(RefreshReplacement, AnotherTokenGrantBrandOrKeyHasAnotherReplacement) {
  const auto here = with_key('k');
  const std::set<std::string> all{
      kOld,
      here.of(kBrand, kGrant, kOld),
      here.of(kBrand, kGrant, std::string(42, 'o') + "p"),
      here.of(kBrand, kGrant, std::string(42, 'o')),
      here.of(kBrand, base::GrantId("0192d3a0-0000-7000-8000-000000000002"), kOld),
      here.of(base::BrandId("aldgate2"), kGrant, kOld),
      with_key('l').of(kBrand, kGrant, kOld),
      here.of(kBrand, kGrant, here.of(kBrand, kGrant, kOld)),
  };
  EXPECT_EQ(all.size(), 8u);
}

}  // namespace
}  // namespace oauth
