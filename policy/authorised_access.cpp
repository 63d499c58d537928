#include "policy/authorised_access.h"

#include "policy/rule_table.h"

namespace policy {

base::Result<AuthorisedAccess, Denial> authorise(AccessFacts facts) {
  for (const AccessRule& rule : access_rules()) {
    if (auto denial = rule.denies(facts)) return base::failure(std::move(*denial));
  }
  return AuthorisedAccess(std::move(facts));
}

std::string_view to_text(DenialCode code) {
  switch (code) {
    case DenialCode::consent_not_authorised:
      return "consent_not_authorised";
    case DenialCode::consent_expired:
      return "consent_expired";
    case DenialCode::sca_due:
      return "sca_due";
    case DenialCode::scope_missing:
      return "scope_missing";
    case DenialCode::permission_missing:
      return "permission_missing";
    case DenialCode::account_not_selected:
      return "account_not_selected";
  }
  return "consent_not_authorised";
}

bool ground_is_gone(DenialCode code) {
  switch (code) {
    case DenialCode::consent_not_authorised:
    case DenialCode::consent_expired:
      return true;
    case DenialCode::sca_due:
    case DenialCode::scope_missing:
    case DenialCode::permission_missing:
    case DenialCode::account_not_selected:
      return false;
  }
  return true;
}

}  // namespace policy
