#include "webhooks/webhook_error.h"

namespace webhooks {

std::string_view to_text(WebhookErrorCode code) {
  switch (code) {
    case WebhookErrorCode::unknown_endpoint:
      return "unknown_endpoint";
    case WebhookErrorCode::unknown_dead_letter:
      return "unknown_dead_letter";
    case WebhookErrorCode::url_refused:
      return "url_refused";
    case WebhookErrorCode::unknown_event_type:
      return "unknown_event_type";
    case WebhookErrorCode::invalid_value:
      return "invalid_value";
    case WebhookErrorCode::too_many_endpoints:
      return "too_many_endpoints";
    case WebhookErrorCode::too_many_secrets:
      return "too_many_secrets";
    case WebhookErrorCode::endpoint_disabled:
      return "endpoint_disabled";
  }
  return "invalid_value";
}

}  // namespace webhooks
