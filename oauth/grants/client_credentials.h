// grant_type=client_credentials (RFC 6749 section 4.4): what a TPP makes consents and webhook endpoints with.
#pragma once

#include "oauth/grants/token_response.h"

namespace oauth {

GrantOutcome client_credentials(const GrantTools& tools, RequestContext& context);

}  // namespace oauth
