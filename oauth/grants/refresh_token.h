// grant_type=refresh_token (RFC 6749 section 6). The refresh token is not rotated [FAPI2-SP-FINAL-5.3.2.1-9]; it lives
// as long as grant and consent do, and is bound to the client's authentication (RFC 9449 section 5).
#pragma once

#include "oauth/grants/token_response.h"

namespace oauth {

GrantOutcome refresh_token(const GrantTools& tools, RequestContext& context);

}  // namespace oauth
