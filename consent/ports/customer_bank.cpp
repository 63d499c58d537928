#include "consent/ports/customer_bank.h"

#include <algorithm>

namespace consent {
namespace {

std::optional<AccountIdentification> debtor_of(const Terms& terms) {
  if (const auto* payment = std::get_if<PaymentTerms>(&terms)) return payment->debtor;
  if (const auto* vrp = std::get_if<VrpTerms>(&terms)) return vrp->debtor;
  if (const auto* funds = std::get_if<FundsTerms>(&terms)) return funds->debtor;
  return std::nullopt;
}

}  // namespace

SigningRule signing_rule(const ShareableAccount& account, ConsentKind kind) {
  // A yes or no about funds shows data and moves nothing.
  const bool moves_money = kind != ConsentKind::account_access && kind != ConsentKind::funds_confirmation;
  return {account.account, moves_money ? account.signatures_for_payments : account.signatures_for_access,
          account.signatories};
}

std::vector<ShareableAccount> choosable(const Terms& terms, std::vector<ShareableAccount> accounts) {
  const auto debtor = debtor_of(terms);
  if (!debtor) return accounts;
  const std::string wanted = debtor->scheme + " " + debtor->identification;
  std::erase_if(accounts, [&](const ShareableAccount& account) {
    return std::find(account.identifications.begin(), account.identifications.end(), wanted) ==
           account.identifications.end();
  });
  return accounts;
}

}  // namespace consent
