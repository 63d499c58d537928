#include "oauth/endpoints/userinfo.h"

#include "base/crypto/jws.h"
#include "base/json/strict.h"
#include "oauth/scope.h"
#include "oauth/store/client_store.h"
#include "oauth/store/grant_store.h"
#include "oauth/tokens/requested_claims.h"

namespace oauth {
namespace {

using base::json::Value;

std::int64_t seconds_of(base::Instant at) {
  return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}

struct Found {
  Grant grant;
  Client client;
};

base::http::Response refuse(base::http::Call& call, const AccessRefusal& refusal) {
  call.event.refuse(refusal.code, refusal.log_text);
  base::http::Response response;
  response.status = refusal.status;
  response.body = base::json::dump({{"error", refusal.code}, {"error_description", refusal.public_text}});
  response.headers.add("Content-Type", "application/json");
  add_headers(refusal, response);
  return response;
}

}  // namespace

base::http::Response UserinfoEndpoint::operator()(base::http::Call& call, const PresentedAccess& access) {
  // [OIDC-CORE-5.3] claims "about the authenticated End-User": a client's own token is about nobody
  if (!access.has_customer()) return refuse(call, insufficient_scope(call, kScopeOpenid));
  const base::BrandId& brand = call.caller.tenant.brand;
  const auto found =
      base::db::read_only(deps_.pool, call.caller.deadline, [&](base::db::Transaction& tx) -> std::optional<Found> {
        auto grant = find_live_grant(tx, brand, access.grant(), GrantLock::none);
        auto client = find_client(tx, brand, access.client(), KeysWanted::live);
        if (!grant || !client) return std::nullopt;
        if (!grant->consent.empty() && !deps_.consents.authorised(tx, call.caller, grant->consent, ConsentLock::none)) {
          return std::nullopt;
        }
        return Found{std::move(*grant), std::move(*client)};
      });
  if (!found) return refuse(call, deps_.resource_server.ground_gone(call));

  const Grant& grant = found->grant;
  const auto asked = [&](std::string_view claim) { return asks_userinfo_for(grant.requested_claims, claim); };
  Value claims = {{"sub", access.subject()}};  // [OIDC-CORE-5.3.2] "MUST always be returned"
  if (asked(kClaimAcr) && !grant.acr.empty()) claims[std::string(kClaimAcr)] = grant.acr;
  if (asked(kClaimAuthTime)) claims[std::string(kClaimAuthTime)] = seconds_of(grant.auth_time);
  if (asked(kClaimIntent) && !grant.consent.empty()) claims[std::string(kClaimIntent)] = grant.consent.str();

  base::http::Response response;
  response.headers.add("Cache-Control", "no-store");
  if (found->client.userinfo_signed_response_alg.empty()) {
    response.body = base::json::dump(claims);
    response.headers.add("Content-Type", "application/json");
    return response;
  }
  // [OIDC-CORE-5.3.2] "If signed, the UserInfo Response MUST contain the Claims iss and aud as members."
  claims["iss"] = deps_.settings.issuer;
  claims["aud"] = access.client().str();
  const base::Instant now = call.caller.now.protocol;
  claims["iat"] = seconds_of(now);
  response.body = base::crypto::sign_compact({.typ = "JWT", .kid = "", .jwk = ""}, base::json::dump(claims),
                                             deps_.keys.current()->signing_key(now));
  response.headers.add("Content-Type", "application/jwt");
  return response;
}

}  // namespace oauth
