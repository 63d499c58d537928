// What one brand's authorization server is called from outside. Every URL it publishes or compares comes from here,
// never from a request (RFC 9449 section 4.3 item 9 behind a proxy; attack: X-Forwarded-Host).
#pragma once

#include <chrono>
#include <string>

#include "base/http/message.h"
#include "base/id.h"

namespace oauth {

struct EndpointPaths {
  std::string pushed_authorization = "/par";
  std::string authorization = "/authorize";
  std::string token = "/token";
  std::string revocation = "/revoke";
  std::string introspection = "/introspect";
  std::string userinfo = "/userinfo";
  std::string jwks = "/jwks";
  std::string protected_resource = "/.well-known/oauth-protected-resource";
};

enum class SandboxFeatures { no, yes };

struct Settings {
  base::Tenant tenant;
  std::string issuer;             // "https://localhost:8443": no path, no trailing slash
  std::string mtls_base;          // "https://localhost:8444"
  std::string resource_audience;  // `aud` of access tokens; the issuer when our own partner API is the only resource
  EndpointPaths paths;
  // From the push to the end of the interaction, in protocol time, whatever the life of the request_uri. A page's idle
  // time is the session's matter.
  std::chrono::seconds interaction_lifetime{1800};
  // After a policy replaced a refresh token: how long the old one still answers, with the same replacement.
  std::chrono::seconds refresh_token_retry{60};
  SandboxFeatures sandbox = SandboxFeatures::no;  // yes: scope `test` exists

  // The external base URL of a listener: what htu is compared with.
  const std::string& base_of(base::http::Listener listener) const {
    return listener == base::http::Listener::mtls ? mtls_base : issuer;
  }
};

}  // namespace oauth
