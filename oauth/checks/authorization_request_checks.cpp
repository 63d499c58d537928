#include "oauth/checks/authorization_request_checks.h"

#include <algorithm>
#include <array>

#include "base/json/strict.h"
#include "oauth/scope.h"
#include "oauth/tokens/requested_claims.h"

namespace oauth::checks {
namespace {

constexpr std::string_view kAcrSca = "urn:openbanking:psd2:sca";
constexpr std::string_view kAcrCa = "urn:openbanking:psd2:ca";
constexpr std::size_t kMaxAcrValues = 1024;
constexpr std::size_t kMaxLoginHint = 128;  // as long as the field it is for
constexpr std::size_t kMaxConsentId = 128;
constexpr std::size_t kThumbprintChars = 43;  // SHA-256 in base64url

auto refuse(OAuthErrorCode code, std::string text) { return base::failure(oauth_error(code, std::move(text))); }
auto invalid_request(std::string text) { return refuse(OAuthErrorCode::invalid_request, std::move(text)); }

bool is_base64url_of_sha256(std::string_view text) {
  return text.size() == kThumbprintChars &&
         text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
             std::string_view::npos;
}

// Both ways of naming the consent must name the same.
CheckOutcome set_intent(RequestContext& context, const std::string& id) {
  if (id.empty() || id.size() > kMaxConsentId) return invalid_request("the consent id is not one of ours");
  if (!context.request.consent.empty() && context.request.consent.str() != id) {
    return invalid_request("two different consents are named");
  }
  context.request.consent = base::ConsentId(id);
  return {};
}

// claims.<place>.openbanking_intent_id = {"value": ID, "essential": true}
CheckOutcome intent_of_claims(RequestContext& context, const base::json::Value& place) {
  const auto found = place.find("openbanking_intent_id");
  // [OIDC-CORE-5.5.1] null and an object without a value ask to be told; they name nothing
  if (found == place.end() || found->is_null() || (found->is_object() && !found->contains("value"))) return {};
  if (!found->is_object() || !(*found)["value"].is_string()) {
    return invalid_request("claims: the value of openbanking_intent_id is not a string");
  }
  return set_intent(context, (*found)["value"].get<std::string>());
}

// [OIDC-CORE-5.5.1] sub with a value, or one of several: whom the request is for. Whether such a customer exists is not
// told; who signs in is compared.
CheckOutcome subject_of_claims(const base::json::Value& place) {
  const auto found = place.find(kClaimSubject);
  if (found == place.end() || found->is_null()) return {};
  const auto is_text = [](const base::json::Value& value) { return value.is_string() && value != ""; };
  if (!found->is_object()) return invalid_request("claims: sub is null or a JSON object");
  const auto value = found->find("value");
  if (value != found->end() && !is_text(*value)) return invalid_request("claims: the value of sub is not a string");
  const auto values = found->find("values");
  if (values != found->end() &&
      (!values->is_array() || values->empty() || !std::all_of(values->begin(), values->end(), is_text))) {
    return invalid_request("claims: the values of sub are not a list of strings");
  }
  return {};
}

// An essential acr is honoured or refused: what we do is strong customer authentication.
CheckOutcome acr_of_claims(const base::json::Value& place) {
  const auto found = place.find("acr");
  if (found == place.end() || !found->is_object()) return {};
  const auto essential = found->find("essential");
  if (essential == found->end() || !essential->is_boolean() || !essential->get<bool>()) return {};
  const auto is_sca = [](const base::json::Value& value) { return value.is_string() && value == kAcrSca; };
  const auto value = found->find("value");
  const auto values = found->find("values");
  if (value == found->end() && values == found->end()) return {};
  if (value != found->end() && is_sca(*value)) return {};
  if (values != found->end() && values->is_array() && std::any_of(values->begin(), values->end(), is_sca)) return {};
  return invalid_request("claims: the essential acr asked for cannot be given");
}

}  // namespace

// [RFC9126-2.1] "The request_uri authorization request parameter … MUST NOT be provided"
CheckOutcome request_uri_absent(RequestContext& context) {
  if (context.form.count("request_uri") != 0) return invalid_request("request_uri must not be pushed");
  return {};
}

CheckOutcome request_object(RequestContext& context) {
  const auto text = context.form.only("request");
  if (!text) {
    // [FAPI2-MS-FINAL-5.3.1-1] "shall support, require use of, and verify signed request objects"; [RFC9101-10.5] of
    // the clients that registered so
    if (context.client->require_signed_request_object) {
      return invalid_request("this client must push a signed request object: request is missing");
    }
    return {};
  }
  TRY(context.request_object, verify_request_object(*text, *context.client, context.tools.settings.issuer,
                                                    context.call.caller, context.tools.client_keys));
  // [RFC9101-6.3] "MUST only use the parameters in the Request Object, even if the same parameter is provided in the
  // query parameter"
  context.form = context.request_object->parameters;
  return {};
}

// [OIDC-CORE-7.2.1] "registration_not_supported" for servers without it
CheckOutcome registration_absent(RequestContext& context) {
  if (context.form.count("registration") != 0) {
    return refuse(OAuthErrorCode::registration_not_supported, "the registration parameter is not supported");
  }
  return {};
}

// [FAPI2-SP-FINAL-5.3.2.2-1] "shall support the response type code" and no other
CheckOutcome response_type_code(RequestContext& context) {
  const auto value = context.form.only("response_type");
  if (!value) return invalid_request("response_type is missing");
  if (*value != "code") return refuse(OAuthErrorCode::unsupported_response_type, "response_type must be code");
  return {};
}

// [FAPI2-MS-FINAL-5.4.1-1] "shall support, require use of, and issue signed authorization responses", to clients that
// registered them; never fragment, never a bare form_post
CheckOutcome response_mode_registered(RequestContext& context) {
  const auto& registered = context.client->response_modes;
  const auto value = context.form.only("response_mode");
  const auto mode = response_mode_from_text(value ? *value : std::string_view(registered.front()));
  const bool allowed = mode && std::any_of(registered.begin(), registered.end(), [&](const std::string& text) {
                         return response_mode_from_text(text) == mode;
                       });
  if (!allowed) return invalid_request("response_mode is not registered for this client");
  context.request.response_mode = *mode;
  return {};
}

// [FAPI2-SP-FINAL-5.3.2.2-6] redirect_uri is required; [RFC6749-3.1.2.3] compared by simple string comparison
CheckOutcome redirect_uri_registered(RequestContext& context) {
  const auto value = context.form.only("redirect_uri");
  if (!value) return invalid_request("redirect_uri is missing");
  const auto& registered = context.client->redirect_uris;
  if (std::find(registered.begin(), registered.end(), *value) == registered.end()) {
    return invalid_request("redirect_uri is not registered for this client");
  }
  context.request.redirect_uri = std::string(*value);
  return {};
}

// [FAPI2-SP-FINAL-5.3.2.2-5] "shall require PKCE … with S256 as the code challenge method"
CheckOutcome pkce_s256(RequestContext& context) {
  const auto challenge = context.form.only("code_challenge");
  if (!challenge) return invalid_request("code_challenge is missing");
  if (context.form.only("code_challenge_method") != "S256")
    return invalid_request("code_challenge_method must be S256");
  if (!is_base64url_of_sha256(*challenge)) return invalid_request("code_challenge is not a SHA-256 in base64url");
  context.request.code_challenge = std::string(*challenge);
  return {};
}

CheckOutcome scope_allowed(RequestContext& context) {
  const auto text = context.form.only("scope");
  const auto values = text ? parse_scope(*text) : std::nullopt;
  if (!values) return refuse(OAuthErrorCode::invalid_scope, "scope is missing or malformed");
  std::string scope;
  for (const std::string& value : *values) {
    const bool known = value == kScopeOpenid || is_intent_scope(value) ||
                       (value == kScopeTest && context.tools.settings.sandbox == SandboxFeatures::yes);
    if (!known || !scope_has(context.client->scope, value)) {
      return refuse(OAuthErrorCode::invalid_scope, "a scope is unknown or not registered for this client");
    }
    scope += (scope.empty() ? "" : " ") + value;
  }
  context.request.scope = std::move(scope);
  return {};
}

// [FAPI2-SP-FINAL-5.3.2.2-14] never truncated: returned as they came, or refused
CheckOutcome state_and_nonce(RequestContext& context) {
  const auto state = context.form.only("state");
  const auto nonce = context.form.only("nonce");
  if (state && state->size() > context.profile().max_state) return invalid_request("state is too long");
  if (nonce && nonce->size() > context.profile().max_nonce) return invalid_request("nonce is too long");
  if (state && !state->empty()) context.request.state = std::string(*state);
  if (nonce && !nonce->empty()) context.request.nonce = std::string(*nonce);
  return {};
}

// [OIDC-CORE-3.1.2.1] prompt: every interaction authenticates and asks for consent, so login, consent and
// select_account hold anyway; none is answered when the browser comes.
CheckOutcome prompt_known(RequestContext& context) {
  constexpr std::array<std::string_view, 4> kKnown{"none", "login", "consent", "select_account"};
  constexpr std::size_t kMaxLocales = 100;
  if (const auto text = context.form.only("prompt"); text && !text->empty()) {
    const auto values = parse_scope(*text);
    const bool known = values && std::all_of(values->begin(), values->end(), [&](const std::string& value) {
                         return std::find(kKnown.begin(), kKnown.end(), value) != kKnown.end();
                       });
    if (!known) return invalid_request("prompt has an unknown value");
    if (scope_has(*text, "none") && values->size() != 1) return invalid_request("prompt=none stands alone");
    context.request.prompt = std::string(*text);
  }
  if (const auto locales = context.form.only("ui_locales")) {
    // [OIDC-CORE-3.1.2.1] "An error SHOULD NOT result if some or all of the requested locales are not supported"
    const bool plain =
        locales->size() <= kMaxLocales && std::all_of(locales->begin(), locales->end(), [](char c) {
          return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == ' ';
        });
    if (plain) context.request.ui_locales = std::string(*locales);
  }
  return {};
}

// [OIDC-CORE-3.1.2.1] acr_values, "in order of preference", are a voluntary claim: what is unknown is ignored, and the
// acr of the ID token is what was done.
CheckOutcome acr_values_known(RequestContext& context) {
  std::string_view text = context.form.only("acr_values").value_or("");
  if (text.size() > kMaxAcrValues) return invalid_request("acr_values is longer than 1024");
  for (; !text.empty(); text.remove_prefix(std::min(text.find(' ') + 1, text.size()))) {
    const std::string_view value = text.substr(0, text.find(' '));
    std::string& known = context.request.acr_values;
    if ((value == kAcrSca || value == kAcrCa) && !scope_has(known, value)) {
      known.append(known.empty() ? "" : " ").append(value);
    }
    if (value.size() == text.size()) break;
  }
  return {};
}

// [OIDC-CORE-3.1.2.1] max_age: "If the elapsed time is greater than this value, the OP MUST attempt to actively
// re-authenticate the End-User." Every interaction authenticates anew, so that any value is kept; auth_time is told.
CheckOutcome max_age_number(RequestContext& context) {
  const auto text = context.form.only("max_age");
  if (!text) return {};
  constexpr std::size_t kMostDigits = 9;  // thirty years
  if (text->empty() || text->size() > kMostDigits || text->find_first_not_of("0123456789") != std::string_view::npos) {
    return invalid_request("max_age is not a whole number of seconds of at most 9 digits");
  }
  std::int64_t seconds = 0;
  for (const char digit : *text) seconds = seconds * 10 + (digit - '0');
  context.request.max_age = seconds;
  return {};
}

// [OIDC-CORE-3.1.2.1] login_hint: stands in the login form, whoever it names
CheckOutcome login_hint_plain(RequestContext& context) {
  const auto hint = context.form.only("login_hint");
  if (!hint) return {};
  if (hint->size() > kMaxLoginHint) return invalid_request("login_hint is longer than 128");
  if (std::any_of(hint->begin(), hint->end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; })) {
    return invalid_request("login_hint has a control character");
  }
  context.request.login_hint = std::string(*hint);
  return {};
}

