// A delivery, its attempts, and the pages of them an owner reads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "webhooks/delivery/decision.h"
#include "webhooks/subscription.h"

namespace webhooks {

enum class DeliveryStatus : std::uint8_t {
  pending,
  succeeded,
  dead,      // out of attempts or not deliverable: waits in the dead letters for its owner
  cancelled  // its endpoint was deleted
};
std::string_view to_text(DeliveryStatus status);
std::optional<DeliveryStatus> delivery_status_from_text(std::string_view text);

struct Attempt {
  int number = 0;  // counts over redeliveries
  base::Instant at;
  std::chrono::milliseconds took{0};
  int status = 0;  // 0: no response
  std::optional<FailureClass> failure;
  std::string excerpt;
};

struct Delivery {
  DeliveryId id;
  EndpointId endpoint;
  MessageId message;
  std::string event_type;
  std::string subject;
  DeliveryStatus status = DeliveryStatus::pending;
  std::optional<FailureClass> dead_reason;
  std::optional<base::Instant> next_attempt_at;
  base::Instant created_at;
  std::optional<base::Instant> finished_at;
  std::vector<Attempt> attempts;  // oldest first, the last 20
};

struct DeliveryFilter {
  std::optional<EndpointId> endpoint;
  std::optional<DeliveryStatus> status;
  std::optional<DeliveryId> before;  // page: strictly older ids
  int limit = 50;                    // 1 to 100
};

struct DeliveryPage {
  std::vector<Delivery> items;  // newest first
  std::optional<DeliveryId> next;
};

}  // namespace webhooks
