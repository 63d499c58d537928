// A registered client (RFC 7591 section 2 names its metadata). One client_id is one software of one TPP.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "oauth/profile/profile.h"

namespace oauth {

// [FAPI2-SP-FINAL-5.3.2.1-6] nothing else authenticates a client here.
enum class ClientAuthMethod { private_key_jwt, tls_client_auth, self_signed_tls_client_auth };
std::string_view to_text(ClientAuthMethod method);
std::optional<ClientAuthMethod> client_auth_method_from_text(std::string_view text);

// How its access tokens are sender-constrained.
enum class TokenBinding { dpop, mtls };
std::string_view to_text(TokenBinding binding);
std::optional<TokenBinding> token_binding_from_text(std::string_view text);

// Which of the five forms of RFC 8705 section 2.1.2 recognises a tls_client_auth client.
enum class TlsSubjectKind { subject_dn, san_dns, san_uri, san_ip, san_email };
std::string_view to_text(TlsSubjectKind kind);
std::optional<TlsSubjectKind> tls_subject_kind_from_text(std::string_view text);

// How an authorization response travels: parameters in the redirect URI's query, or one signed JWT (JARM) there or in a
// form that the browser posts.
enum class ResponseMode { query, query_jwt, form_post_jwt };
std::string_view to_text(ResponseMode mode);
// [JARM-2.3.4] "jwt" is the default of the response type; for code that is query.jwt
std::optional<ResponseMode> response_mode_from_text(std::string_view text);

// OpenID Connect Core section 8.
enum class SubjectType { public_, pairwise };
std::string_view to_text(SubjectType type);
std::optional<SubjectType> subject_type_from_text(std::string_view text);

enum class ClientStatus { live, disabled };
std::string_view to_text(ClientStatus status);

enum class ClientKeyStatus { live, retired };
std::string_view to_text(ClientKeyStatus status);

struct ClientKey {
  std::string kid;
  std::string jwk;         // public JWK, as base::crypto::PublicKey::to_jwk() writes it
  std::string thumbprint;  // RFC 7638
  ClientKeyStatus status = ClientKeyStatus::live;
  base::Instant added_at;
  std::optional<base::Instant> retired_at;
  std::optional<base::Instant> first_used_at;
  std::optional<base::Instant> last_used_at;  // to the hour: a write per authentication would be waste
};

struct Client {
  base::ClientId id;
  std::string name;
  std::string on_behalf_of;  // the TPP's customer-facing brand, when it acts for another; may be empty
  ClientAuthMethod auth_method = ClientAuthMethod::private_key_jwt;
  TokenBinding binding = TokenBinding::dpop;
  ProfileName profile = ProfileName::fapi2;
  ClientStatus status = ClientStatus::live;
  std::int64_t revision = 0;  // of the row and its keys, as read: another after every change
  std::vector<std::string> redirect_uris;
  std::string scope;  // space-separated: what it may ask for
  TlsSubjectKind tls_subject_kind = TlsSubjectKind::subject_dn;
  std::string tls_subject;      // of that kind; a DN as RFC 4514 text; tls_client_auth only
  std::vector<ClientKey> keys;  // live ones, unless the reader asked for all; none when jwks_uri is registered
  std::string jwks_uri;         // RFC 7591 section 2; empty: the keys are registered by value
  bool require_signed_request_object = false;           // RFC 9101 section 10.5
  bool require_dpop_nonce = false;                      // RFC 9449 section 8, as this client's policy
  std::vector<std::string> response_modes = {"query"};  // what it may ask for; the first one when it does not ask
  SubjectType subject_type = SubjectType::public_;
  std::string sector;                           // host; pairwise only (OpenID Connect Core section 8.1)
  std::string encryption_jwk;                   // its public key for encrypted ID tokens; empty: none
  std::string id_token_encrypted_response_alg;  // OpenID Connect Registration section 2; both or neither
  std::string id_token_encrypted_response_enc;
  std::string userinfo_signed_response_alg;  // empty: plain JSON
  // OpenID Connect Registration section 2; one of its profile's id_token_algorithms.
  base::crypto::JwsAlgorithm id_token_signed_response_alg = base::crypto::JwsAlgorithm::es256;
  // Its refresh tokens that were issued earlier are replaced when they are used; absent: none is.
  std::optional<base::Instant> replace_refresh_tokens_before;
};

// One of the space-separated values.
bool scope_has(std::string_view scope, std::string_view value);
// Values in order, each once; nullopt when a character or the number of values is not allowed (RFC 6749 section 3.3;
// bounded, so that a huge scope costs nothing).
std::optional<std::vector<std::string>> parse_scope(std::string_view scope);

}  // namespace oauth
