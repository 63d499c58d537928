// The body of a webhook: {"type", "timestamp", "data"} (Standard Webhooks 1.0.0, "Payload structure"). Rendered once
// and kept, so that every attempt signs the same bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace webhooks {

// ISO 8601, UTC, milliseconds: "2026-01-31T09:30:00.000Z".
std::string iso8601(base::Instant at);

// nullopt: data_json is not a JSON object of at most 64 KiB.
std::optional<std::string> payload(std::string_view type, base::Instant occurred_at, std::string_view data_json);

// What is kept of a receiver's answer: at most 1 KiB, printable ASCII (others shown as '.'), anything that looks like
// one of our secrets or signatures blanked.
std::string response_excerpt(std::string_view body);

}  // namespace webhooks
