// POST /token (RFC 6749 section 3.2).
#pragma once

#include "base/http/call.h"
#include "oauth/checks/request_context.h"
#include "oauth/grants/token_response.h"

namespace oauth {

class TokenEndpoint {
 public:
  TokenEndpoint(const CheckTools& checks, const GrantTools& grants) : checks_(checks), grants_(grants) {}
  base::http::Response operator()(base::http::Call& call);

 private:
  base::http::Response answer(RequestContext& context) const;

  const CheckTools& checks_;
  const GrantTools& grants_;
};

}  // namespace oauth
