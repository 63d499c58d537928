#include "consent/consent_error.h"

#include "base/ensure.h"

namespace consent {

std::string_view to_text(ConsentErrorCode code) {
  switch (code) {
    case ConsentErrorCode::unknown:
      return "unknown";
    case ConsentErrorCode::foreign_client:
      return "foreign_client";
    case ConsentErrorCode::foreign_psu:
      return "foreign_psu";
    case ConsentErrorCode::permissions_invalid:
      return "permissions_invalid";
    case ConsentErrorCode::expiration_invalid:
      return "expiration_invalid";
    case ConsentErrorCode::period_invalid:
      return "period_invalid";
    case ConsentErrorCode::status_conflict:
      return "status_conflict";
    case ConsentErrorCode::expired:
      return "expired";
    case ConsentErrorCode::no_account_selected:
      return "no_account_selected";
    case ConsentErrorCode::account_not_shareable:
      return "account_not_shareable";
    case ConsentErrorCode::too_many_accounts:
      return "too_many_accounts";
    case ConsentErrorCode::idempotency_conflict:
      return "idempotency_conflict";
    case ConsentErrorCode::terms_changed:
      return "terms_changed";
  }
  throw base::BrokenInvariant("a code outside its enumeration");
}

}  // namespace consent
