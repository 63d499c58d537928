#include "policy/transaction_view.h"

#include <algorithm>

namespace policy {
namespace {

std::optional<base::Instant> later(std::optional<base::Instant> a, std::optional<base::Instant> b) {
  return a && b ? std::max(a, b) : (a ? a : b);
}
std::optional<base::Instant> earlier(std::optional<base::Instant> a, std::optional<base::Instant> b) {
  return a && b ? std::min(a, b) : (a ? a : b);
}

}  // namespace

TransactionView transaction_view(const AuthorisedAccess& access, std::optional<base::Instant> asked_from,
                                 std::optional<base::Instant> asked_to) {
  return {.from = later(access.facts().transactions_from, asked_from),
          .to = earlier(access.facts().transactions_to, asked_to),
          .credits = access.has(Permission::ReadTransactionsCredits),
          .debits = access.has(Permission::ReadTransactionsDebits),
          .detail = access.has(Permission::ReadTransactionsDetail)};
}

}  // namespace policy
