// POST /introspect (RFC 7662; signed answers by RFC 9701). Whoever may not know of a token, and every token that is
// worth nothing now, gets {"active":false} and nothing more.
#pragma once

#include "base/http/call.h"
#include "oauth/access_token_check.h"
#include "oauth/checks/request_context.h"
#include "oauth/grants/token_response.h"

namespace oauth {

class IntrospectionEndpoint {
 public:
  IntrospectionEndpoint(const CheckTools& checks, const GrantTools& grants, const AccessTokenCheck& tokens)
      : checks_(checks), grants_(grants), tokens_(tokens) {}
  base::http::Response operator()(base::http::Call& call);

 private:
  base::http::Response answer(RequestContext& context) const;

  const CheckTools& checks_;
  const GrantTools& grants_;
  const AccessTokenCheck& tokens_;
};

// [RFC9701-4] Does the caller ask for a signed answer? By name, and not less than for JSON: wildcards ask for nothing.
bool wants_signed_introspection(const base::http::Headers& headers);

}  // namespace oauth
