// What this module refuses, as values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace webhooks {

enum class WebhookErrorCode : std::uint8_t {
  unknown_endpoint,     // or another client's: one answer
  unknown_dead_letter,  // or another client's, or a delivery that is not dead
  url_refused,          // by the egress guard
  unknown_event_type,
  invalid_value,  // a member out of its bounds; `pointer` names it
  too_many_endpoints,
  too_many_secrets,  // more than ten old secrets still sign
  endpoint_disabled  // nothing is sent to it until it is enabled
};
std::string_view to_text(WebhookErrorCode code);

struct WebhookError {
  WebhookErrorCode code;
  std::string public_text;
  std::string log_text;
  std::string pointer;  // RFC 6901, into the request body; empty when none
};

}  // namespace webhooks
