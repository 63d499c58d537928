// How a stored session becomes a CustomerSession; shared by sessions and authentication.
#pragma once

#include <string>
#include <string_view>

#include "consent/sca/customer_sessions.h"
#include "consent/store/session_store.h"

namespace consent {

CustomerSession session_from(const SessionRow& row, const SessionLimits& limits);
std::string session_hash(std::string_view handle);

}  // namespace consent
