#include "webhooks/delivery/delivery.h"

namespace webhooks {

std::string_view to_text(DeliveryStatus status) {
  switch (status) {
    case DeliveryStatus::pending:
      return "pending";
    case DeliveryStatus::succeeded:
      return "succeeded";
    case DeliveryStatus::dead:
      return "dead";
    case DeliveryStatus::cancelled:
      return "cancelled";
  }
  return "pending";
}

std::optional<DeliveryStatus> delivery_status_from_text(std::string_view text) {
  for (const DeliveryStatus status :
       {DeliveryStatus::pending, DeliveryStatus::succeeded, DeliveryStatus::dead, DeliveryStatus::cancelled}) {
    if (to_text(status) == text) return status;
  }
  return std::nullopt;
}

}  // namespace webhooks