// [OIDC-CORE-5.5] the claims parameter; of it we read the intent (UK Open Banking), an
// essential acr, and whom it is for; "Any members used that are not understood MUST be ignored."
CheckOutcome claims_parameter(RequestContext& context) {
  const auto text = context.form.only("claims");
  if (!text) return {};
  const auto claims = base::json::parse_strict(*text, {.max_bytes = 8 * 1024, .max_depth = 8});
  if (!claims || !claims->is_object()) return invalid_request("claims is not a JSON object");
  for (const char* place : {"id_token", "userinfo"}) {
    const auto found = claims->find(place);
    if (found == claims->end()) continue;
    if (!found->is_object()) return invalid_request("claims: id_token and userinfo are JSON objects");
    TRY_VOID(intent_of_claims(context, *found));
    TRY_VOID(acr_of_claims(*found));
    TRY_VOID(subject_of_claims(*found));
  }
  context.request.requested_claims = base::json::dump(*claims);
  return {};
}

// [RFC9396-5] "The AS MUST refuse to process any unknown authorization details type or authorization details not
// conforming to the respective type definition."
CheckOutcome authorization_details(RequestContext& context) {
  const auto text = context.form.only("authorization_details");
  if (!text) return {};
  const auto details = context.tools.detail_types.read(*text);
  if (!details) return refuse(OAuthErrorCode::invalid_authorization_details, details.error());
  for (const AuthorizationDetail& detail : details->list) {
    switch (detail.type) {
      case DetailType::consent:
        TRY_VOID(set_intent(context, detail.consent.str()));
        break;
      case DetailType::sandbox_test:
        if (!scope_has(context.request.scope, kScopeTest)) {
          return refuse(OAuthErrorCode::invalid_scope, "authorization_details for the test resource need scope test");
        }
        break;
    }
  }
  context.request.authorization_details = details->canonical;
  return {};
}

