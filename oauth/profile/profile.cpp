#include "oauth/profile/profile.h"

namespace oauth {

static_assert(kFapi2.code_lifetime <= std::chrono::seconds(60));         // [FAPI2-SP-FINAL-5.3.2.1-11]
static_assert(kFapi2.request_uri_lifetime < std::chrono::seconds(600));  // [FAPI2-SP-FINAL-5.3.2.2-12]
static_assert(kFapi2.future_skew >= std::chrono::seconds(10) &&          // [FAPI2-SP-FINAL-5.3.2.1-13]
              kFapi2.future_skew <= std::chrono::seconds(60));
static_assert(kFapi2.request_object_max_age <= std::chrono::minutes(60));           // [FAPI2-MS-FINAL-5.3.1-3]
static_assert(kFapi2.request_object_max_lifetime <= std::chrono::minutes(60));      // [FAPI2-MS-FINAL-5.3.1-4]
static_assert(kFapi2.authorization_response_lifetime <= std::chrono::minutes(10));  // [JARM-2.1]
static_assert(kFapi2.max_nonce >= 64);                                              // [FAPI2-SP-FINAL-5.3.2.2-14]

std::string_view to_text(ProfileName name) {
  switch (name) {
    case ProfileName::fapi2:
      return "fapi2";
    case ProfileName::oidc:
      return "oidc";
  }
  return "";
}

std::optional<ProfileName> profile_name_from_text(std::string_view text) {
  for (const Profile* profile : kProfiles) {
    if (text == to_text(profile->name)) return profile->name;
  }
  return std::nullopt;
}

const Profile& profile_of(ProfileName name) {
  switch (name) {
    case ProfileName::fapi2:
      return kFapi2;
    case ProfileName::oidc:
      return kOidc;
  }
  return kFapi2;
}

std::optional<base::crypto::JwsAlgorithm> id_token_algorithm_from_text(std::string_view text) {
  for (const Profile* profile : kProfiles) {
    for (const auto algorithm : profile->id_token_algorithms) {
      if (text == to_text(algorithm)) return algorithm;
    }
  }
  return std::nullopt;
}

}  // namespace oauth
