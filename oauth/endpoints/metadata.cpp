#include "oauth/endpoints/metadata.h"

#include <algorithm>

#include "base/crypto/jwe.h"
#include "base/json/strict.h"
#include "oauth/client.h"
#include "oauth/profile/profile.h"
#include "oauth/registration/clients.h"
#include "oauth/scope.h"
#include "oauth/tokens/requested_claims.h"

namespace oauth {
namespace {

base::json::Value algorithms() {
  auto list = base::json::Value::array();
  for (const auto algorithm : kFapi2.algorithms) list.push_back(to_text(algorithm));
  return list;
}

// Of all profiles; which of them a client may register is its own profile's matter.
base::json::Value id_token_algorithms() {
  auto list = base::json::Value::array();
  for (const Profile* profile : kProfiles) {
    for (const auto algorithm : profile->id_token_algorithms) {
      const auto name = to_text(algorithm);
      if (std::find(list.begin(), list.end(), name) == list.end()) list.push_back(name);
    }
  }
  return list;
}

base::json::Value encryption_algorithms() {
  auto list = base::json::Value::array();
  for (const auto algorithm : base::crypto::kJweAlgorithms) list.push_back(to_text(algorithm));
  return list;
}

base::json::Value claims() {
  auto list = base::json::Value::array({"sub"});
  for (const auto claim : kRequestableClaims) list.push_back(claim);
  return list;
}

}  // namespace

MetadataEndpoint::MetadataEndpoint(const Settings& settings, const DetailTypes& details) {
  const EndpointPaths& paths = settings.paths;
  const auto scopes = parse_scope(registrable_scope(settings));
  base::json::Value document = {
      {"issuer", settings.issuer},
      {"authorization_endpoint", settings.issuer + paths.authorization},
      {"pushed_authorization_request_endpoint", settings.issuer + paths.pushed_authorization},
      {"token_endpoint", settings.issuer + paths.token},
      {"revocation_endpoint", settings.issuer + paths.revocation},
      {"introspection_endpoint", settings.issuer + paths.introspection},
      {"userinfo_endpoint", settings.issuer + paths.userinfo},
      {"userinfo_signing_alg_values_supported", {to_text(kServerAlgorithm)}},
      {"introspection_signing_alg_values_supported", {to_text(kServerAlgorithm)}},
      {"jwks_uri", settings.issuer + paths.jwks},
      {"scopes_supported", *scopes},
      {"response_types_supported", {"code"}},
      {"response_modes_supported", {"query", "query.jwt", "form_post.jwt", "jwt"}},
      {"authorization_signing_alg_values_supported", {"ES256"}},
      {"grant_types_supported", {"authorization_code", "refresh_token", "client_credentials"}},
      {"subject_types_supported", {to_text(SubjectType::public_), to_text(SubjectType::pairwise)}},
      // [OIDC-DISCOVERY-3] "The algorithm RS256 MUST be included."
      {"id_token_signing_alg_values_supported", id_token_algorithms()},
      {"id_token_encryption_alg_values_supported", encryption_algorithms()},
      {"id_token_encryption_enc_values_supported", {base::crypto::kJweEncryption}},
      {"code_challenge_methods_supported", {"S256"}},
      {"require_pushed_authorization_requests", true},
      {"request_parameter_supported", true},
      {"request_object_signing_alg_values_supported", algorithms()},
      {"request_uri_parameter_supported", false},
      {"claims_parameter_supported", true},
      {"claims_supported", claims()},
      {"acr_values_supported", {"urn:openbanking:psd2:sca"}},
      {"authorization_details_types_supported", details.names()},
      {"authorization_response_iss_parameter_supported", true},
      {"dpop_signing_alg_values_supported", algorithms()},
      {"tls_client_certificate_bound_access_tokens", true},
      {"ui_locales_supported", {"en", "de", "fr"}},
  };
  for (const char* endpoint : {"token_endpoint", "revocation_endpoint", "introspection_endpoint"}) {
    auto& methods = document[std::string(endpoint) + "_auth_methods_supported"];
    for (const auto method : {ClientAuthMethod::private_key_jwt, ClientAuthMethod::tls_client_auth,
                              ClientAuthMethod::self_signed_tls_client_auth}) {
      methods.push_back(to_text(method));
    }
    document[std::string(endpoint) + "_auth_signing_alg_values_supported"] = algorithms();
  }
  // [RFC8705-5] the same endpoints, where a client certificate is asked for
  document["mtls_endpoint_aliases"] = {
      {"pushed_authorization_request_endpoint", settings.mtls_base + paths.pushed_authorization},
      {"token_endpoint", settings.mtls_base + paths.token},
      {"revocation_endpoint", settings.mtls_base + paths.revocation},
      {"introspection_endpoint", settings.mtls_base + paths.introspection},
      {"userinfo_endpoint", settings.mtls_base + paths.userinfo},
  };
  body_ = base::json::dump(document);
}

base::http::Response MetadataEndpoint::operator()(base::http::Call&) const {
  base::http::Response response;
  response.body = body_;
  response.headers.add("Content-Type", "application/json");
  response.headers.add("Cache-Control", "public, max-age=900");
  return response;
}

ProtectedResourceMetadataEndpoint::ProtectedResourceMetadataEndpoint(const Settings& settings,
                                                                     const DetailTypes& details) {
  using base::http::Listener;
  auto scopes = base::json::Value::array();
  const std::string registrable = registrable_scope(settings);
  for (const auto& scope : parse_scope(registrable).value_or(std::vector<std::string>())) {
    if (scope != kScopeOpenid) scopes.push_back(scope);  // its resource is the authorization server
  }
  for (const auto listener : {Listener::public_, Listener::mtls}) {
    base::json::Value document = {
        {"resource", settings.base_of(listener)},
        {"authorization_servers", {settings.issuer}},
        {"scopes_supported", scopes},
        {"bearer_methods_supported", {"header"}},
        {"dpop_signing_alg_values_supported", algorithms()},
        {"authorization_details_types_supported", details.names()},
        {"resource_name", "Aldgate partner API"},
    };
    // [RFC9728-2] each listener demands its own constraint
    if (listener == Listener::mtls) {
      document["tls_client_certificate_bound_access_tokens"] = true;
    } else {
      document["dpop_bound_access_tokens_required"] = true;
    }
    (listener == Listener::mtls ? mtls_ : public_) = base::json::dump(document);
  }
}

base::http::Response ProtectedResourceMetadataEndpoint::operator()(base::http::Call& call) const {
  base::http::Response response;
  response.body = call.request.listener == base::http::Listener::mtls ? mtls_ : public_;
  response.headers.add("Content-Type", "application/json");
  response.headers.add("Cache-Control", "public, max-age=900");
  return response;
}

base::http::Response JwksEndpoint::operator()(base::http::Call& call) const {
  base::http::Response response;
  response.body = keys_.current()->jwks(call.caller.now.protocol);
  // [RFC7517-8.5.1]
  response.headers.add("Content-Type", "application/jwk-set+json");
  // A successor is published longer than this before it signs.
  response.headers.add("Cache-Control", "public, max-age=" + std::to_string(keys_.schedule().jwks_max_age.count()));
  return response;
}

}  // namespace oauth
