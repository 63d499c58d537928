#pragma once

#include <optional>

#include "policy/authorised_access.h"

namespace policy {

// [OBIE-4.0-AAC-ExpirationDateTime] "the date and time the permissions will expire": at that instant they have.
inline std::optional<Denial> consent_unexpired(const AccessFacts& facts) {
  if (!facts.consent_expires || facts.now < *facts.consent_expires) return std::nullopt;
  return Denial{DenialCode::consent_expired, "consent_unexpired: the consent's expiry has come"};
}

}  // namespace policy
