#pragma once

#include <optional>

#include "policy/authorised_access.h"

namespace policy {

// [RTS-SCA-10a.3] "more than 180 days have elapsed since the last time … strong customer authentication was applied":
// the consent lives on, and the customer must authenticate again before it is used.
inline std::optional<Denial> sca_current(const AccessFacts& facts) {
  if (!facts.sca_valid_until || facts.now < *facts.sca_valid_until) return std::nullopt;
  return Denial{DenialCode::sca_due, "sca_current: the customer must authenticate again"};
}

}  // namespace policy
