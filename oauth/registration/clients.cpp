#include "oauth/registration/clients.h"

#include <algorithm>

#include "base/crypto/jwe.h"
#include "base/crypto/jwk.h"
#include "base/crypto/x509.h"
#include "base/encoding.h"
#include "base/json/strict.h"
#include "oauth/evidence.h"
#include "oauth/scope.h"
#include "oauth/store/client_store.h"

namespace oauth {
namespace {

constexpr std::size_t kMaxName = 100;
constexpr std::size_t kMaxRedirectUris = 20;
constexpr std::size_t kMaxKid = 128;

using Code = RegistrationErrorCode;

auto refuse(Code code, std::string text) { return base::failure(RegistrationError{code, std::move(text)}); }

bool plain_id(std::string_view id) {
  return id.size() >= 3 && id.size() <= 64 &&
         id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._") ==
             std::string_view::npos;
}

// A name is shown to customers: one line, no control characters.
bool plain_name(std::string_view name) {
  return name.size() <= kMaxName && std::all_of(name.begin(), name.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte >= 0x20 && byte != 0x7f;
         });
}

base::Result<ClientKey, RegistrationError> key_of(const base::crypto::PublicKey& key, base::Instant now) {
  ClientKey out;
  out.kid = key.kid().empty() ? key.thumbprint() : key.kid();
  if (out.kid.size() > kMaxKid) return refuse(Code::invalid_client_metadata, "a kid is too long");
  out.jwk = key.with_kid(out.kid).to_jwk();
  out.thumbprint = key.thumbprint();
  out.added_at = now;
  return out;
}

// A JWK Set, or one JWK.
base::Result<std::vector<ClientKey>, RegistrationError> keys_of(const std::string& text, base::Instant now) {
  const auto json = base::json::parse_strict(text, {.max_bytes = base::crypto::JwkSet::kMaxBytes});
  if (!json || !json->is_object()) return refuse(Code::invalid_client_metadata, "jwks is not a JSON object");
  std::vector<base::crypto::PublicKey> parsed;
  if (json->contains("keys")) {
    const auto set = base::crypto::JwkSet::parse(text);
    if (!set) return refuse(Code::invalid_client_metadata, "jwks: " + set.error().log_text);
    parsed = set->keys();
  } else {
    const auto key = base::crypto::PublicKey::from_jwk(text);
    if (!key) return refuse(Code::invalid_client_metadata, "jwk: " + key.error().log_text);
    parsed.push_back(*key);
  }
  if (parsed.empty()) return refuse(Code::invalid_client_metadata, "jwks holds no key for PS256, ES256 or EdDSA");
  std::vector<ClientKey> keys;
  for (const auto& key : parsed) {
    TRY(ClientKey one, key_of(key, now));
    for (const auto& other : keys) {
      if (other.kid == one.kid || other.thumbprint == one.thumbprint) {
        return refuse(Code::invalid_client_metadata, "jwks holds a key or a kid twice");
      }
    }
    keys.push_back(std::move(one));
  }
  return keys;
}

// [RFC7591-2] "The "jwks_uri" and "jwks" parameters MUST NOT both be present in the same request or response."
base::Result<void, RegistrationError> take_keys(const NewClient& asked, const JwksFetcher& fetcher, base::Instant now,
                                                Client& client) {
  if (!asked.jwks_uri.empty()) {
    if (!asked.jwks.empty()) return refuse(Code::invalid_client_metadata, "jwks or jwks_uri, not both");
    if (const auto fault = fetcher.fault(asked.jwks_uri)) {
      return refuse(Code::invalid_client_metadata, "jwks_uri: " + *fault);
    }
    client.jwks_uri = asked.jwks_uri;
  } else if (!asked.jwks.empty()) {
    TRY(client.keys, keys_of(asked.jwks, now));
  }
  return {};
}

// What the method needs to recognise the client by.
base::Result<void, RegistrationError> take_credentials(const NewClient& asked, const JwksFetcher& fetcher,
                                                       base::Instant now, Client& client) {
  if (!asked.tls_subject.empty() && asked.auth_method != ClientAuthMethod::tls_client_auth) {
    return refuse(Code::invalid_client_metadata, "a certificate's subject is for tls_client_auth only");
  }
  TRY_VOID(take_keys(asked, fetcher, now, client));
  const bool has_keys = !client.keys.empty() || !client.jwks_uri.empty();
  switch (asked.auth_method) {
    case ClientAuthMethod::private_key_jwt: {
      if (!has_keys) return refuse(Code::invalid_client_metadata, "private_key_jwt needs jwks or jwks_uri");
      return {};
    }
    case ClientAuthMethod::tls_client_auth: {
      client.tls_subject_kind = asked.tls_subject_kind;
      client.tls_subject = asked.tls_subject;
      if (client.tls_subject.empty() && !asked.certificate_pem.empty()) {
        const auto certificate = base::crypto::Certificate::from_pem(asked.certificate_pem);
        if (!certificate) return refuse(Code::invalid_client_metadata, "certificate: " + certificate.error().log_text);
        client.tls_subject_kind = TlsSubjectKind::subject_dn;
        client.tls_subject = certificate->subject();
      }
      if (const auto fault = tls_subject_fault(client.tls_subject_kind, client.tls_subject)) {
        return refuse(Code::invalid_client_metadata, *fault);
      }
      return {};
    }
    case ClientAuthMethod::self_signed_tls_client_auth: {
      if (asked.certificate_pem.empty() && !client.jwks_uri.empty()) return {};
      if (has_keys) {
        return refuse(Code::invalid_client_metadata, "self_signed_tls_client_auth takes a certificate, or a jwks_uri");
      }
      const auto certificate = base::crypto::Certificate::from_pem(asked.certificate_pem);
      if (!certificate) {
        return refuse(Code::invalid_client_metadata, "self_signed_tls_client_auth needs a certificate or a jwks_uri");
      }
      const auto key = certificate->public_key();
      if (!key) return refuse(Code::invalid_client_metadata, "certificate: " + key.error().log_text);
      TRY(ClientKey one, key_of(*key, now));
      client.keys.push_back(std::move(one));
      return {};
    }
  }
  return {};
}

// [OIDC-CORE-8.1] a host, with nothing that could be read as more
bool plain_host(std::string_view host) {
  return host.size() <= 253 &&
         host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.[:]") == std::string_view::npos;
}

// [OIDC-REGISTRATION-2] id_token_encrypted_response_alg and _enc: "signed then encrypted", to the one key of its jwks
// that is for encryption and fits, or to one that it publishes.
base::Result<void, RegistrationError> take_encryption(const NewClient& asked, Client& client) {
  client.id_token_encrypted_response_alg = asked.id_token_encrypted_response_alg;
  client.id_token_encrypted_response_enc = asked.id_token_encrypted_response_enc;
  if (asked.id_token_encrypted_response_alg.empty() && asked.id_token_encrypted_response_enc.empty()) return {};
  const auto algorithm = base::crypto::jwe_algorithm_from_text(asked.id_token_encrypted_response_alg);
  if (!algorithm || asked.id_token_encrypted_response_enc != base::crypto::kJweEncryption) {
    return refuse(
        Code::invalid_client_metadata,
        "id_token_encrypted_response_alg: RSA-OAEP-256 or ECDH-ES, with id_token_encrypted_response_enc A256GCM");
  }
  if (!client.jwks_uri.empty()) return {};  // looked for there when it is needed
  if (asked.jwks.empty()) {
    return refuse(Code::invalid_client_metadata, "encrypted ID tokens need the key in jwks, or a jwks_uri");
  }
  const auto keys = base::crypto::EncryptionKey::from_jwks(asked.jwks);
  if (!keys) return refuse(Code::invalid_client_metadata, "jwks: " + keys.error().log_text);
  for (const auto& key : *keys) {
    if (key.algorithm() != *algorithm) continue;
    if (!client.encryption_jwk.empty()) {
      return refuse(Code::invalid_client_metadata, "jwks holds several keys of use enc for this algorithm");
    }
    client.encryption_jwk = key.to_jwk();
  }
  if (client.encryption_jwk.empty()) {
    return refuse(Code::invalid_client_metadata, "jwks holds no key of use enc for this algorithm");
  }
  return {};
}

// [OIDC-REGISTRATION-2] id_token_signed_response_alg: one that its profile admits.
base::Result<void, RegistrationError> take_id_token_algorithm(const NewClient& asked, Client& client) {
  const Profile& profile = profile_of(asked.profile);
  client.id_token_signed_response_alg = profile.id_token_algorithms.front();
  if (asked.id_token_signed_response_alg.empty()) return {};
  std::string admitted;
  for (const auto algorithm : profile.id_token_algorithms) {
    admitted.append(admitted.empty() ? "" : ", ").append(to_text(algorithm));
    if (asked.id_token_signed_response_alg != to_text(algorithm)) continue;
    client.id_token_signed_response_alg = algorithm;
    return {};
  }
  std::string text = "id_token_signed_response_alg: profile " + std::string(to_text(profile.name)) + " admits " +
                     admitted + ", not " + asked.id_token_signed_response_alg;
  // [FAPI2-SP-FINAL-5.4.1-1] "shall use PS256, ES256, or EdDSA"
  if (asked.id_token_signed_response_alg == to_text(base::crypto::JwsAlgorithm::rs256)) {
    text += ": FAPI 2.0 section 5.4.1 forbids it; a client that needs it is registered with profile oidc";
  }
  return refuse(Code::invalid_client_metadata, std::move(text));
}

// How it wants to ask and be answered (FAPI 2.0 Message Signing; OpenID Connect Registration section 2).
base::Result<void, RegistrationError> take_metadata(const NewClient& asked, Client& client) {
  client.require_signed_request_object = asked.require_signed_request_object;
  client.require_dpop_nonce = asked.require_dpop_nonce;
  // In their own names, each once: "jwt" is query.jwt here [JARM-2.3.4].
  std::vector<std::string> modes;
  for (const auto& asked_mode : asked.response_modes) {
    const auto mode = response_mode_from_text(asked_mode);
    if (!mode) return refuse(Code::invalid_client_metadata, "response_modes: query, query.jwt, jwt or form_post.jwt");
    if (std::find(modes.begin(), modes.end(), to_text(*mode)) == modes.end()) modes.emplace_back(to_text(*mode));
  }
  if (!modes.empty()) client.response_modes = std::move(modes);
  TRY_VOID(take_id_token_algorithm(asked, client));
  client.userinfo_signed_response_alg = asked.userinfo_signed_response_alg;
  if (!asked.userinfo_signed_response_alg.empty() && asked.userinfo_signed_response_alg != "ES256") {
    return refuse(Code::invalid_client_metadata, "userinfo_signed_response_alg: ES256");
  }
  client.subject_type = asked.subject_type;
  if (asked.subject_type == SubjectType::pairwise) {
    // [OIDC-CORE-8.1] "the Sector Identifier … is the host component of the registered redirect_uri"
    for (const auto& uri : client.redirect_uris) {
      const std::string origin = origin_of(uri);
      const std::string host = origin.substr(origin.find("://") + 3);
      const std::string sector = host.substr(0, host.front() == '[' ? host.find(']') + 1 : host.find(':'));
      if (asked.sector.empty() && !client.sector.empty() && client.sector != sector) {
        return refuse(Code::invalid_client_metadata, "redirect URIs on several hosts: pairwise needs a sector");
      }
      client.sector = sector;
    }
    if (!asked.sector.empty()) client.sector = asked.sector;
    if (!plain_host(client.sector)) return refuse(Code::invalid_client_metadata, "sector is not a host in lower case");
    if (client.sector.empty())
      return refuse(Code::invalid_client_metadata, "pairwise needs a redirect URI or a sector");
  }
  return take_encryption(asked, client);
}

// There is no key of such a client here, and so no mark of its use either.
auto keys_published(const Client& client) {
  return refuse(Code::keys_published,
                "this client publishes its keys at " + client.jwks_uri +
                    ": add and take away keys there; what is taken away is refused when the cached set is over");
}

base::Result<std::string, RegistrationError> scope_of(const Settings& settings, const std::string& asked) {
  const std::string all = registrable_scope(settings);
  if (asked.empty()) return all;
  const auto values = parse_scope(asked);
  if (!values) return refuse(Code::invalid_client_metadata, "scope is malformed");
  if (scope_has(asked, kScopeIntrospection)) {
    // What may look at everybody's tokens holds none of its own.
    if (values->size() != 1) return refuse(Code::invalid_client_metadata, "scope 'introspection' stands alone");
    return std::string(kScopeIntrospection);
  }
  std::string scope;
  for (const auto& value : *values) {
    if (!scope_has(all, value)) return refuse(Code::invalid_client_metadata, "scope '" + value + "' does not exist");
    scope += (scope.empty() ? "" : " ") + value;
  }
  return scope;
}

base::db::AuditEntry client_evidence(const base::Caller& caller, const Operator& by, std::string action,
                                     const base::ClientId& client) {
  return evidence(caller, by.kind, by.name, std::move(action), "client", client.str());
}

}  // namespace

