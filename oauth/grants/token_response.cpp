#include "oauth/grants/token_response.h"

#include "base/json/object_text.h"
#include "base/json/strict.h"
#include "oauth/evidence.h"
#include "oauth/store/client_store.h"
#include "oauth/store/jti_store.h"
#include "oauth/tokens/access_token.h"

namespace oauth {

base::http::Response to_response(const TokenResponse& response) {
  base::json::ObjectText body;
  body.text("access_token", response.access_token);
  if (!response.authorization_details.empty()) {
    // [RFC9396-7] "the AS MUST also return the authorization_details as granted"
    const auto details = base::json::parse_strict(response.authorization_details, {.max_bytes = kMaxAccessTokenBytes});
    if (details) body.json("authorization_details", base::json::dump(*details));
  }
  body.number("expires_in", response.expires_in.count());
  if (!response.id_token.empty()) body.text("id_token", response.id_token);
  if (!response.refresh_token.empty()) body.text("refresh_token", response.refresh_token);
  body.text("scope", response.scope).text("token_type", response.token_type);
  base::http::Response out;
  out.body = body.take();
  out.headers.add("Content-Type", "application/json");
  // [RFC6749-5.1] "MUST include the HTTP "Cache-Control" response header field with a value of "no-store""
  out.headers.add("Cache-Control", "no-store");
  return out;
}

void record_authentication(base::db::Transaction& tx, const RequestContext& context) {
  if (!context.assertion) return;
  const auto& brand = context.call.caller.tenant.brand;
  const AssertionUse& use = *context.assertion;
  // [RFC7523-3-7] the jti is used once
  demand_assertion_jti(tx, brand, *context.client, use.jti_hash, use.expires_at);
  if (!use.mark_key_used) return;
  mark_client_key_used(tx, brand, context.client->id, use.kid, context.now());
  context.tools.known_clients.forget(brand, context.client->id);  // it says when the key was used last
}

TokenResponse issue_access_token(const GrantTools& tools, const RequestContext& context, const Grant* grant,
                                 const std::string& scope) {
  const base::Instant now = context.now();
  AccessToken token;
  token.issuer = tools.settings.issuer;
  token.audience = tools.settings.resource_audience;
  token.jti = base::random_handle(tools.entropy, 16);
  token.client = context.client->id;
  token.subject = token.client.str();
  token.scope = scope;
  token.issued_at = now;
  token.expires_at = now + context.profile().access_token_lifetime;
  token.jkt = context.jkt;
  token.x5t = context.x5t;
  if (grant != nullptr) {
    token.grant = grant->id;
    token.subject = tools.subjects.subject_of(context.call.caller.tenant.brand, *context.client, grant->psu);
    token.consent = grant->consent;
    token.auth_time = grant->auth_time;
    token.acr = grant->acr;
    token.authorization_details = grant->authorization_details;
  }
  TokenResponse response;
  response.access_token = sign_access_token(token, tools.keys.current()->signing_key(now));
  // [RFC9449-5] "a token_type of DPoP MUST be included in the access token response"
  response.token_type = token.jkt ? "DPoP" : "Bearer";
  response.expires_in = context.profile().access_token_lifetime;
  response.scope = scope;
  if (grant != nullptr) response.authorization_details = grant->authorization_details;
  return response;
}

base::Result<void, OAuthError> narrow_details(Grant& grant, const RequestContext& context) {
  if (!context.details) return {};
  // [RFC9396-6] "Otherwise, the AS refuses the request with the error code invalid_authorization_details"
  if (const auto fault = narrowing_fault(grant.authorization_details, *context.details)) {
    return base::failure(oauth_error(OAuthErrorCode::invalid_authorization_details, *fault));
  }
  grant.authorization_details = context.details->canonical;
  return {};
}

base::db::AuditEntry token_evidence(const RequestContext& context, std::string action, const Grant* grant,
                                    const std::string& scope) {
  const auto& client = context.client->id;
  auto entry = evidence(context.call.caller, base::db::ActorKind::tpp, client.str(), std::move(action),
                        grant != nullptr ? "grant" : "client", grant != nullptr ? grant->id.str() : client.str());
  entry.facts = {{"client", client.str()}, {"scope", scope}};
  if (grant != nullptr && !grant->consent.empty()) entry.facts["consent"] = grant->consent.str();
  if (context.assertion) entry.facts["kid"] = context.assertion->kid;
  return entry;
}

}  // namespace oauth
