#include "oauth/authorization_server.h"

#include "oauth/access_token_check.h"
#include "oauth/binding/dpop.h"
#include "oauth/client_auth/client_keys.h"
#include "oauth/endpoints/introspection.h"
#include "oauth/endpoints/metadata.h"
#include "oauth/endpoints/pushed_authorization.h"
#include "oauth/endpoints/revocation.h"
#include "oauth/endpoints/token.h"
#include "oauth/endpoints/userinfo.h"
#include "oauth/store/grant_store.h"
#include "oauth/store/jti_store.h"

namespace oauth {

struct AuthorizationServer::Parts {
  Parts(AuthorizationServerDeps d, const base::Caller& boot)
      : deps(std::move(d)),
        client_keys(deps.jwks, deps.monotonic),
        dpop({deps.settings, deps.proofs, deps.pool}, deps.kek.derive("aldgate oauth dpop nonce v1")),
        keys({deps.settings, deps.key_schedule, deps.pool, deps.audit, deps.entropy, deps.kek}, boot),
        subjects(deps.kek.derive(kPairwiseKeyLabel)),
        refresh_replacement(deps.kek.derive(kRefreshReplacementKeyLabel)),
        access_tokens(deps.settings, keys, subjects),
        ending(deps.audit),
        clients(deps.settings, deps.audit, deps.entropy, deps.jwks),
        detail_types(deps.settings),
        checks{deps.settings, deps.pool, client_keys, known_clients, dpop, deps.client_authorities, detail_types},
        grants{deps.settings, deps.pool,     deps.audit, deps.entropy,        keys,
               subjects,      deps.consents, ending,     refresh_replacement, known_refresh_tokens},
        par(checks, deps.entropy, deps.consents, deps.kek.derive(kHandleKeyLabel)),
        token(checks, grants),
        revocation(checks, grants),
        introspection(checks, grants, access_tokens),
        resource_server({deps.settings, deps.pool, access_tokens, dpop}),
        userinfo({deps.settings, deps.pool, keys, deps.consents, resource_server}),
        metadata(deps.settings, detail_types),
        resource_metadata(deps.settings, detail_types),
        jwks(keys),
        interactions({deps.settings, deps.pool, deps.audit, deps.entropy, deps.consents, deps.kek, keys, subjects}) {}

  AuthorizationServerDeps deps;
  ClientKeys client_keys;
  KnownClients known_clients;
  KnownRefreshTokens known_refresh_tokens;
  DpopVerifier dpop;
  KeyRing keys;
  Subjects subjects;
  RefreshReplacement refresh_replacement;
  AccessTokenCheck access_tokens;
  GrantEnding ending;
  Clients clients;
  DetailTypes detail_types;
  CheckTools checks;
  GrantTools grants;
  PushedAuthorizationEndpoint par;
  TokenEndpoint token;
  RevocationEndpoint revocation;
  IntrospectionEndpoint introspection;
  ResourceServer resource_server;
  UserinfoEndpoint userinfo;
  MetadataEndpoint metadata;
  ProtectedResourceMetadataEndpoint resource_metadata;
  JwksEndpoint jwks;
  Interactions interactions;
};

AuthorizationServer::AuthorizationServer(AuthorizationServerDeps deps, const base::Caller& boot)
    : parts_(std::make_unique<Parts>(std::move(deps), boot)) {}
AuthorizationServer::~AuthorizationServer() = default;

base::http::Response AuthorizationServer::pushed_authorization(base::http::Call& call) { return parts_->par(call); }
base::http::Response AuthorizationServer::token(base::http::Call& call) { return parts_->token(call); }
base::http::Response AuthorizationServer::revocation(base::http::Call& call) { return parts_->revocation(call); }
base::http::Response AuthorizationServer::introspection(base::http::Call& call) { return parts_->introspection(call); }
base::http::Response AuthorizationServer::userinfo(base::http::Call& call, const PresentedAccess& access) {
  return parts_->userinfo(call, access);
}
base::http::Response AuthorizationServer::jwks(base::http::Call& call) { return parts_->jwks(call); }
base::http::Response AuthorizationServer::openid_configuration(base::http::Call& call) {
  return parts_->metadata(call);
}
base::http::Response AuthorizationServer::server_metadata(base::http::Call& call) { return parts_->metadata(call); }

base::http::Response AuthorizationServer::protected_resource_metadata(base::http::Call& call) {
  return parts_->resource_metadata(call);
}

Interactions& AuthorizationServer::interactions() { return parts_->interactions; }
ResourceServer& AuthorizationServer::resource_server() { return parts_->resource_server; }
KeyRing& AuthorizationServer::keys() { return parts_->keys; }
GrantEnding& AuthorizationServer::grants() { return parts_->ending; }
Clients& AuthorizationServer::clients() { return parts_->clients; }

int AuthorizationServer::sweep(const base::Caller& caller) {
  constexpr int kBatch = 10000;
  return base::db::with_transaction(parts_->deps.pool, caller.deadline, [&](base::db::Transaction& tx) {
    return delete_expired(tx, caller.now.protocol, kBatch) + delete_grants_past_use(tx, caller.now.protocol, kBatch);
  });
}

}  // namespace oauth
