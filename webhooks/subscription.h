// An endpoint of a TPP and what it wants to hear of.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/id.h"

namespace webhooks {

using EndpointId = base::Id<struct EndpointTag>;
using MessageId = base::Id<struct MessageTag>;    // = the event's id = `webhook-id`
using DeliveryId = base::Id<struct DeliveryTag>;  // one message to one endpoint

// Comes first in every question: another client's endpoint does not exist.
struct Owner {
  base::Tenant tenant;
  base::ClientId client;
};

enum class EndpointStatus : std::uint8_t { enabled, disabled };
enum class DisabledReason : std::uint8_t {
  by_owner,
  gone,              // the receiver answered 410
  failing,           // nothing but failures for five days
  asked_by_receiver  // response header webhook-delivery: disable
};
std::string_view to_text(EndpointStatus status);
std::string_view to_text(DisabledReason reason);
std::optional<EndpointStatus> endpoint_status_from_text(std::string_view text);
std::optional<DisabledReason> disabled_reason_from_text(std::string_view text);

// All event types, those of tomorrow included, or the named ones.
struct EventFilter {
  static constexpr std::string_view kAll = "*";
  std::vector<std::string> types{std::string(kAll)};  // {"*"} or names, sorted, without repeats
  bool all() const { return types.size() == 1 && types.front() == kAll; }
  bool matches(std::string_view type) const;
};

struct Endpoint {
  EndpointId id;
  Owner owner;
  std::string url;
  std::string description;
  EventFilter events;
  EndpointStatus status = EndpointStatus::enabled;
  std::optional<DisabledReason> disabled_reason;
  std::optional<base::Instant> disabled_at;
  base::Instant created_at;  // protocol time, as all times here
  base::Instant updated_at;
};

}  // namespace webhooks
