#pragma once

#include <optional>

#include "policy/authorised_access.h"

namespace policy {

// [OBIE-4.0-AIS-Permissions] each resource names the permissions that open it: accounts Basic or Detail; balances
// ReadBalances; transactions Basic or Detail together with Credits or Debits.
inline std::optional<Denial> permission_given(const AccessFacts& facts) {
  const auto has = [&](Permission permission) { return facts.permissions.contains(permission); };
  const auto missing = [](std::string what) {
    return Denial{DenialCode::permission_missing, "permission_given: " + std::move(what) + " is not in the consent"};
  };
  switch (facts.capability) {
    case Capability::accounts:
      if (has(Permission::ReadAccountsBasic) || has(Permission::ReadAccountsDetail)) return std::nullopt;
      return missing("ReadAccountsBasic or ReadAccountsDetail");
    case Capability::balances:
      if (has(Permission::ReadBalances)) return std::nullopt;
      return missing("ReadBalances");
    case Capability::transactions:
      if (!has(Permission::ReadTransactionsBasic) && !has(Permission::ReadTransactionsDetail)) {
        return missing("ReadTransactionsBasic or ReadTransactionsDetail");
      }
      if (!has(Permission::ReadTransactionsCredits) && !has(Permission::ReadTransactionsDebits)) {
        return missing("ReadTransactionsCredits or ReadTransactionsDebits");
      }
      return std::nullopt;
  }
  return missing("the permission for an unknown capability");
}

}  // namespace policy
