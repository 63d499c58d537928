#include "oauth/endpoints/revocation.h"

#include "base/crypto/hash.h"
#include "oauth/checks/current_client.h"
#include "oauth/checks/table.h"
#include "oauth/evidence.h"
#include "oauth/store/jti_store.h"
#include "oauth/tokens/access_token.h"

namespace oauth {
namespace {

using Revoked = base::Result<bool, OAuthError>;

Revoked end_grant_of(base::db::Transaction& tx, const GrantTools& tools, RequestContext& context,
                     const base::GrantId& grant) {
  context.call.event.grant = grant;
  tools.ending.end_grant(tx, context.call.caller, grant, base::db::ActorKind::tpp, context.client->id.str(),
                         "[RFC7009-2.1] revoked by the client");
  return true;
}

// [RFC7009-2.1] "whether the token was issued to the client making the revocation request. If this validation fails,
// the request is refused and the client is informed of the error"
auto not_yours() {
  return base::failure(oauth_error(OAuthErrorCode::unauthorized_client, "the token was not issued to this client"));
}

Revoked revoke(base::db::Transaction& tx, const GrantTools& tools, RequestContext& context, const std::string& token) {
  const base::Caller& caller = context.call.caller;
  record_authentication(tx, context);
  if (const auto row = find_refresh_token(tx, caller.tenant.brand, base::crypto::sha256(token))) {
    if (row->client != context.client->id) return not_yours();
    return end_grant_of(tx, tools, context, row->grant);
  }
  const auto access = read_access_token(token, *tools.keys.current(), tools.settings.issuer,
                                        tools.settings.resource_audience, context.now(), Expiry::ignored);
  // [RFC7009-2.2] "The authorization server responds with HTTP status code 200 … if the client submitted an invalid
  // token."
  if (!access) return true;
  if (access->client != context.client->id) return not_yours();
  if (!access->grant.empty()) return end_grant_of(tx, tools, context, access->grant);
  if (access->expires_at <= context.now()) return true;
  revoke_access_token(tx, caller.tenant.brand, base::crypto::sha256(access->jti),
                      access->expires_at + std::chrono::minutes(5));
  auto entry = token_evidence(context, "token.revoke", nullptr, access->scope);
  entry.reason = "[RFC7009-2.1] revoked by the client";
  tools.audit.record(tx, entry);
  return true;
}

}  // namespace

base::http::Response RevocationEndpoint::operator()(base::http::Call& call) {
  return answer_current(call, checks_, [&](RequestContext& context) { return answer(context); });
}

base::http::Response RevocationEndpoint::answer(RequestContext& context) const {
  base::http::Call& call = context.call;
  if (const auto checked = run_checks(Column::revocation, context); !checked) return to_response(checked.error(), call);
  const std::string token(*context.form.only("token"));
  const auto revoked = base::db::in_transaction(grants_.pool, call.caller.deadline, [&](base::db::Transaction& tx) {
    return revoke(tx, grants_, context, token);
  });
  if (!revoked) return to_response(revoked.error(), call);
  base::http::Response response;
  response.headers.add("Cache-Control", "no-store");
  return response;
}

}  // namespace oauth
