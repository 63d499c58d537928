// The one place where refusals of /webhooks/v1 become problem+json (RFC 9457): type, title, status, detail,
// interaction_id, and for a bad body `errors` with JSON Pointers as URI fragments.
#pragma once

#include "base/http/call.h"
#include "base/http/message.h"
#include "gateway/partner_api/webhooks_v1/webhook_json.h"
#include "webhooks/webhook_error.h"

namespace gateway {

// Each also tells the request's event what was refused and why.
base::http::Response webhook_problem(base::http::Call& call, const webhooks::WebhookError& error);
base::http::Response webhook_problem(base::http::Call& call, const WebhookBodyError& error);

}  // namespace gateway