std::string_view to_text(RegistrationErrorCode code) {
  switch (code) {
    case Code::invalid_redirect_uri:
      return "invalid_redirect_uri";
    case Code::invalid_client_metadata:
      return "invalid_client_metadata";
    case Code::client_exists:
      return "client_exists";
    case Code::unknown_client:
      return "unknown_client";
    case Code::key_exists:
      return "key_exists";
    case Code::unknown_key:
      return "unknown_key";
    case Code::last_key:
      return "last_key";
    case Code::keys_published:
      return "keys_published";
  }
  return "";
}

std::string registrable_scope(const Settings& settings) {
  std::string scope(kScopeOpenid);
  for (const auto value : kIntentScopes) scope.append(" ").append(value);
  scope.append(" ").append(kScopeWebhooks);
  if (settings.sandbox == SandboxFeatures::yes) scope.append(" ").append(kScopeTest);
  return scope;
}

base::Result<Client, RegistrationError> Clients::register_client(base::db::Transaction& tx, const base::Caller& caller,
                                                                 const Operator& by, const NewClient& asked) {
  const base::Instant now = caller.now.protocol;
  Client client;
  client.id = asked.id ? *asked.id : base::ClientId("tpp-" + base::random_handle(entropy_, 12));
  // [FAPI2-SP-FINAL-6.7] a client_id must not be able to look like a `sub`: those are UUIDs, or hold a ':'
  if (!plain_id(client.id.str()) || base::is_uuid(client.id.str())) {
    return refuse(Code::invalid_client_metadata, "client_id: 3 to 64 letters, digits, '-', '.', '_', and no UUID");
  }
  if (asked.name.empty() || !plain_name(asked.name) || !plain_name(asked.on_behalf_of)) {
    return refuse(Code::invalid_client_metadata, "name is missing, too long, or has control characters");
  }
  client.name = asked.name;
  client.on_behalf_of = asked.on_behalf_of;
  client.auth_method = asked.auth_method;
  client.binding = asked.binding;
  client.profile = asked.profile;
  if (asked.redirect_uris.size() > kMaxRedirectUris)
    return refuse(Code::invalid_redirect_uri, "too many redirect URIs");
  for (const auto& uri : asked.redirect_uris) {
    if (const auto fault = redirect_uri_fault(uri))
      return refuse(Code::invalid_redirect_uri, "redirect URI: " + *fault);
  }
  client.redirect_uris = asked.redirect_uris;
  TRY(client.scope, scope_of(settings_, asked.scope));
  TRY_VOID(take_credentials(asked, jwks_, now, client));
  TRY_VOID(take_metadata(asked, client));

  const base::BrandId& brand = caller.tenant.brand;
  if (!insert_client(tx, brand, client, now))
    return refuse(Code::client_exists, "this client_id is registered already");
  for (const auto& key : client.keys) {
    if (!insert_client_key(tx, brand, client.id, key)) return refuse(Code::key_exists, "jwks holds a key twice");
  }
  auto entry = client_evidence(caller, by, "client.register", client.id);
  entry.facts = {{"auth_method", std::string(to_text(client.auth_method))},
                 {"binding", std::string(to_text(client.binding))},
                 {"profile", std::string(to_text(client.profile))},
                 {"scope", client.scope},
                 {"id_token_signed_response_alg", std::string(to_text(client.id_token_signed_response_alg))}};
  audit_.record(tx, entry);
  return client;
}

