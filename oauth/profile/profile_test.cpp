#include "oauth/profile/profile.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace oauth {
namespace {

using base::crypto::JwsAlgorithm;

bool signs_id_tokens_with(const Profile& profile, JwsAlgorithm algorithm) {
  return std::find(profile.id_token_algorithms.begin(), profile.id_token_algorithms.end(), algorithm) !=
         profile.id_token_algorithms.end();
}

// [FAPI2-SP-FINAL-5.4.1-1]
TEST(Profile, NoneTakesRs256FromAClientAndFapi2DoesNotSignWithIt) {
  for (const Profile* profile : kProfiles) {
    EXPECT_EQ(std::find(profile->algorithms.begin(), profile->algorithms.end(), JwsAlgorithm::rs256),
              profile->algorithms.end())
        << to_text(profile->name);
  }
  EXPECT_FALSE(signs_id_tokens_with(kFapi2, JwsAlgorithm::rs256));
  EXPECT_TRUE(signs_id_tokens_with(kFapi2, JwsAlgorithm::ps256));
  EXPECT_EQ(kFapi2.id_token_algorithms.front(), JwsAlgorithm::es256);
}

// [OIDC-REGISTRATION-2]
TEST(Profile, OidcDiffersFromFapi2InTheIdTokensAlgorithmAlone) {
  EXPECT_EQ(kOidc.id_token_algorithms.front(), JwsAlgorithm::rs256);
  EXPECT_TRUE(signs_id_tokens_with(kOidc, JwsAlgorithm::es256));
  EXPECT_EQ(kOidc.assertion_audience, kFapi2.assertion_audience);
  EXPECT_EQ(kOidc.algorithms, kFapi2.algorithms);
  EXPECT_EQ(kOidc.code_lifetime, kFapi2.code_lifetime);
  EXPECT_EQ(kOidc.request_uri_lifetime, kFapi2.request_uri_lifetime);
  EXPECT_EQ(kOidc.access_token_lifetime, kFapi2.access_token_lifetime);
  EXPECT_EQ(kOidc.future_skew, kFapi2.future_skew);
  EXPECT_EQ(kOidc.past_skew, kFapi2.past_skew);
  EXPECT_EQ(kOidc.assertion_max_lifetime, kFapi2.assertion_max_lifetime);
  EXPECT_EQ(kOidc.dpop_past, kFapi2.dpop_past);
  EXPECT_EQ(kOidc.request_object_max_age, kFapi2.request_object_max_age);
  EXPECT_EQ(kOidc.request_object_max_lifetime, kFapi2.request_object_max_lifetime);
  EXPECT_EQ(kOidc.authorization_response_lifetime, kFapi2.authorization_response_lifetime);
  EXPECT_EQ(kOidc.max_nonce, kFapi2.max_nonce);
  EXPECT_EQ(kOidc.max_state, kFapi2.max_state);
}

TEST(Profile, ItsNameIsReadBackExactly) {
  for (const Profile* profile : kProfiles) {
    EXPECT_EQ(profile_name_from_text(to_text(profile->name)), profile->name);
    EXPECT_EQ(&profile_of(profile->name), profile);
  }
  for (const char* text : {"", "fapi", "FAPI2", "OIDC", "oidc ", "openid"}) {
    EXPECT_EQ(profile_name_from_text(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace oauth
