#include "consent/consent_request.h"

#include <string>

namespace consent {
namespace {

using policy::Permission;

ConsentError refused_permissions(std::string text) {
  return ConsentError{ConsentErrorCode::permissions_invalid, "Permissions", text, text};
}

}  // namespace

const std::set<Permission>& served_permissions() {
  static const std::set<Permission> kServed{
      Permission::ReadAccountsBasic,
      Permission::ReadAccountsDetail,
      Permission::ReadBalances,
      Permission::ReadPAN,
      Permission::ReadTransactionsBasic,
      Permission::ReadTransactionsDetail,
      Permission::ReadTransactionsCredits,
      Permission::ReadTransactionsDebits,
  };
  return kServed;
}

const std::set<Permission>& standard_permissions() {
  static const std::set<Permission> kStandard = [] {
    std::set<Permission> all;
    for (const auto& [permission, name] : policy::kPermissionNames) all.insert(permission);
    return all;
  }();
  return kStandard;
}

base::Result<void, ConsentError> check(const CreateAccountAccessConsent& request, const std::set<Permission>& supported,
                                       base::Instant now) {
  const auto asks_for = [&](Permission permission) { return request.permissions.contains(permission); };

  // [OBIE-AISP-4.0-Permissions] refused with 400: "Account Access Consents with an empty Permissions array."
  if (request.permissions.empty()) return base::failure(refused_permissions("Permissions must not be empty."));
  // [OBIE-AISP-4.0-Permissions] refused with 400: "a permission code that is not supported by the ASPSP"
  for (const Permission permission : request.permissions) {
    if (!supported.contains(permission)) {
      return base::failure(
          refused_permissions("Permission " + std::string(policy::to_text(permission)) + " is not supported."));
    }
  }
  // [OBIE-AISP-4.0-Permissions] "must contain at least ReadAccountsBasic or ReadAccountsDetail"
  if (!asks_for(Permission::ReadAccountsBasic) && !asks_for(Permission::ReadAccountsDetail)) {
    return base::failure(refused_permissions("Permissions must contain ReadAccountsBasic or ReadAccountsDetail."));
  }
  const bool depth = asks_for(Permission::ReadTransactionsBasic) || asks_for(Permission::ReadTransactionsDetail);
  const bool direction = asks_for(Permission::ReadTransactionsCredits) || asks_for(Permission::ReadTransactionsDebits);
  // [OBIE-AISP-4.0-Permissions] refused with 400: Basic or Detail without "at least one of ReadTransactionsCredits and
  // ReadTransactionsDebits"
  if (depth && !direction) {
    return base::failure(refused_permissions(
        "ReadTransactionsBasic and ReadTransactionsDetail need ReadTransactionsCredits or ReadTransactionsDebits."));
  }
  // [OBIE-AISP-4.0-Permissions] refused with 400: Credits or Debits without "at least one of ReadTransactionsBasic and
  // ReadTransactionsDetail"
  if (direction && !depth) {
    return base::failure(refused_permissions(
        "ReadTransactionsCredits and ReadTransactionsDebits need ReadTransactionsBasic or ReadTransactionsDetail."));
  }
  // The customer could never use what has expired before it is created.
  if (request.expiration && *request.expiration <= now) {
    return base::failure(ConsentError{ConsentErrorCode::expiration_invalid, "ExpirationDateTime",
                                      "ExpirationDateTime must be in the future.",
                                      "ExpirationDateTime must be in the future."});
  }
  if (request.transactions_from && request.transactions_to && *request.transactions_from > *request.transactions_to) {
    return base::failure(ConsentError{ConsentErrorCode::period_invalid, "TransactionToDateTime",
                                      "TransactionToDateTime must not be before TransactionFromDateTime.",
                                      "TransactionToDateTime must not be before TransactionFromDateTime."});
  }
  return {};
}

}  // namespace consent
