// An endpoint's work, done on what is known of the client, and where that was not the truth any more, done again on the
// truth.
#pragma once

#include <functional>

#include "base/http/call.h"
#include "oauth/checks/request_context.h"

namespace oauth {

// `once` checks and answers; it may run up to three times. Every answer below 400 must come of a transaction with
// record_authentication, which commits for the client as it is and for no other; every refusal that a remembered
// registration led to is decided anew when that was out of date.
base::http::Response answer_current(base::http::Call& call, const CheckTools& tools,
                                    const std::function<base::http::Response(RequestContext&)>& once);

}  // namespace oauth
