// Checks that every endpoint for clients shares: the form of the request, and who sends it.
#pragma once

#include "oauth/checks/request_context.h"

namespace oauth::checks {

CheckOutcome form_encoded(RequestContext& context);
CheckOutcome parameters_once(RequestContext& context);
CheckOutcome client_authenticated(RequestContext& context);
CheckOutcome client_within_limits(RequestContext& context);

}  // namespace oauth::checks
