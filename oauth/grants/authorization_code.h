// grant_type=authorization_code (RFC 6749 section 4.1.3, RFC 7636 section 4.6, RFC 9449 section 10).
#pragma once

#include "oauth/grants/token_response.h"

namespace oauth {

GrantOutcome authorization_code(const GrantTools& tools, RequestContext& context);

}  // namespace oauth
