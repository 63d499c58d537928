#include "oauth/grants/authorization_code.h"

#include "base/crypto/hash.h"
#include "base/secret.h"
#include "oauth/scope.h"
#include "oauth/store/code_store.h"
#include "oauth/tokens/handle.h"
#include "oauth/tokens/id_token.h"

namespace oauth {
namespace {

// The client learns that the code is no good; the log learns why.
auto invalid_grant(std::string log_text) {
  return base::failure(oauth_error(OAuthErrorCode::invalid_grant,
                                   "the code is unknown, used, expired, or bound to something else",
                                   std::move(log_text)));
}

// consume_code found nothing to consume. A wrong client, redirect URI or key is refused without burning the code, so
// that nobody who stole it can spend it. A second use by its own client ends the grant.
GrantOutcome refuse_code(base::db::Transaction& tx, const GrantTools& tools, RequestContext& context,
                         const Handle& handle, const CodeUse& use) {
  const auto state = look_at_code(tx, handle, use);
  if (!state) return invalid_grant("no such code");
  context.call.event.grant = state->grant;
  // [RFC6749-4.1.3] "ensure that the authorization code was issued to the authenticated confidential client"
  if (state->client != context.client->id) return invalid_grant("the code was issued to another client");
  if (state->consumed) {
    // [RFC6749-4.1.2] "If an authorization code is used more than once, the authorization server MUST deny the request
    // and SHOULD revoke (when possible) all tokens previously issued based on that authorization code."
    tools.ending.end_grant(tx, context.call.caller, state->grant, base::db::ActorKind::tpp, context.client->id.str(),
                           "[RFC6749-4.1.2] code used twice");
    return base::Result<TokenResponse, OAuthError>(invalid_grant("the code was used before: its grant has ended"));
  }
  // [RFC6749-4.1.3] "ensure that the "redirect_uri" parameter … their values are identical"
  if (!state->redirect_uri_matches) return invalid_grant("redirect_uri is not the one of the authorization request");
  // [RFC9449-10] "MUST reject the token request if … does not match the authorization code's dpop_jkt"
  if (!state->jkt_matches) return invalid_grant("the code is bound to another DPoP key");
  return invalid_grant("the code is expired");
}

}  // namespace

GrantOutcome authorization_code(const GrantTools& tools, RequestContext& context) {
  const base::Instant now = context.now();
  const auto handle = parse_handle(*context.form.only("code"), now);
  if (!handle) return invalid_grant("not a code of ours");
  const base::Caller& caller = context.call.caller;
  const base::BrandId& brand = caller.tenant.brand;
  const CodeUse use{brand, context.client->id, std::string(*context.form.only("redirect_uri")), context.jkt};
  // Before any database connection is held: this can wait for the client's own server.
  std::optional<base::Result<base::crypto::EncryptionKey, ClientKeyFault>> encryption_key;
  if (!context.client->id_token_encrypted_response_alg.empty()) {
    encryption_key = context.tools.client_keys.for_id_tokens(caller, *context.client);
  }
  const std::string challenge = base::crypto::sha256_base64url(*context.form.only("code_verifier"));

  return base::db::in_transaction(tools.pool, caller.deadline, [&](base::db::Transaction& tx) -> GrantOutcome {
    TRY_VOID(record_authentication(tx, context));
    const auto code = consume_code(tx, *handle, use, now);
    if (!code) return refuse_code(tx, tools, context, *handle, use);
    // [RFC7636-4.6] "If the values are not equal, an error response indicating "invalid_grant" … MUST be returned."
    // Rolled back: a wrong verifier does not burn the code either.
    if (!base::constant_time_equal(challenge, code->code_challenge))
      return invalid_grant("code_verifier does not match");

    // Lock order: consent, then grant.
    context.call.event.grant = code->grant;
    const auto seen = find_live_grant(tx, brand, code->grant, GrantLock::none);
    if (!seen) return invalid_grant("the grant has ended");
    context.call.event.consent = seen->consent;
    context.call.event.psu = seen->psu;
    if (!seen->consent.empty() && !tools.consents.redeemable(tx, caller, seen->consent)) {
      return invalid_grant("the consent is not authorised now");
    }
    auto grant = find_live_grant(tx, brand, code->grant, GrantLock::share);
    if (!grant) return invalid_grant("the grant has ended");

    TRY_VOID(narrow_details(*grant, context));
    TokenResponse response = issue_access_token(tools, context, &*grant, grant->scope);
    if (grant->long_lived) {
      response.refresh_token = base::random_handle(tools.entropy);
      insert_refresh_token(tx, brand, base::crypto::sha256(response.refresh_token), grant->client, grant->id, now);
    }
    if (scope_has(grant->scope, kScopeOpenid)) {
      const auto keys = tools.keys.current();
      response.id_token = sign_id_token({.issuer = tools.settings.issuer,
                                         .client = grant->client,
                                         .subject = tools.subjects.subject_of(brand, *context.client, grant->psu),
                                         .issued_at = now,
                                         .expires_at = now + context.profile().access_token_lifetime,
                                         .auth_time = grant->auth_time,
                                         .acr = grant->acr,
                                         .nonce = code->nonce,
                                         .state_hash = code->state_hash,
                                         .consent = grant->consent,
                                         .access_token = response.access_token},
                                        keys->signing_key(now, context.client->id_token_signed_response_alg));
      if (encryption_key) {
        // Rolled back: a key server that is away burns no code, and no ID token goes out in clear.
        if (!*encryption_key) {
          return base::failure(oauth_error(OAuthErrorCode::invalid_request,
                                           "the ID token cannot be encrypted: " + encryption_key->error().public_text,
                                           encryption_key->error().log_text));
        }
        response.id_token = encrypt_id_token(response.id_token, **encryption_key, tools.entropy);
      }
    }
    tools.audit.record(tx, token_evidence(context, "token.issue", &*grant, grant->scope));
    return response;
  });
}

}  // namespace oauth
