// The event types a TPP can subscribe to. Each module declares its own; wiring joins them, so that webhooks knows no
// sibling.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace webhooks {

struct EventType {
  std::string name;  // dot-delimited segments of [a-zA-Z0-9_] (Standard Webhooks 1.0.0, "Payload structure")
  std::string description;
};

class EventCatalog {
 public:
  // Sorted by name. Throws BrokenInvariant on a name twice, or one of a wrong form.
  explicit EventCatalog(std::vector<EventType> types);
  bool knows(std::string_view name) const;
  const std::vector<EventType>& all() const { return types_; }

 private:
  std::vector<EventType> types_;
};

// This module's own: webhook.test, webhook_endpoint.disabled.
std::vector<EventType> event_types();
inline constexpr std::string_view kTestEvent = "webhook.test";
inline constexpr std::string_view kEndpointDisabledEvent = "webhook_endpoint.disabled";

}  // namespace webhooks
