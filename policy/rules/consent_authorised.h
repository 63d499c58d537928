#pragma once

#include <optional>

#include "policy/authorised_access.h"

namespace policy {

// [RTS-SCA-36.5] "in accordance with the consent of the payment service user": without a live consent there is no
// access.
inline std::optional<Denial> consent_authorised(const AccessFacts& facts) {
  if (facts.consent_authorised && !facts.consent.empty()) return std::nullopt;
  return Denial{DenialCode::consent_not_authorised,
                "consent_authorised: the consent behind the token is not authorised"};
}

}  // namespace policy
