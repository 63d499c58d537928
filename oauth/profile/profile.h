// What a security profile demands, as data: one constexpr value per profile, never an `if` in an endpoint (DESIGN
// decision 11). FAPI 2.0 Security Profile (Final); later profiles are further rows.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/crypto/jwk.h"

namespace oauth {

enum class ProfileName : std::uint8_t { fapi2 };
std::string_view to_text(ProfileName name);
std::optional<ProfileName> profile_name_from_text(std::string_view text);

enum class AssertionAudience : std::uint8_t {
  issuer_string_only,  // [FAPI2-SP-FINAL-5.3.2.1-8] the issuer identifier as a string, no array, no endpoint URL
};

struct Profile {
  ProfileName name;
  AssertionAudience assertion_audience;
  std::array<base::crypto::JwsAlgorithm, 3> algorithms;  // [FAPI2-SP-FINAL-5.4.1-1]
  std::chrono::seconds code_lifetime;                    // [FAPI2-SP-FINAL-5.3.2.1-11] at most 60 s
  std::chrono::seconds request_uri_lifetime;             // [FAPI2-SP-FINAL-5.3.2.2-12] less than 600 s
  std::chrono::seconds access_token_lifetime;
  // [FAPI2-SP-FINAL-5.3.2.1-13] iat and nbf up to 10 s ahead are accepted, more than 60 s refused; between is ours.
  std::chrono::seconds future_skew;
  std::chrono::seconds past_skew;               // how long after exp a clock may still be wrong
  std::chrono::seconds assertion_max_lifetime;  // exp at most this far ahead, so that its jti row is bounded
  std::chrono::seconds dpop_past;               // iat at most this old
  // [FAPI2-MS-FINAL-5.3.1-3] nbf of a request object at most 60 minutes in the past
  std::chrono::seconds request_object_max_age;
  // [FAPI2-MS-FINAL-5.3.1-4] its exp at most 60 minutes after its nbf
  std::chrono::seconds request_object_max_lifetime;
  std::chrono::seconds authorization_response_lifetime;  // [JARM-2.1] of a signed response: at most 10 minutes
  std::size_t max_nonce;  // [FAPI2-SP-FINAL-5.3.2.2-14] 64 must pass; longer is refused, never cut
  std::size_t max_state;
};

inline constexpr Profile kFapi2{
    .name = ProfileName::fapi2,
    .assertion_audience = AssertionAudience::issuer_string_only,
    .algorithms = {base::crypto::JwsAlgorithm::ps256, base::crypto::JwsAlgorithm::es256,
                   base::crypto::JwsAlgorithm::eddsa},
    .code_lifetime = std::chrono::seconds(60),
    .request_uri_lifetime = std::chrono::seconds(90),
    .access_token_lifetime = std::chrono::seconds(300),
    .future_skew = std::chrono::seconds(30),
    .past_skew = std::chrono::seconds(10),
    .assertion_max_lifetime = std::chrono::seconds(600),
    .dpop_past = std::chrono::seconds(60),
    .request_object_max_age = std::chrono::seconds(3600),
    .request_object_max_lifetime = std::chrono::seconds(3600),
    .authorization_response_lifetime = std::chrono::seconds(300),
    .max_nonce = 512,
    .max_state = 4096,
};

const Profile& profile_of(ProfileName name);

}  // namespace oauth
