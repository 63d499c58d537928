#include "oauth/oauth_error.h"

#include "base/json/strict.h"

namespace oauth {

std::string_view to_text(OAuthErrorCode code) {
  switch (code) {
    case OAuthErrorCode::invalid_request:
      return "invalid_request";
    case OAuthErrorCode::invalid_client:
      return "invalid_client";
    case OAuthErrorCode::invalid_grant:
      return "invalid_grant";
    case OAuthErrorCode::unauthorized_client:
      return "unauthorized_client";
    case OAuthErrorCode::unsupported_grant_type:
      return "unsupported_grant_type";
    case OAuthErrorCode::unsupported_response_type:
      return "unsupported_response_type";
    case OAuthErrorCode::unsupported_token_type:
      return "unsupported_token_type";
    case OAuthErrorCode::invalid_scope:
      return "invalid_scope";
    case OAuthErrorCode::invalid_request_uri:
      return "invalid_request_uri";
    case OAuthErrorCode::invalid_request_object:
      return "invalid_request_object";
    case OAuthErrorCode::request_uri_not_supported:
      return "request_uri_not_supported";
    case OAuthErrorCode::registration_not_supported:
      return "registration_not_supported";
    case OAuthErrorCode::invalid_authorization_details:
      return "invalid_authorization_details";
    case OAuthErrorCode::invalid_dpop_proof:
      return "invalid_dpop_proof";
    case OAuthErrorCode::use_dpop_nonce:
      return "use_dpop_nonce";
    case OAuthErrorCode::access_denied:
      return "access_denied";
    case OAuthErrorCode::login_required:
      return "login_required";
    case OAuthErrorCode::server_error:
      return "server_error";
    case OAuthErrorCode::temporarily_unavailable:
      return "temporarily_unavailable";
  }
  return "server_error";
}

namespace {

int status_of(OAuthErrorCode code) {
  switch (code) {
    case OAuthErrorCode::invalid_client:
      return 401;
    case OAuthErrorCode::server_error:
      return 500;
    case OAuthErrorCode::temporarily_unavailable:
      return 503;
    case OAuthErrorCode::invalid_request:
    case OAuthErrorCode::invalid_grant:
    case OAuthErrorCode::unauthorized_client:
    case OAuthErrorCode::unsupported_grant_type:
    case OAuthErrorCode::unsupported_response_type:
    case OAuthErrorCode::unsupported_token_type:
    case OAuthErrorCode::invalid_scope:
    case OAuthErrorCode::invalid_request_uri:
    case OAuthErrorCode::invalid_request_object:
    case OAuthErrorCode::request_uri_not_supported:
    case OAuthErrorCode::registration_not_supported:
    case OAuthErrorCode::invalid_authorization_details:
    case OAuthErrorCode::invalid_dpop_proof:
    case OAuthErrorCode::use_dpop_nonce:
    case OAuthErrorCode::access_denied:
    case OAuthErrorCode::login_required:
      return 400;
  }
  return 500;
}

// The scheme the client tried, when it is a plain word.
std::string scheme_tried(const base::http::Request& request) {
  const auto values = request.headers.all("Authorization");
  if (values.empty()) return "";
  const std::string_view scheme = values.front().substr(0, values.front().find(' '));
  const bool plain = !scheme.empty() && scheme.size() <= 32 &&
                     scheme.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") ==
                         std::string_view::npos;
  return plain ? std::string(scheme) : "Basic";
}

}  // namespace

OAuthError oauth_error(OAuthErrorCode code, std::string text) { return {code, text, text, ""}; }

OAuthError oauth_error(OAuthErrorCode code, std::string public_text, std::string log_text) {
  return {code, std::move(public_text), std::move(log_text), ""};
}

std::string error_description(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"') {
      out += '\'';
    } else if (c == '\\') {
      out += '/';
    } else if (c >= 0x20 && c < 0x7f) {
      out += c;
    } else {
      out += '?';
    }
  }
  return out;
}

base::http::Response to_response(const OAuthError& error, base::http::Call& call) {
  call.event.refuse(std::string(to_text(error.code)), error.log_text);
  base::http::Response response;
  response.status = status_of(error.code);
  base::json::Value body = {{"error", to_text(error.code)}};
  // [RFC6749-5.2] "Values for the "error_description" parameter MUST NOT include characters outside the set"
  if (!error.public_text.empty()) body["error_description"] = error_description(error.public_text);
  response.body = base::json::dump(body);
  response.headers.add("Content-Type", "application/json");
  response.headers.add("Cache-Control", "no-store");
  // [RFC6749-5.2] "If the client attempted to authenticate via the "Authorization" request header field, the
  // authorization server MUST respond with … 401 … and include the "WWW-Authenticate" response header field matching"
  if (error.code == OAuthErrorCode::invalid_client) {
    if (const std::string scheme = scheme_tried(call.request); !scheme.empty()) {
      response.headers.add("WWW-Authenticate", scheme + " realm=\"oauth\"");
    }
  }
  // [RFC9449-8] the nonce travels in its header, whatever the error
  if (!error.dpop_nonce.empty()) response.headers.add("DPoP-Nonce", error.dpop_nonce);
  return response;
}

}  // namespace oauth