base::Result<std::string, RegistrationError> Clients::add_key(base::db::Transaction& tx, const base::Caller& caller,
                                                              const Operator& by, const base::ClientId& client,
                                                              const std::string& jwk) {
  if (!lock_client(tx, caller.tenant.brand, client)) return refuse(Code::unknown_client, "no such client");
  const auto found = find_client(tx, caller.tenant.brand, client, KeysWanted::live);
  if (!found->jwks_uri.empty()) return keys_published(*found);
  const auto parsed = base::crypto::PublicKey::from_jwk(jwk);
  if (!parsed) return refuse(Code::invalid_client_metadata, "jwk: " + parsed.error().log_text);
  TRY(const ClientKey key, key_of(*parsed, caller.now.protocol));
  if (!insert_client_key(tx, caller.tenant.brand, client, key)) {
    return refuse(Code::key_exists, "this key, or another with its kid, was registered before");
  }
  auto entry = client_evidence(caller, by, "client.add_key", client);
  entry.facts = {{"kid", key.kid}, {"thumbprint", key.thumbprint}};
  audit_.record(tx, entry);
  return key.kid;
}

base::Result<void, RegistrationError> Clients::retire_key(base::db::Transaction& tx, const base::Caller& caller,
                                                          const Operator& by, const base::ClientId& client,
                                                          const std::string& kid) {
  if (!lock_client(tx, caller.tenant.brand, client)) return refuse(Code::unknown_client, "no such client");
  const auto found = find_client(tx, caller.tenant.brand, client, KeysWanted::live);
  if (!found->jwks_uri.empty()) return keys_published(*found);
  const auto& keys = found->keys;
  if (std::none_of(keys.begin(), keys.end(), [&](const ClientKey& key) { return key.kid == kid; })) {
    return refuse(Code::unknown_key, "no live key with this kid");
  }
  if (keys.size() == 1 && found->auth_method != ClientAuthMethod::tls_client_auth) {
    return refuse(Code::last_key, "this is the client's only key: add its successor first, or disable the client");
  }
  retire_client_key(tx, caller.tenant.brand, client, kid, caller.now.protocol);
  auto entry = client_evidence(caller, by, "client.retire_key", client);
  entry.facts = {{"kid", kid}};
  audit_.record(tx, entry);
  return {};
}

