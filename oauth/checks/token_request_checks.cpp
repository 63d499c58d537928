#include "oauth/checks/token_request_checks.h"

#include "oauth/binding/mtls.h"
#include "oauth/scope.h"
#include "oauth/tokens/access_token.h"

namespace oauth::checks {
namespace {

auto refuse(OAuthErrorCode code, std::string text) { return base::failure(oauth_error(code, std::move(text))); }
auto invalid_request(std::string text) { return refuse(OAuthErrorCode::invalid_request, std::move(text)); }

constexpr std::size_t kMaxToken = kMaxAccessTokenBytes;

}  // namespace

CheckOutcome code_presented(RequestContext& context) {
  const auto code = context.form.only("code");
  const auto redirect_uri = context.form.only("redirect_uri");
  if (!code || code->empty()) return invalid_request("code is missing");
  // [RFC6749-4.1.3] "redirect_uri REQUIRED, if the "redirect_uri" parameter was included in the authorization request"
  if (!redirect_uri) return invalid_request("redirect_uri is missing");
  // [RFC7636-4.5] code_verifier; [RFC7636-4.1] 43 to 128 unreserved characters. Its absence is no downgrade.
  const auto verifier = context.form.only("code_verifier");
  if (!verifier) return refuse(OAuthErrorCode::invalid_grant, "code_verifier is missing");
  constexpr std::string_view kUnreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  if (verifier->size() < 43 || verifier->size() > 128 ||
      verifier->find_first_not_of(kUnreserved) != std::string_view::npos) {
    return refuse(OAuthErrorCode::invalid_grant, "code_verifier is not 43 to 128 unreserved characters");
  }
  return {};
}

CheckOutcome refresh_token_presented(RequestContext& context) {
  const auto token = context.form.only("refresh_token");
  if (!token || token->empty()) return invalid_request("refresh_token is missing");
  if (token->size() > kMaxToken) return refuse(OAuthErrorCode::invalid_grant, "refresh_token is not one of ours");
  if (const auto scope = context.form.only("scope")) {
    if (!parse_scope(*scope)) return refuse(OAuthErrorCode::invalid_scope, "scope is malformed");
    context.scope = std::string(*scope);
  }
  return {};
}

CheckOutcome scope_of_client_credentials(RequestContext& context) {
  const auto text = context.form.only("scope");
  const auto values = text ? parse_scope(*text) : std::nullopt;
  // [FAPI2-SP-FINAL-5.3.2.1-14] least privilege: no scope is no default scope
  if (!values) return refuse(OAuthErrorCode::invalid_scope, "scope is missing or malformed");
  for (const std::string& value : *values) {
    const bool known = is_intent_scope(value) || value == kScopeWebhooks ||
                       (value == kScopeTest && context.tools.settings.sandbox == SandboxFeatures::yes);
    if (!known || !scope_has(context.client->scope, value)) {
      return refuse(OAuthErrorCode::invalid_scope,
                    "a scope is unknown, or not for client credentials, or not registered");
    }
    context.scope += (context.scope.empty() ? "" : " ") + value;
  }
  return {};
}

// [RFC9396-6] "The AS checks whether the underlying grant … or the client's policy (in case of grant type
// client_credentials) allows the issuance of an access token with the requested authorization details." Against the
// grant they are held where it is read; a client on its own has none.
CheckOutcome details_narrowed(RequestContext& context) {
  const auto text = context.form.only("authorization_details");
  if (!text) return {};
  if (context.form.only("grant_type") == "client_credentials") {
    return refuse(OAuthErrorCode::invalid_authorization_details, "client credentials carry no authorization_details");
  }
  auto details = context.tools.detail_types.read(*text);
  if (!details) return refuse(OAuthErrorCode::invalid_authorization_details, details.error());
  context.details = std::move(*details);
  return {};
}

// [FAPI2-SP-FINAL-5.3.2.1-4] "shall only issue sender-constrained access tokens"
CheckOutcome sender_constrained(RequestContext& context) {
  switch (context.client->binding) {
    case TokenBinding::dpop: {
      TRY(const auto proof, proof_of(context));
      if (!proof) return refuse(OAuthErrorCode::invalid_dpop_proof, "a DPoP proof is needed");
      context.jkt = proof->jkt;
      context.next_dpop_nonce = proof->next_nonce;
      break;
    }
    case TokenBinding::mtls: {
      if (context.call.request.headers.count("DPoP") != 0) {
        return refuse(OAuthErrorCode::invalid_dpop_proof,
                      "this client's tokens are bound to its certificate, not by DPoP");
      }
      // [RFC8705-3] the certificate of the token request is what the token is bound to
      context.x5t = certificate_thumbprint(context.call.request.peer);
      if (!context.x5t) return invalid_request("a client certificate is needed: use the mTLS endpoint");
      break;
    }
  }
  return {};
}

CheckOutcome token_presented(RequestContext& context) {
  const auto token = context.form.only("token");
  // [RFC7009-2.1] [RFC7662-2.1] "token REQUIRED."
  if (!token || token->empty() || token->size() > kMaxToken) return invalid_request("token is missing or too long");
  return {};
}

}  // namespace oauth::checks
