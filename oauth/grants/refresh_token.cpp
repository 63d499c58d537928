#include "oauth/grants/refresh_token.h"

#include <algorithm>

#include "base/crypto/hash.h"
#include "oauth/store/jti_store.h"

namespace oauth {
namespace {

// A policy wants it replaced, or it was.
bool is_replaced(const RefreshTokenRow& row, const Client& client) {
  return row.replaced_at ||
         (client.replace_refresh_tokens_before && row.issued_at < *client.replace_refresh_tokens_before);
}

auto invalid_grant(std::string log_text) {
  return base::failure(oauth_error(OAuthErrorCode::invalid_grant,
                                   "the refresh token is unknown, revoked, or its consent has ended",
                                   std::move(log_text)));
}

}  // namespace

bool retry_is_over(const RefreshTokenRow& row, const Settings& settings, base::Instant now) {
  return row.replaced_at && now >= *row.replaced_at + settings.refresh_token_retry;
}

GrantOutcome refresh_token(const GrantTools& tools, RequestContext& context) {
  const base::Caller& caller = context.call.caller;
  const base::BrandId& brand = caller.tenant.brand;
  const std::string token(*context.form.only("refresh_token"));
  const std::string hash = base::crypto::sha256(token);

  std::shared_ptr<const RefreshGrant> known = tools.known_refresh_tokens.find(brand, hash);
  std::shared_ptr<const RefreshGrant> as_read;  // to be remembered once it has led to a token

  const auto refresh = [&](base::db::Transaction& tx) -> GrantOutcome {
    record_authentication(tx, context);
    std::optional<RefreshGrant> found = known ? std::optional(*known) : find_refresh_grant(tx, brand, hash);
    if (!found) return invalid_grant("no such refresh token");
    if (!known) as_read = std::make_shared<const RefreshGrant>(*found);
    const RefreshTokenRow* const row = &found->token;
    Grant* const grant = &found->grant;
    context.call.event.grant = row->grant;
    // [RFC6749-6] "validate that the refresh token was issued to the authenticated client"
    if (row->client != context.client->id) return invalid_grant("the refresh token was issued to another client");
    if (!row->live) return invalid_grant("the grant has ended");
    // The grant stays: what ends it for reuse [RFC9700-4.14.2] is for public clients. Here the caller has proven the
    // client's own key, so that this is a client that lost its new token, not somebody who stole the old one.
    if (retry_is_over(*row, tools.settings, context.now())) {
      return invalid_grant("the refresh token was replaced, and the time to repeat that request is over");
    }
    context.call.event.consent = row->consent;
    // Lock order: consent, then grant. A revocation under way is waited for, and then seen: both go out with COMMIT.
    if (!row->consent.empty()) tools.consents.demand_authorised(tx, caller, row->consent);
    if (known) {
      demand_unchanged(tx, brand, hash, *known);
    } else {
      demand_live_grant(tx, brand, row->grant);
    }
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
    auto entry = token_evidence(context, "token.refresh", &*grant, scope);
    // [FAPI2-SP-FINAL-5.3.2.1-9] no rotation but by a policy of the operator's; then the old one answers with the same
    // new one for a while, so that a lost reply costs nothing
    if (is_replaced(*row, *context.client)) {
      const base::Instant now = context.now();
      response.refresh_token = tools.refresh_replacement.of(brand, row->grant, token);
      replace_refresh_token(tx, brand, hash, base::crypto::sha256(response.refresh_token), *row,
                            std::max(now, context.client->replace_refresh_tokens_before.value_or(now)), now);
      entry.facts["refresh_token"] = "replaced";
    }
    tools.audit.record(tx, entry);
    return response;
  };
  const auto remember = [&](GrantOutcome outcome) {
    const bool replaced = outcome && *outcome && !(*outcome)->refresh_token.empty();
    if (replaced) tools.known_refresh_tokens.forget(brand, hash);
    if (outcome && *outcome && !replaced && as_read) tools.known_refresh_tokens.keep(brand, hash, *as_read);
    return outcome;
  };
  if (known) {
    try {
      return remember(base::db::in_transaction(tools.pool, caller.deadline, refresh));
    } catch (const base::db::Unmet& unmet) {
      if (assertion_unmet(unmet)) throw;
      // It is as it was read no more, or the consent does not stand: decided on the truth, which has the reason too.
      tools.known_refresh_tokens.forget(brand, hash);
      known = nullptr;
    }
  }
  try {
    return remember(base::db::in_transaction(tools.pool, caller.deadline, refresh));
  } catch (const base::db::Unmet& unmet) {
    if (assertion_unmet(unmet)) throw;
    return invalid_grant(is_grant_unmet(unmet) ? "the grant has ended" : "the consent is not authorised now");
  }
}

}  // namespace oauth
