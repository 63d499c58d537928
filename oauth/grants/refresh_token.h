// grant_type=refresh_token (RFC 6749 section 6). The refresh token is not rotated [FAPI2-SP-FINAL-5.3.2.1-9] but
// on the day a policy of the operator's replaces it; it lives as long as grant and consent do, and is bound to the
// client's authentication (RFC 9449 section 5).
#pragma once

#include "oauth/grants/token_response.h"

namespace oauth {

// Replaced, and no longer of use to who repeats the request that replaced it.
bool retry_is_over(const RefreshTokenRow& row, const Settings& settings, base::Instant now);

GrantOutcome refresh_token(const GrantTools& tools, RequestContext& context);

}  // namespace oauth
