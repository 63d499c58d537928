#include "oauth/client_auth/private_key_jwt.h"

#include "base/crypto/hash.h"
#include "oauth/tokens/claim_dates.h"

namespace oauth {
namespace {

constexpr std::size_t kMaxAssertion = 8 * 1024;
constexpr std::size_t kMaxJti = 256;
constexpr std::chrono::seconds kMargin{60};

auto refuse(std::string text) { return base::failure(oauth_error(OAuthErrorCode::invalid_client, std::move(text))); }

// Who the caller is not known to be gets one answer for all of it.
auto refuse_quietly(std::string log_text) {
  return base::failure(
      oauth_error(OAuthErrorCode::invalid_client, "client authentication failed", std::move(log_text)));
}

}  // namespace

base::Result<ReadAssertion, OAuthError> read_assertion(std::string_view assertion) {
  auto jws = base::crypto::parse_compact(assertion, {.max_bytes = kMaxAssertion, .max_header_bytes = 4 * 1024});
  if (!jws) return refuse("client_assertion is not a well-formed JWT: " + jws.error().log_text);
  // [RFC8725-3.11] explicit typing: another kind of JWT that this client signed (a DPoP proof, a request object) is no
  // assertion. draft-ietf-oauth-rfc7523bis registers client-authentication+jwt.
  if (jws->header.typ && !jws->header.is_type("JWT") && !jws->header.is_type("client-authentication+jwt")) {
    return refuse("client_assertion has the typ of another kind of JWT");
  }
  // The keys are the registered ones [RFC7515-4.1.3]; an embedded one only confuses.
  if (jws->header.jwk) return refuse("client_assertion must not embed a jwk");
  auto claims = Claims::parse(jws->payload);
  if (!claims) return refuse("client_assertion: " + claims.error());
  // [RFC7523-3-2] "For client authentication, the subject MUST be the client_id of the OAuth client."
  const auto iss = claims->text("iss");
  const auto sub = claims->text("sub");
  if (!iss || !sub || iss->empty()) return refuse("client_assertion needs iss and sub");
  if (*iss != *sub) return refuse("client_assertion iss and sub must both be the client_id");
  return ReadAssertion{std::move(*jws), std::move(*claims), base::ClientId(*iss)};
}

base::Result<AssertionUse, OAuthError> verify_assertion(const ReadAssertion& assertion, const Client& client,
                                                        const std::string& issuer, const base::Caller& caller,
                                                        ClientKeys& keys) {
  const base::Instant now = caller.now.protocol;
  const Profile& profile = profile_of(client.profile);
  if (assertion.claimed_client != client.id) return refuse_quietly("client_assertion of another client");
  // [RFC7523-3-9] "The authorization server MUST reject JWTs with an invalid signature or MAC."
  const auto signature = keys.verify(caller, client, assertion.jws);
  if (!signature && signature.error().unavailable) {
    return base::failure(oauth_error(OAuthErrorCode::invalid_client,
                                     "client authentication failed: " + signature.error().public_text,
                                     signature.error().log_text));
  }
  if (!signature) return refuse_quietly("client_assertion: " + signature.error().log_text);

  const Claims& claims = assertion.claims;
  switch (profile.assertion_audience) {
    case AssertionAudience::issuer_string_only:
      // [FAPI2-SP-FINAL-5.3.2.1-8] "shall accept its issuer identifier value … as a string in the aud claim"
      if (claims.text("aud") != issuer)
        return refuse("client_assertion aud must be the issuer identifier, as a string: " + issuer);
      break;
  }
  // [RFC7523-3-4] "The JWT MUST contain an "exp" (expiration time) claim"
  const auto exp = claims.date("exp");
  if (!exp) return refuse("client_assertion needs exp, a number of seconds since 1970");
  if (*exp + profile.past_skew <= now) {
    return refuse("client_assertion " + expired(*exp, profile.past_skew, now));
  }
  if (*exp > now + profile.assertion_max_lifetime + profile.future_skew) {
    return refuse("client_assertion " +
                  too_far_ahead("exp", *exp, profile.assertion_max_lifetime + profile.future_skew, now));
  }
  // [RFC7523-3-5] nbf, [RFC7523-3-6] iat; how far ahead: [FAPI2-SP-FINAL-5.3.2.1-13]
  for (const std::string_view name : {"nbf", "iat"}) {
    if (!claims.has(name)) continue;
    const auto date = claims.date(name);
    if (!date) return refuse("client_assertion " + std::string(name) + " must be a number of seconds since 1970");
    if (*date > now + profile.future_skew) {
      return refuse("client_assertion " + too_far_ahead(name, *date, profile.future_skew, now));
    }
  }
  // [RFC7523-3-7] "The JWT MAY contain a "jti" … ensure that JWTs are not replayed"; here it must.
  const auto jti = claims.text("jti");
  if (!jti || jti->empty() || jti->size() > kMaxJti) {
    return refuse("client_assertion needs a jti of 1 to " + std::to_string(kMaxJti) + " bytes");
  }

  AssertionUse use;
  use.jti_hash = base::crypto::sha256(*jti);
  use.expires_at = *exp + profile.past_skew + kMargin;
  use.kid = signature->kid;
  use.mark_key_used = signature->mark_key_used;
  return use;
}

}  // namespace oauth
