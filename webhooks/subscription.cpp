#include "webhooks/subscription.h"

#include <algorithm>
#include <array>

namespace webhooks {

std::string_view to_text(EndpointStatus status) {
  switch (status) {
    case EndpointStatus::enabled:
      return "enabled";
    case EndpointStatus::disabled:
      return "disabled";
  }
  return "disabled";
}

std::string_view to_text(DisabledReason reason) {
  switch (reason) {
    case DisabledReason::by_owner:
      return "by_owner";
    case DisabledReason::gone:
      return "gone";
    case DisabledReason::failing:
      return "failing";
    case DisabledReason::asked_by_receiver:
      return "asked_by_receiver";
  }
  return "by_owner";
}

std::optional<EndpointStatus> endpoint_status_from_text(std::string_view text) {
  for (const EndpointStatus status : {EndpointStatus::enabled, EndpointStatus::disabled}) {
    if (to_text(status) == text) return status;
  }
  return std::nullopt;
}

std::optional<DisabledReason> disabled_reason_from_text(std::string_view text) {
  for (const DisabledReason reason :
       {DisabledReason::by_owner, DisabledReason::gone, DisabledReason::failing, DisabledReason::asked_by_receiver}) {
    if (to_text(reason) == text) return reason;
  }
  return std::nullopt;
}

bool EventFilter::matches(std::string_view type) const {
  return all() || std::find(types.begin(), types.end(), type) != types.end();
}

}  // namespace webhooks