base::Result<void, RegistrationError> Clients::set_status(base::db::Transaction& tx, const base::Caller& caller,
                                                          const Operator& by, const base::ClientId& client,
                                                          ClientStatus status) {
  if (!lock_client(tx, caller.tenant.brand, client)) return refuse(Code::unknown_client, "no such client");
  if (set_client_status(tx, caller.tenant.brand, client, status)) {
    auto entry = client_evidence(caller, by, "client.set_status", client);
    entry.facts = {{"status", std::string(to_text(status))}};
    audit_.record(tx, entry);
  }
  return {};
}

base::Result<void, RegistrationError> Clients::replace_refresh_tokens(base::db::Transaction& tx,
                                                                      const base::Caller& caller, const Operator& by,
                                                                      const base::ClientId& client) {
  if (!oauth::replace_refresh_tokens(tx, caller.tenant.brand, client, caller.now.protocol)) {
    return refuse(Code::unknown_client, "no such client");
  }
  audit_.record(tx, client_evidence(caller, by, "client.replace_refresh_tokens", client));
  return {};
}

std::size_t Clients::replace_all_refresh_tokens(base::db::Transaction& tx, const base::Caller& caller,
                                                const Operator& by) {
  const std::size_t count = oauth::replace_all_refresh_tokens(tx, caller.tenant.brand, caller.now.protocol);
  auto entry =
      evidence(caller, by.kind, by.name, "client.replace_all_refresh_tokens", "brand", caller.tenant.brand.str());
  entry.facts = {{"clients", std::to_string(count)}};
  audit_.record(tx, entry);
  return count;
}

std::vector<Client> Clients::list(base::db::Transaction& tx, const base::Caller& caller) {
  return list_clients(tx, caller.tenant.brand);
}

std::optional<Client> Clients::find(base::db::Transaction& tx, const base::Caller& caller,
                                    const base::ClientId& client) {
  return find_client(tx, caller.tenant.brand, client, KeysWanted::all);
}

}  // namespace oauth
