// What a TPP asks for with an account-access-consent, and the rules it must keep. Pure.
// UK Open Banking Read/Write v4.0, Account and Transaction API Profile, "Consent Elements" (Permissions, Expiration
// Date Time, Transaction To/From Date Time; everything).
#pragma once

#include <optional>
#include <set>

#include "base/clock.h"
#include "base/result.h"
#include "consent/consent_error.h"
#include "policy/permission.h"

namespace consent {

struct CreateAccountAccessConsent {
  // A set: Basic beside Detail, or one code twice, is duplication and not an error. A code outside the standard is
  // refused by the facade before this (permission_from_text).
  std::set<policy::Permission> permissions;
  std::optional<base::Instant> expiration;
  std::optional<base::Instant> transactions_from;
  std::optional<base::Instant> transactions_to;
};

// Permissions whose endpoints this installation serves: accounts, balances, transactions, and ReadPAN, which only says
// how much of a number is shown.
const std::set<policy::Permission>& served_permissions();
// All codes of the standard: for installations that accept permissions ahead of the endpoints.
const std::set<policy::Permission>& standard_permissions();

// `now` is business time.
base::Result<void, ConsentError> check(const CreateAccountAccessConsent& request,
                                       const std::set<policy::Permission>& supported, base::Instant now);

}  // namespace consent
