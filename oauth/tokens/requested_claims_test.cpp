#include "oauth/tokens/requested_claims.h"

#include <gtest/gtest.h>

namespace oauth {
namespace {

// [OIDC-CORE-5.5.1] [OIDC-CORE-3.1.2.2]
TEST(RequestedClaims, ASubWithAValueAdmitsThatCustomerAndNobodyElse) {
  struct Case {
    const char* claims;
    bool alice;
    bool bob;
  };
  for (const auto& [claims, alice, bob] : std::initializer_list<Case>{
           {"", true, true},
           {"{}", true, true},
           {R"({"id_token":{"sub":null}})", true, true},
           {R"({"id_token":{"sub":{"essential":true}}})", true, true},
           {R"({"id_token":{"acr":{"value":"alice"},"nickname":{"value":"bob"}}})", true, true},
           {R"({"id_token":{"sub":{"value":"alice"}}})", true, false},
           {R"({"id_token":{"sub":{"value":"Alice"}}})", false, false},
           {R"({"id_token":{"sub":{"value":"alice","essential":false}}})", true, false},
           {R"({"userinfo":{"sub":{"value":"bob"}}})", false, true},
           {R"({"id_token":{"sub":{"values":["carol","bob"]}}})", false, true},
           {R"({"id_token":{"sub":{"values":["alice","bob"]}}})", true, true},
           {R"({"id_token":{"sub":{"value":"alice","values":["bob"]}}})", false, false},
           {R"({"id_token":{"sub":{"value":"alice"}},"userinfo":{"sub":{"value":"bob"}}})", false, false},
           {R"({"id_token":{"sub":{"value":"alice"}},"userinfo":{"sub":null}})", true, false},
           {R"({"transaction":{"sub":{"value":"bob"}}})", true, true},
       }) {
    EXPECT_EQ(is_for_subject(claims, "alice"), alice) << claims;
    EXPECT_EQ(is_for_subject(claims, "bob"), bob) << claims;
  }
}

}  // namespace
}  // namespace oauth
