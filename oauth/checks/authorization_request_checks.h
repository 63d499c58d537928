// Checks of what is pushed (RFC 9126 section 2, RFC 6749 section 4.1.1, OpenID Connect Core section 3.1.2.1).
#pragma once

#include "oauth/checks/request_context.h"

namespace oauth::checks {

CheckOutcome request_uri_absent(RequestContext& context);
CheckOutcome request_object(RequestContext& context);
CheckOutcome registration_absent(RequestContext& context);
CheckOutcome response_type_code(RequestContext& context);
CheckOutcome response_mode_registered(RequestContext& context);
CheckOutcome redirect_uri_registered(RequestContext& context);
CheckOutcome pkce_s256(RequestContext& context);
CheckOutcome scope_allowed(RequestContext& context);
CheckOutcome state_and_nonce(RequestContext& context);
CheckOutcome prompt_known(RequestContext& context);
CheckOutcome acr_values_known(RequestContext& context);
CheckOutcome max_age_number(RequestContext& context);
CheckOutcome login_hint_plain(RequestContext& context);
CheckOutcome claims_parameter(RequestContext& context);
CheckOutcome authorization_details(RequestContext& context);
CheckOutcome scope_fits_intent(RequestContext& context);
CheckOutcome code_binding(RequestContext& context);

}  // namespace oauth::checks
