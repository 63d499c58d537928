#include "tests/journeys/support/tpp.h"

#include <algorithm>
#include <stdexcept>

#include "base/crypto/hash.h"
#include "base/crypto/jws.h"
#include "base/json/strict.h"
#include "gateway/wiring/parts.h"

namespace journeys {
namespace {

using base::http::Headers;
using base::json::Value;

constexpr const char* kAssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

void change(Value& object, const Claims& claims) {
  for (const auto& [name, text] : claims) {
    if (text.empty()) {
      object.erase(name);
    } else {
      object[name] = Value::parse(text);
    }
  }
}

void change(Form& form, const Form& changes) {
  for (const auto& [name, value] : changes) {
    std::erase_if(form, [&](const auto& parameter) { return parameter.name == name; });
    if (!value.empty()) form.push_back({name, value});
  }
}

std::string parameter(const std::string& url, const std::string& name) {
  const auto query =
      base::http::Parameters::parse(std::string_view(url).substr(std::min(url.find('?') + 1, url.size())));
  return std::string(query ? query->only(name).value_or("") : "");
}

}  // namespace

std::string quoted(const std::string& text) { return base::json::dump(Value(text)); }

Callback::Callback(const std::string& given)
    : url(given),
      code(parameter(given, "code")),
      state(parameter(given, "state")),
      iss(parameter(given, "iss")),
      error(parameter(given, "error")) {}

Tpp::Tpp(Gateway& gateway, std::string name, base::crypto::JwsAlgorithm algorithm,
         const std::function<void(oauth::NewClient&)>& change)
    : key(base::crypto::PrivateKey::generate(algorithm, "key-1")),
      proof_key(base::crypto::PrivateKey::generate(base::crypto::JwsAlgorithm::es256)),
      gateway_(gateway) {
  auto& p = gateway.parts();
  const auto caller = gateway.caller();
  oauth::NewClient client;
  client.name = std::move(name);
  client.redirect_uris = {kRedirect};
  client.jwks = key.public_key().to_jwk();
  if (change) change(client);
  const auto registered = base::db::in_transaction(p.database, caller.deadline, [&](base::db::Transaction& tx) {
    return p.authorization_server.clients().register_client(tx, caller, {base::db::ActorKind::staff, "journey"},
                                                            client);
  });
  if (!registered) throw std::runtime_error(registered.error().text);
  id_ = registered->id.str();
}

std::string Tpp::random(std::size_t bytes) const { return base::random_handle(gateway_.parts().entropy, bytes); }

std::string Tpp::assertion(const Claims& claims, const Claims& header) const {
  const auto now = unix_seconds(gateway_.clock().now());
  Value payload = {{"iss", id_}, {"sub", id_}, {"aud", kIssuer}, {"jti", random()}, {"iat", now}, {"exp", now + 60}};
  change(payload, claims);
  Value head = {{"alg", base::crypto::to_text(key.algorithm())}, {"kid", key.kid()}};
  change(head, header);
  return base::crypto::sign_compact_raw(base::json::dump(head), base::json::dump(payload), key);
}

std::string Tpp::proof(const ProofOptions& options) const {
  Value payload = {{"jti", random()},
                   {"htm", options.method},
                   {"htu", options.url.substr(0, options.url.find('?'))},
                   {"iat", unix_seconds(gateway_.clock().now())}};
  if (!options.token.empty()) payload["ath"] = base::crypto::sha256_base64url(options.token);
  if (!options.nonce.empty()) payload["nonce"] = options.nonce;
  change(payload, options.claims);
  Value jwk = Value::parse(proof_key.public_key().to_jwk());
  Value head = {{"typ", "dpop+jwt"}, {"alg", base::crypto::to_text(proof_key.algorithm())}, {"jwk", std::move(jwk)}};
  change(head, options.header);
  return base::crypto::sign_compact_raw(base::json::dump(head), base::json::dump(payload), proof_key);
}

Form Tpp::authenticated(Form form) const {
  form.push_back({"client_assertion_type", kAssertionType});
  form.push_back({"client_assertion", assertion()});
  return form;
}

Answer Tpp::post(const std::string& path, const Form& form, Headers headers) const {
  headers.add("Content-Type", "application/x-www-form-urlencoded");
  return gateway_.send("POST", kIssuer + path, std::move(headers), base::http::form_encode(form));
}

Answer Tpp::call(const std::string& path, const Form& form) const {
  Answer answer;
  std::string nonce;
  for (int round = 0; round < 2; ++round) {
    answer = post(path, authenticated(form),
                  {{"DPoP", proof({.method = "POST", .url = kIssuer + path, .token = "", .nonce = nonce})}});
    nonce = answer.header("DPoP-Nonce");
    if (answer.error() != "use_dpop_nonce") break;
  }
  return answer;
}

Answer Tpp::resource(const std::string& method, const std::string& url, const std::string& token,
                     const std::string& json, const Headers& headers) const {
  const std::string absolute = url.starts_with('/') ? kIssuer + url : url;
  Answer answer;
  std::string nonce;
  for (int round = 0; round < 2; ++round) {
    Headers sent = headers;
    sent.add("Authorization", "DPoP " + token);
    sent.add("DPoP", proof({.method = method, .url = absolute, .token = token, .nonce = nonce}));
    if (!json.empty()) sent.add("Content-Type", "application/json");
    answer = gateway_.send(method, absolute, std::move(sent), json);
    nonce = answer.header("DPoP-Nonce");
    if (answer.status != 401 || nonce.empty()) break;
  }
  return answer;
}

Answer Tpp::obie(const std::string& method, const std::string& path, const std::string& token, const std::string& json,
                 const Headers& headers) const {
  // The customer is there unless a test says otherwise: uses without are counted.
  Headers sent = headers;
  if (sent.count("x-fapi-customer-ip-address") == 0) sent.add("x-fapi-customer-ip-address", "198.51.100.7");
  return resource(method, "/open-banking/v4.0/aisp" + path, token, json, sent);
}

std::string Tpp::client_token(const std::string& scope) const {
  const Answer answer = call("/token", {{"grant_type", "client_credentials"}, {"scope", scope}});
  if (answer.status != 200) throw std::runtime_error("no client token: " + answer.body);
  return answer.at("/access_token");
}

std::vector<std::string> Tpp::all_permissions() {
  return {"ReadAccountsDetail", "ReadBalances", "ReadTransactionsDetail", "ReadTransactionsCredits",
          "ReadTransactionsDebits"};
}

Answer Tpp::create_consent(const std::vector<std::string>& permissions, std::chrono::seconds life) const {
  const Value body = {
      {"Data", {{"Permissions", permissions}, {"ExpirationDateTime", iso8601(gateway_.business_now() + life)}}},
      {"Risk", Value::object()}};
  return obie("POST", "/account-access-consents", client_token(), base::json::dump(body));
}

std::string Tpp::consent(const std::vector<std::string>& permissions) const {
  const Answer answer = create_consent(permissions);
  if (answer.status != 201) throw std::runtime_error("no consent: " + answer.body);
  return answer.at("/Data/ConsentId");
}

std::string Tpp::consent_status(const std::string& consent) const {
  return obie("GET", "/account-access-consents/" + consent, client_token()).at("/Data/Status");
}

Pushed Tpp::push_form(Form form, const Form& changes) const {
  Pushed pushed;
  pushed.verifier = random(48);
  pushed.state = random();
  pushed.nonce = random();
  Form whole{{"response_type", "code"},
             {"client_id", id_},
             {"redirect_uri", kRedirect},
             {"state", pushed.state},
             {"code_challenge", base::crypto::sha256_base64url(pushed.verifier)},
             {"code_challenge_method", "S256"}};
  change(whole, form);
  change(whole, changes);
  pushed.answer = call("/par", whole);
  pushed.request_uri = pushed.answer.at("/request_uri");
  pushed.url = "/authorize?" + base::http::form_encode({{"client_id", id_}, {"request_uri", pushed.request_uri}});
  return pushed;
}

Pushed Tpp::push(const std::string& consent, const Form& changes) const {
  const std::string nonce = random();
  const Value claims = {{"id_token", {{"openbanking_intent_id", {{"value", consent}, {"essential", true}}}}}};
  Pushed pushed =
      push_form({{"scope", "openid accounts"}, {"nonce", nonce}, {"claims", base::json::dump(claims)}}, changes);
  pushed.nonce = nonce;
  return pushed;
}

Form Tpp::authorization_parameters(const std::string& consent, Pushed& pushed) const {
  pushed.verifier = random(48);
  pushed.state = random();
  pushed.nonce = random();
  const Value claims = {{"id_token", {{"openbanking_intent_id", {{"value", consent}, {"essential", true}}}}}};
  return {{"response_type", "code"},
          {"client_id", id_},
          {"redirect_uri", kRedirect},
          {"scope", "openid accounts"},
          {"state", pushed.state},
          {"nonce", pushed.nonce},
          {"claims", base::json::dump(claims)},
          {"code_challenge", base::crypto::sha256_base64url(pushed.verifier)},
          {"code_challenge_method", "S256"}};
}

std::string Tpp::request_object(const Form& parameters, const Claims& claims, const Claims& header) const {
  const auto now = unix_seconds(gateway_.clock().now());
  Value payload = {{"iss", id_}, {"aud", kIssuer}, {"jti", random()}, {"nbf", now}, {"exp", now + 300}};
  for (const auto& [name, value] : parameters) payload[name] = value;
  change(payload, claims);
  Value head = {{"typ", "oauth-authz-req+jwt"}, {"alg", base::crypto::to_text(key.algorithm())}, {"kid", key.kid()}};
  change(head, header);
  return base::crypto::sign_compact_raw(base::json::dump(head), base::json::dump(payload), key);
}

Pushed Tpp::push_signed(const std::string& consent, const Claims& changes, const Form& outside) const {
  Pushed pushed;
  const Form parameters = authorization_parameters(consent, pushed);
  Form whole{{"client_id", id_}, {"request", request_object(parameters, changes)}};
  change(whole, outside);
  pushed.answer = call("/par", whole);
  pushed.request_uri = pushed.answer.at("/request_uri");
  pushed.url = "/authorize?" + base::http::form_encode({{"client_id", id_}, {"request_uri", pushed.request_uri}});
  return pushed;
}

Pushed Tpp::push_with_details(const std::string& consent, const Form& changes) const {
  const Value details = Value::array({{{"type", "urn:aldgate:consent"}, {"consent_id", consent}}});
  return push_form({{"scope", "accounts"}, {"authorization_details", base::json::dump(details)}}, changes);
}

Form Tpp::code_form(const std::string& code, const Pushed& pushed, const Form& changes) const {
  Form form{{"grant_type", "authorization_code"},
            {"code", code},
            {"redirect_uri", kRedirect},
            {"code_verifier", pushed.verifier}};
  change(form, changes);
  return form;
}

Tokens Tpp::redeem(const std::string& code, const Pushed& pushed, const Form& changes) const {
  return tokens_of(call("/token", code_form(code, pushed, changes)));
}

Tokens Tpp::refresh(const std::string& refresh_token) const {
  return tokens_of(call("/token", {{"grant_type", "refresh_token"}, {"refresh_token", refresh_token}}));
}

Answer Tpp::revoke(const std::string& token) const { return post("/revoke", authenticated({{"token", token}}), {}); }

Answer Tpp::introspect(const std::string& token, const std::string& accept) const {
  Headers headers;
  if (!accept.empty()) headers.add("Accept", accept);
  return post("/introspect", authenticated({{"token", token}}), std::move(headers));
}

Tokens tokens_of(Answer answer) {
  Tokens tokens{{}, answer.at("/access_token"), answer.at("/refresh_token"), answer.at("/id_token")};
  tokens.answer = std::move(answer);
  return tokens;
}

}  // namespace journeys
