#include "oauth/checks/request_object.h"

#include <algorithm>
#include <array>

#include "base/crypto/hash.h"
#include "base/crypto/jws.h"
#include "oauth/tokens/claim_dates.h"
#include "oauth/tokens/claims.h"

namespace oauth {
namespace {

constexpr std::size_t kMaxRequestObject = 24 * 1024;
constexpr std::size_t kMaxJti = 256;
constexpr std::chrono::seconds kMargin{60};

// What the JWT says about itself (RFC 7519 section 4.1) is no parameter of the request.
constexpr std::array<std::string_view, 7> kJwtClaims{"iss", "sub", "aud", "exp", "nbf", "iat", "jti"};
// [RFC9101-4] parameters whose value is JSON are given as JSON; some clients send it as text, as in a form
constexpr std::array<std::string_view, 3> kJsonParameters{"claims", "authorization_details", "registration"};
constexpr std::array<std::string_view, 15> kTextParameters{
    "response_type", "response_mode", "client_id",  "redirect_uri",   "scope",
    "state",         "nonce",         "prompt",     "code_challenge", "code_challenge_method",
    "dpop_jkt",      "ui_locales",    "acr_values", "login_hint",     "id_token_hint"};

bool is_in(const auto& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

auto refuse(std::string text, std::string log_text) {
  return base::failure(oauth_error(OAuthErrorCode::invalid_request_object, "request object: " + std::move(text),
                                   "request object: " + std::move(log_text)));
}
auto refuse(const std::string& text) { return refuse(text, text); }

// [RFC9101-4] "Parameter names and string values MUST be included as JSON strings … Numerical values MUST be included
// as JSON numbers"
base::Result<base::http::Parameters, OAuthError> parameters_of(const Claims& claims) {
  std::vector<base::http::Parameter> parameters;
  for (auto& [name, kind, text] : claims.members()) {
    if (is_in(kJwtClaims, name)) continue;
    switch (kind) {
      case Claims::Kind::text:
        break;
      case Claims::Kind::integer:
        if (is_in(kTextParameters, name) || is_in(kJsonParameters, name)) return refuse(name + " must not be a number");
        break;
      case Claims::Kind::object:
      case Claims::Kind::array:
        if (is_in(kJsonParameters, name)) break;
        if (is_in(kTextParameters, name)) return refuse(name + " must be a string");
        continue;
      case Claims::Kind::other:
        if (is_in(kJsonParameters, name) || is_in(kTextParameters, name)) return refuse(name + " must be a string");
        if (name == "max_age") return refuse("max_age must be a whole number");
        continue;
    }
    parameters.push_back({std::move(name), std::move(text)});
  }
  return base::http::Parameters::of(std::move(parameters));
}

base::Result<void, OAuthError> check_dates(const Claims& claims, const Profile& profile, base::Instant now) {
  for (const std::string_view name : {"exp", "nbf", "iat"}) {
    if (claims.has(name) && !claims.date(name)) {
      return refuse(std::string(name) + " must be a number of seconds since 1970");
    }
  }
  const auto exp = claims.date("exp");
  const auto nbf = claims.date("nbf");
  // [FAPI2-MS-FINAL-5.3.1-4] "shall require the request object to contain an exp claim"
  if (!exp) return refuse("exp is missing");
  // [FAPI2-MS-FINAL-5.3.1-3] "shall require the request object to contain an nbf claim"
  if (!nbf) return refuse("nbf is missing");
  if (*exp + profile.past_skew <= now) return refuse(expired(*exp, profile.past_skew, now));
  // [FAPI2-MS-FINAL-5.3.1-3] "no longer than 60 minutes in the past"
  if (*nbf + profile.request_object_max_age < now) {
    return refuse(too_old("nbf", *nbf, profile.request_object_max_age, now));
  }
  // [FAPI2-MS-FINAL-5.3.1-4] "a lifetime of no longer than 60 minutes after the nbf claim"
  if (*exp > *nbf + profile.request_object_max_lifetime) {
    return refuse("exp is " + std::to_string(std::chrono::ceil<std::chrono::seconds>(*exp - *nbf).count()) +
                  " s after nbf; at most " + std::to_string(profile.request_object_max_lifetime.count()) +
                  " s are accepted");
  }
  // [FAPI2-SP-FINAL-5.3.2.1-13] clocks may differ by this much
  for (const std::string_view name : {"nbf", "iat"}) {
    const auto date = claims.date(name);
    if (date && *date > now + profile.future_skew) return refuse(too_far_ahead(name, *date, profile.future_skew, now));
  }
  return {};
}

}  // namespace

base::Result<RequestObject, OAuthError> verify_request_object(std::string_view text, const Client& client,
                                                              const std::string& issuer, const base::Caller& caller,
                                                              ClientKeys& keys) {
  const Profile& profile = profile_of(client.profile);
  // [RFC9101-10.2] "no source authentication is enabled by the encryption"; [RFC7516-9] a compact JWE has five parts
  if (std::count(text.begin(), text.end(), '.') == 4) {
    return refuse("encrypted request objects are not accepted: send a signed one of three parts");
  }
  const auto jws = base::crypto::parse_compact(text, {.max_bytes = kMaxRequestObject, .max_header_bytes = 4 * 1024});
  if (!jws) return refuse("not a well-formed JWS: " + jws.error().log_text);
  // [FAPI2-MS-FINAL-5.3.1-5] typ oauth-authz-req+jwt is accepted; [RFC8725-3.11] [RFC9101-10.8] explicit typing: a
  // client assertion or a DPoP proof is no request object
  if (jws->header.typ && !jws->header.is_type("JWT") && !jws->header.is_type("oauth-authz-req+jwt")) {
    return refuse("typ must be oauth-authz-req+jwt or JWT");
  }
  // The keys are the registered ones [RFC7515-4.1.3]; an embedded one only confuses.
  if (jws->header.jwk) return refuse("the header must not embed a jwk");
  // [RFC9101-6.2] "The signature MUST be validated using a key associated with the client and the algorithm specified
  // in the alg Header Parameter"; never none
  const auto signature = keys.verify(caller, client, *jws);
  if (!signature) return refuse(signature.error().public_text, signature.error().log_text);

  const auto claims = Claims::parse(jws->payload);
  if (!claims) return refuse(claims.error());
  // [RFC9101-4] iss, "with [its] semantics being the same as defined in the JWT specification", is the client;
  // [RFC9126-3] "if the authenticated client_id does not match the client_id claim in the Request Object", the request
  // MUST be rejected
  for (const std::string_view name : {"iss", "client_id"}) {
    if (claims->text(name) != client.id.str()) return refuse(std::string(name) + " must be the client's client_id");
  }
  // [FAPI2-MS-FINAL-5.3.1-2] "shall require the aud claim in the request object to be, or to be an array containing,
  // the authorization server's issuer identifier URL"
  if (!claims->has_audience(issuer)) return refuse("aud must be, or be an array with, the issuer identifier " + issuer);
  // [RFC9101-10.8] "never use the client ID as the sub value in a Request Object": it would be a client assertion
  if (claims->text("sub") == client.id.str()) return refuse("sub must not be the client_id");
  TRY_VOID(check_dates(*claims, profile, caller.now.protocol));
  // [RFC9101-4] "request and request_uri parameters MUST NOT be included in Request Objects."
  for (const std::string_view name : {"request", "request_uri"}) {
    if (claims->has(name)) return refuse(std::string(name) + " must not stand in it");
  }
  RequestObject object;
  if (claims->has("jti")) {
    const auto jti = claims->text("jti");
    if (!jti || jti->empty() || jti->size() > kMaxJti) {
      return refuse("jti must be a string of 1 to " + std::to_string(kMaxJti) + " bytes");
    }
    object.jti_hash = base::crypto::sha256(*jti);
  }
  TRY(object.parameters, parameters_of(*claims));
  object.text = std::string(text);
  object.jti_expires_at = *claims->date("exp") + profile.past_skew + kMargin;
  return object;
}

}  // namespace oauth
