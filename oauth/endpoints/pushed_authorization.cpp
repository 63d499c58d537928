#include "oauth/endpoints/pushed_authorization.h"

#include "base/crypto/hash.h"
#include "base/encoding.h"
#include "base/json/object_text.h"
#include "oauth/checks/current_client.h"
#include "oauth/checks/table.h"
#include "oauth/grants/token_response.h"
#include "oauth/scope.h"
#include "oauth/store/jti_store.h"
#include "oauth/store/signed_request_store.h"
#include "oauth/tokens/handle.h"

namespace oauth {
namespace {

// The request object's jti is used once, and the object is kept as it came: the client cannot deny having asked for it
// (FAPI 2.0 Message Signing, NR1).
base::Result<void, OAuthError> record_request_object(base::db::Transaction& tx, const RequestContext& context,
                                                     const std::string& request_hash) {
  if (!context.request_object) return {};
  const RequestObject& object = *context.request_object;
  const base::Caller& caller = context.call.caller;
  if (object.jti_hash && use_assertion_jti(tx, caller.tenant.brand, context.client->id, "request_object",
                                           *object.jti_hash, object.jti_expires_at) == UseOnce::again) {
    return base::failure(
        oauth_error(OAuthErrorCode::invalid_request_object, "request object: it was pushed before: its jti is known"));
  }
  insert_signed_request(tx, caller, context.client->id, request_hash, object.text);
  return {};
}

// The one scope asked for that needs a consent; nullopt: none, or more than one.
std::optional<std::string_view> only_intent_scope(const std::string& scope) {
  std::optional<std::string_view> only;
  for (const auto candidate : kIntentScopes) {
    if (!scope_has(scope, candidate)) continue;
    if (only) return std::nullopt;
    only = candidate;
  }
  return only;
}

// Without a round trip, where the scope alone tells what the consent would. False: it has to be read.
bool demand_intent(base::db::Transaction& tx, const base::Caller& caller, ConsentGate& consents,
                   PushedRequest& request) {
  const auto scope = only_intent_scope(request.scope);
  if (request.consent.empty() || !scope) return false;
  const auto intent = consents.demand_intent(tx, caller, request.client, request.consent, *scope);
  if (!intent) return false;
  request.long_lived = intent->long_lived;
  return true;
}

// The consent's own scope must be asked for, and no other that needs a consent.
base::Result<void, OAuthError> take_intent(base::db::Transaction& tx, const base::Caller& caller, ConsentGate& consents,
                                           PushedRequest& request) {
  if (request.consent.empty()) {
    // The sandbox's test resource may be used for long, as accounts may; identity alone is of use once.
    request.long_lived = scope_has(request.scope, kScopeTest);
    return {};
  }
  const auto intent = consents.intent(tx, caller, request.client, request.consent);
  if (!intent) {
    switch (intent.error()) {
      case IntentRefusal::unknown:
        return base::failure(oauth_error(OAuthErrorCode::invalid_request, "the consent does not exist",
                                         "the consent does not exist, or is another client's"));
      case IntentRefusal::not_authorisable:
        return base::failure(oauth_error(OAuthErrorCode::invalid_request,
                                         "the consent cannot be authorised: used, rejected, revoked or expired"));
    }
  }
  for (const auto scope : kIntentScopes) {
    if (scope_has(request.scope, scope) != (scope == intent->scope)) {
      return base::failure(
          oauth_error(OAuthErrorCode::invalid_scope, "scope does not fit the consent: " + intent->scope));
    }
  }
  request.long_lived = intent->long_lived;
  return {};
}

}  // namespace

std::string interaction_handle_of(const base::Secret& handle_key, base::Instant ends_at,
                                  const std::string& request_hash) {
  return handle_of(ends_at, base::base64url_encode(base::crypto::hmac_sha256(handle_key, request_hash))).text;
}

base::http::Response PushedAuthorizationEndpoint::operator()(base::http::Call& call) {
  return answer_current(call, checks_, [&](RequestContext& context) { return answer(context); });
}

base::http::Response PushedAuthorizationEndpoint::answer(RequestContext& context) {
  base::http::Call& call = context.call;
  if (const auto checked = run_checks(Column::par, context); !checked) return to_response(checked.error(), call);

  const Profile& profile = context.profile();
  PushedRequest& request = context.request;
  request.client = context.client->id;
  request.pushed_at = context.now();
  request.expires_at = context.now() + profile.request_uri_lifetime;
  request.ends_at = whole_seconds(request.expires_at + checks_.settings.interaction_lifetime);
  call.event.consent = request.consent;
  const Handle handle = new_handle(request.ends_at, entropy_);
  const std::string handle_hash =
      base::crypto::sha256(interaction_handle_of(handle_key_, request.ends_at, handle.hash));

  bool demanded = false;
  const auto store = [&](bool may_demand) {
    return base::db::in_transaction(checks_.pool, call.caller.deadline,
                                    [&](base::db::Transaction& tx) -> base::Result<bool, OAuthError> {
                                      record_authentication(tx, context);
                                      TRY_VOID(record_request_object(tx, context, handle.hash));
                                      demanded = may_demand && demand_intent(tx, call.caller, consents_, request);
                                      if (!demanded) TRY_VOID(take_intent(tx, call.caller, consents_, request));
                                      insert_pushed_request(tx, call.caller.tenant.brand, request, handle, handle_hash);
                                      return true;
                                    });
  };
  const auto stored = [&] {
    try {
      return store(true);
    } catch (const base::db::Unmet& unmet) {
      if (!demanded || assertion_unmet(unmet)) throw;
    }
    return store(false);  // which has the reason
  }();
  if (!stored) return to_response(stored.error(), call);

  // [RFC9126-2.2] "201 Created", request_uri and expires_in
  base::http::Response response;
  response.status = 201;
  response.body = base::json::ObjectText()
                      .number("expires_in", profile.request_uri_lifetime.count())
                      .text("request_uri", std::string(kRequestUriPrefix) + handle.text)
                      .take();
  response.headers.add("Content-Type", "application/json");
  response.headers.add("Cache-Control", "no-store");
  return context.with_next_nonce(std::move(response));
}

}  // namespace oauth
