// What a security profile demands, as data: one constexpr value per profile, never an `if` in an endpoint (DESIGN
// decision 11). FAPI 2.0 Security Profile (Final), and what OpenID Connect says of ID tokens; later profiles are
// further rows.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/crypto/jwk.h"

namespace oauth {

enum class ProfileName : std::uint8_t {
  fapi2,
  oidc,  // FAPI 2.0 in all that gives access; its ID tokens may have OpenID Connect's own algorithm (ADR 0005)
};
std::string_view to_text(ProfileName name);
std::optional<ProfileName> profile_name_from_text(std::string_view text);

enum class AssertionAudience : std::uint8_t {
  issuer_string_only,  // [FAPI2-SP-FINAL-5.3.2.1-8] the issuer identifier as a string, no array, no endpoint URL
};

struct Profile {
  ProfileName name;
  AssertionAudience assertion_audience;
  std::array<base::crypto::JwsAlgorithm, 3> algorithms;  // [FAPI2-SP-FINAL-5.4.1-1] of what clients sign
  // What id_token_signed_response_alg may be; the first one for clients that register none.
  std::span<const base::crypto::JwsAlgorithm> id_token_algorithms;
  std::chrono::seconds code_lifetime;         // [FAPI2-SP-FINAL-5.3.2.1-11] at most 60 s
  std::chrono::seconds request_uri_lifetime;  // [FAPI2-SP-FINAL-5.3.2.2-12] less than 600 s
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

// [FAPI2-SP-FINAL-5.4.1-1] "shall use PS256, ES256, or EdDSA"
inline constexpr std::array kFapi2IdTokenAlgorithms{base::crypto::JwsAlgorithm::es256,
                                                    base::crypto::JwsAlgorithm::ps256};
// [OIDC-REGISTRATION-2] id_token_signed_response_alg: "The default, if omitted, is RS256."
inline constexpr std::array kOidcIdTokenAlgorithms{base::crypto::JwsAlgorithm::rs256, base::crypto::JwsAlgorithm::es256,
                                                   base::crypto::JwsAlgorithm::ps256};

inline constexpr Profile kFapi2{
    .name = ProfileName::fapi2,
    .assertion_audience = AssertionAudience::issuer_string_only,
    .algorithms = {base::crypto::JwsAlgorithm::ps256, base::crypto::JwsAlgorithm::es256,
                   base::crypto::JwsAlgorithm::eddsa},
    .id_token_algorithms = kFapi2IdTokenAlgorithms,
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

// FAPI 2.0 but for the two members written here: no client of it gets at anything by weaker means.
inline constexpr Profile kOidc = [] {
  Profile profile = kFapi2;
  profile.name = ProfileName::oidc;
  profile.id_token_algorithms = kOidcIdTokenAlgorithms;
  return profile;
}();

inline constexpr std::array kProfiles{&kFapi2, &kOidc};

const Profile& profile_of(ProfileName name);
// One that some profile admits; nullopt else.
std::optional<base::crypto::JwsAlgorithm> id_token_algorithm_from_text(std::string_view text);

}  // namespace oauth
