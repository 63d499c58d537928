// What is wrong with a date in a JWT, in words a developer can act upon: the claim, by how much, what is allowed, and
// what time the server has.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace oauth {

// "iat is 75 s in the past; at most 60 s are accepted (server time 2026-05-28T20:26:40Z)"
std::string too_old(std::string_view claim, base::Instant date, std::chrono::seconds most, base::Instant now);
// "iat is 75 s ahead; at most 30 s are accepted (server time …)"
std::string too_far_ahead(std::string_view claim, base::Instant date, std::chrono::seconds most, base::Instant now);
// "exp is 75 s in the past; less than 10 s is accepted (server time …)": on or after exp a JWT is over (RFC 7519
// section 4.1.4), and the skew moves that moment.
std::string expired(base::Instant exp, std::chrono::seconds skew, base::Instant now);

}  // namespace oauth
