// POST /revoke (RFC 7009). A token of a grant ends the grant: its refresh token and all its access tokens
// (section 2.1).
#pragma once

#include "base/http/call.h"
#include "oauth/checks/request_context.h"
#include "oauth/grants/token_response.h"

namespace oauth {

class RevocationEndpoint {
 public:
  RevocationEndpoint(const CheckTools& checks, const GrantTools& grants) : checks_(checks), grants_(grants) {}
  base::http::Response operator()(base::http::Call& call);

 private:
  base::http::Response answer(RequestContext& context) const;

  const CheckTools& checks_;
  const GrantTools& grants_;
};

}  // namespace oauth
