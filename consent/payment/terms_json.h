// Terms as they are stored: strict in both directions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "consent/payment/payment_order.h"

namespace consent {

// Must hold terms.
std::string terms_to_json(const Terms& terms);
// The error names the place, never a value.
base::Result<Terms, std::string> terms_from_json(ConsentKind kind, std::string_view json);

}  // namespace consent
