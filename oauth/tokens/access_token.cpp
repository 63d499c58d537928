#include "oauth/tokens/access_token.h"

#include "base/crypto/jws.h"
#include "base/ensure.h"
#include "base/json/object_text.h"
#include "base/json/strict.h"
#include "oauth/tokens/claims.h"

namespace oauth {
namespace {

std::int64_t seconds_of(base::Instant at) {
  return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}

auto refuse(std::string text) { return base::failure(AccessTokenError{false, std::move(text)}); }

// A node whose clock runs behind must not refuse a token that another has just made.
constexpr std::chrono::seconds kNodeSkew{5};

}  // namespace

std::string sign_access_token(const AccessToken& token, const base::crypto::PrivateKey& key) {
  base::json::ObjectText claims;
  if (!token.acr.empty()) claims.text("acr", token.acr);
  claims.text("aud", token.audience);
  if (token.auth_time) claims.number("auth_time", seconds_of(*token.auth_time));
  // [RFC9396-9.1] "the AS should make the authorization details … available to the RS … adding the
  // authorization_details parameter to the access token in JWT format"
  if (!token.authorization_details.empty()) {
    const auto details = base::json::parse_strict(token.authorization_details, {.max_bytes = kMaxAccessTokenBytes});
    ENSURE(details.has_value(), "a grant's authorization_details are JSON");
    claims.json("authorization_details", base::json::dump(*details));
  }
  claims.text("client_id", token.client.str());
  base::json::ObjectText confirmation;
  if (token.jkt) confirmation.text("jkt", *token.jkt);
  if (token.x5t) confirmation.text("x5t#S256", *token.x5t);
  if (token.jkt || token.x5t) claims.json("cnf", confirmation.take());
  claims.number("exp", seconds_of(token.expires_at));
  if (!token.grant.empty()) claims.text("grant_id", token.grant.str());
  claims.number("iat", seconds_of(token.issued_at));
  claims.text("iss", token.issuer);
  claims.text("jti", token.jti);
  if (!token.consent.empty()) claims.text("openbanking_intent_id", token.consent.str());
  claims.text("scope", token.scope);
  // [RFC9068-2.2] sub: the resource owner; where there is none, "an identifier the authorization server uses to
  // indicate the client application"
  claims.text("sub", token.subject);
  return base::crypto::sign_compact({.typ = "at+jwt", .kid = "", .jwk = ""}, claims.take(), key);
}

base::Result<AccessToken, AccessTokenError> read_access_token(std::string_view text, const KeySnapshot& keys,
                                                              const std::string& issuer, const std::string& audience,
                                                              base::Instant now, Expiry expiry) {
  const auto jws = base::crypto::parse_compact(text, {.max_bytes = kMaxAccessTokenBytes, .max_header_bytes = 1024});
  if (!jws) return refuse("not a JWT: " + jws.error().log_text);
  // [RFC9068-4] "MUST verify that the "typ" header value is "at+jwt" or "application/at+jwt""
  if (!jws->header.is_type("at+jwt")) return refuse("typ is not at+jwt");
  if (!jws->header.kid) return refuse("no kid");
  const base::crypto::PublicKey* key = keys.verification_key(*jws->header.kid, now);
  if (key == nullptr) return base::failure(AccessTokenError{true, "signed with a key this ring does not have"});
  if (const auto good = base::crypto::verify(*jws, *key); !good) return refuse("signature: " + good.error().log_text);
  const auto claims = Claims::parse(jws->payload);
  if (!claims) return refuse(claims.error());

  // [RFC9068-4] "The issuer identifier … MUST exactly match the value of the "iss" claim"
  if (claims->text("iss") != issuer) return refuse("iss is not this issuer");
  // [RFC9068-4] "MUST validate that the "aud" claim contains a resource indicator value … for itself"
  if (claims->text("aud") != audience) return refuse("aud is not this resource");
  const auto exp = claims->date("exp");
  const auto iat = claims->date("iat");
  const auto jti = claims->text("jti");
  const auto client = claims->text("client_id");
  const auto sub = claims->text("sub");
  const auto scope = claims->text("scope");
  if (!exp || !iat || !jti || !client || !sub || !scope) return refuse("a required claim is missing");
  // [RFC9068-4] "The current time MUST be before the time represented by the "exp" claim."
  if (expiry == Expiry::checked && *exp <= now) return refuse("expired");
  if (*iat > now + kNodeSkew) return refuse("iat is in the future");

  AccessToken token;
  token.issuer = issuer;
  token.audience = audience;
  token.jti = *jti;
  token.client = base::ClientId(*client);
  token.subject = *sub;
  token.scope = *scope;
  token.issued_at = *iat;
  token.expires_at = *exp;
  token.jkt = claims->text_in("cnf", "jkt");
  token.x5t = claims->text_in("cnf", "x5t#S256");
  // [FAPI2-SP-FINAL-5.3.2.1-4] no token without its constraint, and none with two
  if (token.jkt.has_value() == token.x5t.has_value() || claims->members_of("cnf") != 1) {
    return refuse("cnf is not exactly one key");
  }
  token.grant = base::GrantId(claims->text("grant_id").value_or(""));
  if (!token.grant.empty()) {
    if (!base::is_uuid(token.grant.str())) return refuse("grant_id is not one of ours");
    token.consent = base::ConsentId(claims->text("openbanking_intent_id").value_or(""));
    token.auth_time = claims->date("auth_time");
    token.acr = claims->text("acr").value_or("");
    token.authorization_details = claims->json("authorization_details").value_or("");
  } else if (*sub != *client) {
    // [FAPI2-SP-FINAL-6.7] a client's own token never passes for a customer's
    return refuse("sub is not the client, and there is no grant");
  }
  token.kid = *jws->header.kid;
  token.key_thumbprint = key->thumbprint();
  return token;
}

}  // namespace oauth
