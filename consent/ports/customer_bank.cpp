#include "consent/ports/customer_bank.h"

namespace consent {

SigningRule signing_rule(const ShareableAccount& account, ConsentKind kind) {
  // A yes or no about funds shows data and moves nothing.
  const bool moves_money = kind != ConsentKind::account_access && kind != ConsentKind::funds_confirmation;
  return {account.account, moves_money ? account.signatures_for_payments : account.signatures_for_access,
          account.signatories};
}

}  // namespace consent
