// Checks of token and revocation requests (RFC 6749 sections 4.1.3, 4.4.2, 6; RFC 7009 section 2.1; RFC 9449 section 5;
// RFC 8705 section 3).
#pragma once

#include "oauth/checks/request_context.h"

namespace oauth::checks {

CheckOutcome code_presented(RequestContext& context);
CheckOutcome refresh_token_presented(RequestContext& context);
CheckOutcome scope_of_client_credentials(RequestContext& context);
CheckOutcome details_narrowed(RequestContext& context);
CheckOutcome sender_constrained(RequestContext& context);
CheckOutcome token_presented(RequestContext& context);

}  // namespace oauth::checks