CheckOutcome scope_fits_intent(RequestContext& context) {
  const bool wants_intent = std::any_of(kIntentScopes.begin(), kIntentScopes.end(), [&](std::string_view scope) {
    return scope_has(context.request.scope, scope);
  });
  // An authorization without an intent grants identity only (UK Open Banking: openbanking_intent_id).
  if (wants_intent && context.request.consent.empty()) {
    return invalid_request("this scope needs a consent: openbanking_intent_id or authorization_details");
  }
  if (!wants_intent && !context.request.consent.empty()) {
    return refuse(OAuthErrorCode::invalid_scope, "a consent is named, but no scope that it could be for");
  }
  return {};
}

// [RFC9449-10] dpop_jkt; [RFC9449-10.1] "the DPoP header … both … the authorization server MUST reject the request if
// the JWK thumbprint in dpop_jkt does not match the public key in the DPoP header"
CheckOutcome code_binding(RequestContext& context) {
  const auto jkt = context.form.only("dpop_jkt");
  if (jkt && !is_base64url_of_sha256(*jkt)) return invalid_request("dpop_jkt is not a SHA-256 in base64url");
  const bool has_proof = context.call.request.headers.count("DPoP") != 0;
  if (context.client->binding != TokenBinding::dpop) {
    if (jkt || has_proof) return invalid_request("this client's tokens are bound to its certificate, not by DPoP");
    return {};
  }
  if (jkt) context.request.dpop_jkt = std::string(*jkt);
  TRY(const auto proof, proof_of(context));
  if (!proof) return {};
  context.next_dpop_nonce = proof->next_nonce;
  if (jkt && *jkt != proof->jkt) {
    return refuse(OAuthErrorCode::invalid_dpop_proof, "dpop_jkt is not the thumbprint of the proof's key");
  }
  context.request.dpop_jkt = proof->jkt;
  return {};
}

}  // namespace oauth::checks
