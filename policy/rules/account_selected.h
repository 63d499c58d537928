#pragma once

#include <optional>

#include "policy/authorised_access.h"

namespace policy {

// [RTS-SCA-36.1a] information "from designated payment accounts": the ones the customer chose, no other.
inline std::optional<Denial> account_selected(const AccessFacts& facts) {
  if (!facts.account || facts.selected_accounts.contains(*facts.account)) return std::nullopt;
  return Denial{DenialCode::account_not_selected, "account_selected: the customer did not choose this account"};
}

}  // namespace policy
