// Bodies of the UK surface in the official v4.0 shapes: OBReadConsentResponse1, OBReadAccount6, OBReadBalance1,
// OBReadTransaction6. What a permission does not open is left out here and nowhere else.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "connectors/bank.h"
#include "consent/consent.h"
#include "policy/authorised_access.h"

namespace gateway {

struct ObieLinks {
  std::string self;
  std::optional<std::string> first = std::nullopt, previous = std::nullopt, next = std::nullopt, last = std::nullopt;
};

std::string render_consent(const consent::Consent& consent, const std::string& self);
// OBWriteDomesticConsentResponse5 and its siblings, OBDomesticVRPConsentResponse, OBFundsConfirmationConsentResponse1:
// the request's own members beside what became of it.
std::string render_payment_consent(const consent::Consent& consent, const std::string& self);
// Detail adds Account[]: SchemeName, Identification, Name.
std::string render_accounts(const std::vector<connectors::Account>& accounts, const policy::AuthorisedAccess& access,
                            const std::string& self);
std::string render_balances(const std::vector<connectors::Balance>& balances, const std::string& self);
// Detail adds TransactionInformation, Balance, MerchantDetails, CreditorAccount or DebtorAccount.
std::string render_transactions(const connectors::TransactionPage& page, const policy::AuthorisedAccess& access,
                                const ObieLinks& links);

}  // namespace gateway
