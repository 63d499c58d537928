#include "oauth/tokens/authorization_response.h"

#include "base/crypto/jws.h"
#include "base/json/strict.h"

namespace oauth {
namespace {

using base::http::Parameter;

// [RFC6749-4.1.2] parameters are added to the query of the redirect URI, which keeps its own
std::string with_query(const std::string& redirect_uri, const std::vector<Parameter>& parameters) {
  const char join = redirect_uri.find('?') == std::string::npos ? '?' : '&';
  return redirect_uri + join + base::http::form_encode(parameters);
}

// [JARM-2.1] iss, aud and exp, and the response's own parameters as claims
std::string signed_response(const ResponseTools& tools, const PushedRequest& request,
                            const std::vector<Parameter>& parameters) {
  const base::Instant expires_at = tools.now + tools.profile.authorization_response_lifetime;
  base::json::Value claims = {
      {"iss", tools.issuer},
      {"aud", request.client.str()},
      {"exp", std::chrono::floor<std::chrono::seconds>(expires_at).time_since_epoch().count()},
  };
  for (const auto& [name, value] : parameters) claims[name] = value;
  return base::crypto::sign_compact({.typ = "JWT", .kid = "", .jwk = ""}, base::json::dump(claims),
                                    tools.keys->signing_key(tools.now));
}

AuthorizationResponse response_of(const ResponseTools& tools, const PushedRequest& request,
                                  std::vector<Parameter> parameters) {
  if (request.state) parameters.push_back({"state", *request.state});
  switch (request.response_mode) {
    case ResponseMode::query:
      // [RFC9207-2] "the authorization server MUST include the iss parameter", in error responses too
      parameters.push_back({"iss", tools.issuer});
      return {with_query(request.redirect_uri, parameters), std::nullopt};
    case ResponseMode::query_jwt:
      // [RFC9207-2.4] iss stands in the JWT; beside `response` there is nothing
      return {with_query(request.redirect_uri, {{"response", signed_response(tools, request, parameters)}}),
              std::nullopt};
    case ResponseMode::form_post_jwt:
      return {request.redirect_uri, signed_response(tools, request, parameters)};
  }
  return {};
}

}  // namespace

AuthorizationResponse code_response(const ResponseTools& tools, const PushedRequest& request, const std::string& code) {
  return response_of(tools, request, {{"code", code}});
}

AuthorizationResponse error_response(const ResponseTools& tools, const PushedRequest& request, std::string_view error,
                                     std::string_view description) {
  std::vector<Parameter> parameters{{"error", std::string(error)}};
  if (!description.empty()) parameters.push_back({"error_description", error_description(description)});
  return response_of(tools, request, std::move(parameters));
}

}  // namespace oauth
