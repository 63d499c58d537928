// Registered clients and their keys, as partner management needs them (RFC 7591 section 2 names the metadata). Every
// change is evidence. A retired key is refused from the next authentication on, on every node.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/caller.h"
#include "base/db/audit_trail.h"
#include "base/db/transaction.h"
#include "base/entropy.h"
#include "base/result.h"
#include "oauth/client.h"
#include "oauth/ports/jwks_fetcher.h"
#include "oauth/settings.h"

namespace oauth {

enum class RegistrationErrorCode : std::uint8_t {
  invalid_redirect_uri,     // RFC 7591 section 3.2.2
  invalid_client_metadata,  // RFC 7591 section 3.2.2
  client_exists,
  unknown_client,
  key_exists,  // this kid, or the same key under another kid
  unknown_key,
  last_key,        // the client could not authenticate any more: disable it instead
  keys_published,  // at the client's jwks_uri: they are changed there
};
std::string_view to_text(RegistrationErrorCode code);

struct RegistrationError {
  RegistrationErrorCode code = RegistrationErrorCode::invalid_client_metadata;
  std::string text;  // one plain sentence for the operator
};

struct NewClient {
  std::optional<base::ClientId> id;  // absent: made. Never a UUID [FAPI2-SP-FINAL-6.7]
  std::string name;
  std::string on_behalf_of;
  ClientAuthMethod auth_method = ClientAuthMethod::private_key_jwt;
  TokenBinding binding = TokenBinding::dpop;
  ProfileName profile = ProfileName::fapi2;
  std::vector<std::string> redirect_uris;
  std::string scope;     // empty: everything a partner may have
  std::string jwks;      // JWK Set or one JWK, JSON text; private halves are refused. Needed for private_key_jwt.
  std::string jwks_uri;  // https; instead of jwks, and of a certificate for self_signed_tls_client_auth
  TlsSubjectKind tls_subject_kind = TlsSubjectKind::subject_dn;
  std::string tls_subject;      // of that kind; needed for tls_client_auth (RFC 8705 section 2.1.2)
  std::string certificate_pem;  // tls_client_auth: subject DN taken from it when tls_subject is empty;
                                // self_signed_tls_client_auth: its key is registered
  bool require_signed_request_object = false;
  bool require_dpop_nonce = false;
  std::vector<std::string> response_modes;  // empty: query
  SubjectType subject_type = SubjectType::public_;
  std::string sector;  // pairwise; empty: the one host of the redirect URIs
  std::string id_token_encrypted_response_alg;
  std::string id_token_encrypted_response_enc;
  std::string userinfo_signed_response_alg;
  std::string id_token_signed_response_alg;  // empty: the profile's own
};

// Who changes it, for the evidence.
struct Operator {
  base::db::ActorKind kind = base::db::ActorKind::system;
  std::string name;  // staff user, or "cli"
};

class Clients {
 public:
  Clients(const Settings& settings, base::db::AuditTrail& audit, base::Entropy& entropy, const JwksFetcher& jwks)
      : settings_(settings), audit_(audit), entropy_(entropy), jwks_(jwks) {}

  base::Result<Client, RegistrationError> register_client(base::db::Transaction& tx, const base::Caller& caller,
                                                          const Operator& by, const NewClient& client);
  // `jwk`: one public JWK (JSON text) with a kid. Returns the kid.
  base::Result<std::string, RegistrationError> add_key(base::db::Transaction& tx, const base::Caller& caller,
                                                       const Operator& by, const base::ClientId& client,
                                                       const std::string& jwk);
  base::Result<void, RegistrationError> retire_key(base::db::Transaction& tx, const base::Caller& caller,
                                                   const Operator& by, const base::ClientId& client,
                                                   const std::string& kid);
  // Disabled: no new tokens, and those it holds are refused.
  base::Result<void, RegistrationError> set_status(base::db::Transaction& tx, const base::Caller& caller,
                                                   const Operator& by, const base::ClientId& client,
                                                   ClientStatus status);

  // A policy of the operator's (keys under suspicion, another token format): refresh tokens issued until now are
  // replaced at their next use, of one client or of all (how many there are).
  base::Result<void, RegistrationError> replace_refresh_tokens(base::db::Transaction& tx, const base::Caller& caller,
                                                               const Operator& by, const base::ClientId& client);
  std::size_t replace_all_refresh_tokens(base::db::Transaction& tx, const base::Caller& caller, const Operator& by);

  std::vector<Client> list(base::db::Transaction& tx, const base::Caller& caller);  // with all keys
  std::optional<Client> find(base::db::Transaction& tx, const base::Caller& caller, const base::ClientId& client);

 private:
  const Settings& settings_;
  base::db::AuditTrail& audit_;
  base::Entropy& entropy_;
  const JwksFetcher& jwks_;
};

// Can a certificate have such a subject, of that kind (RFC 8705 section 2.1.2)? The reason when not.
std::optional<std::string> tls_subject_fault(TlsSubjectKind kind, std::string_view subject);

// What a partner may be registered for.
std::string registrable_scope(const Settings& settings);

// [FAPI2-SP-FINAL-5.3.2.2-8] https, or http on a loopback address for native apps; no fragment, no userinfo, nothing a
// browser would read differently. The reason when it is not acceptable. Later matching is byte by byte.
std::optional<std::string> redirect_uri_fault(std::string_view uri);
// scheme://host[:port] of an acceptable redirect URI.
std::string origin_of(std::string_view redirect_uri);

}  // namespace oauth
