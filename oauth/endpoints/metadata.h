// GET /.well-known/openid-configuration and /.well-known/oauth-authorization-server (OpenID Connect Discovery, RFC
// 8414), GET /jwks (RFC 7517). Made from what is wired; nothing here blocks.
#pragma once

#include <string>

#include "base/http/call.h"
#include "oauth/rar/authorization_details.h"
#include "oauth/settings.h"
#include "oauth/tokens/key_ring.h"

namespace oauth {

class MetadataEndpoint {
 public:
  MetadataEndpoint(const Settings& settings, const DetailTypes& details);
  base::http::Response operator()(base::http::Call& call) const;

 private:
  std::string body_;
};

// GET /.well-known/oauth-protected-resource (RFC 9728): one document per listener, whose base URL is the resource.
class ProtectedResourceMetadataEndpoint {
 public:
  ProtectedResourceMetadataEndpoint(const Settings& settings, const DetailTypes& details);
  base::http::Response operator()(base::http::Call& call) const;

 private:
  std::string public_;
  std::string mtls_;
};

class JwksEndpoint {
 public:
  explicit JwksEndpoint(const KeyRing& keys) : keys_(keys) {}
  base::http::Response operator()(base::http::Call& call) const;

 private:
  const KeyRing& keys_;
};

}  // namespace oauth
