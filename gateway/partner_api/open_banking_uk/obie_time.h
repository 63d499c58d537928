// Dates on the UK surface (Read/Write v4.0, "Date Format"): ISO 8601 with an offset in payloads, without a time zone in
// query parameters.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace gateway {

// RFC 3339 date-time; an offset is required. nullopt: another form, or no such date.
std::optional<base::Instant> obie_time_from_payload(std::string_view text);
// A date, or date and time, taken as UTC. "If the Date Time contains a timezone, the ASPSP must ignore the timezone
// component": one that is there is read over, also where '+' came as a blank.
std::optional<base::Instant> obie_time_from_query(std::string_view text);
std::string obie_time(base::Instant at);  // "2026-11-22T13:00:00+00:00", cut to the second

}  // namespace gateway
