#include "oauth/grants/refresh_token.h"

#include "base/crypto/hash.h"

namespace oauth {
namespace {

auto invalid_grant(std::string log_text) {
  return base::failure(oauth_error(OAuthErrorCode::invalid_grant,
                                   "the refresh token is unknown, revoked, or its consent has ended",
                                   std::move(log_text)));
}

}  // namespace

GrantOutcome refresh_token(const GrantTools& tools, RequestContext& context) {
  const base::Caller& caller = context.call.caller;
  const base::BrandId& brand = caller.tenant.brand;
  const std::string hash = base::crypto::sha256(*context.form.only("refresh_token"));

  return base::db::in_transaction(tools.pool, caller.deadline, [&](base::db::Transaction& tx) -> GrantOutcome {
    TRY_VOID(record_authentication(tx, context));
    const auto row = find_refresh_token(tx, brand, hash);
    if (!row) return invalid_grant("no such refresh token");
    context.call.event.grant = row->grant;
    // [RFC6749-6] "validate that the refresh token was issued to the authenticated client"
    if (row->client != context.client->id) return invalid_grant("the refresh token was issued to another client");
    if (!row->live) return invalid_grant("the grant has ended");
    context.call.event.consent = row->consent;
    // Lock order: consent, then grant. A revocation under way is waited for, and then seen.
    if (!row->consent.empty() && !tools.consents.authorised(tx, caller, row->consent, ConsentLock::share)) {
      return invalid_grant("the consent is not authorised now");
    }
    auto grant = find_live_grant(tx, brand, row->grant, GrantLock::share);
    if (!grant) return invalid_grant("the grant has ended");
    context.call.event.psu = grant->psu;

    std::string scope = grant->scope;
    if (!context.scope.empty()) {
      // [RFC6749-6] "The requested scope MUST NOT include any scope not originally granted by the resource owner"
      const auto values = parse_scope(context.scope);
      for (const auto& value : *values) {
        if (!scope_has(grant->scope, value)) {
          return base::failure(oauth_error(OAuthErrorCode::invalid_scope, "scope is wider than what was granted"));
        }
      }
      scope = context.scope;
    }
    TRY_VOID(narrow_details(*grant, context));
    TokenResponse response = issue_access_token(tools, context, &*grant, scope);
    tools.audit.record(tx, token_evidence(context, "token.refresh", &*grant, scope));
    return response;
  });
}

}  // namespace oauth
