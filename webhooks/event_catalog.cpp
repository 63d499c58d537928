#include "webhooks/event_catalog.h"

#include <algorithm>

#include "base/ensure.h"

namespace webhooks {
namespace {

bool is_segment_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// [STDWH-1.0.0-event-types] "full-stop delimited, list of identifiers … limited to … [a-zA-Z0-9_]"
bool is_event_name(std::string_view name) {
  if (name.empty() || name.size() > 128) return false;
  bool segment_open = false;
  for (const char c : name) {
    if (c == '.' && !segment_open) return false;
    if (c != '.' && !is_segment_character(c)) return false;
    segment_open = c != '.';
  }
  return segment_open;
}

}  // namespace

EventCatalog::EventCatalog(std::vector<EventType> types) : types_(std::move(types)) {
  std::sort(types_.begin(), types_.end(), [](const EventType& a, const EventType& b) { return a.name < b.name; });
  for (const EventType& type : types_) ENSURE(is_event_name(type.name), "an event type has the form of the standard");
  const auto twice = std::adjacent_find(types_.begin(), types_.end(),
                                        [](const EventType& a, const EventType& b) { return a.name == b.name; });
  ENSURE(twice == types_.end(), "an event type is declared by one module only");
}

bool EventCatalog::knows(std::string_view name) const {
  return std::any_of(types_.begin(), types_.end(), [&](const EventType& type) { return type.name == name; });
}

std::vector<EventType> event_types() {
  return {{std::string(kTestEvent), "Sent on request, to try an endpoint."},
          {std::string(kEndpointDisabledEvent),
           "An endpoint of yours was disabled: it answered 410, asked for it, or only failed for five days."}};
}

}  // namespace webhooks
