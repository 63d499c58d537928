// What of an account's transactions a consent lets through: a window of booking times, directions, and how much of
// each.
#pragma once

#include <optional>

#include "base/clock.h"
#include "policy/authorised_access.h"

namespace policy {

struct TransactionView {
  std::optional<base::Instant> from;  // inclusive
  std::optional<base::Instant> to;    // inclusive
  bool credits = false;
  bool debits = false;
  bool detail = false;  // ReadTransactionsDetail: parties, narrative, balance
  // The question and the consent do not meet: nothing can be in it.
  bool empty() const { return (from && to && *to < *from) || (!credits && !debits); }
};

// The consent's window cut with what was asked for.
TransactionView transaction_view(const AuthorisedAccess& access, std::optional<base::Instant> asked_from,
                                 std::optional<base::Instant> asked_to);

}  // namespace policy
