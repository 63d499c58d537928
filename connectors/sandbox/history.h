// Two years of a fictional account, day by day. What happens on a date depends on the account's name and the date
// alone, so that two seeds of one date are equal on every machine. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace connectors {

enum class AccountRole { everyday, savings, euro_travel };

struct HistoryEvent {
  std::string label;  // unique in the account: the transaction's id is made from it
  base::Instant happened;
  base::Instant booked;           // after the history's end: still pending
  bool pending_first = false;     // was shown as pending before it was booked
  std::int64_t amount_minor = 0;  // negative: debit
  std::string contra;             // the bank's own ledger account: "bank:cards"
  std::string reference, domain_family, domain_sub_family, proprietary_code;
  std::string information, counterparty_name, merchant_name, merchant_category;
};

inline constexpr std::chrono::days kHistoryLength{730};

// In order of booking. `end` is the last instant that can have happened.
std::vector<HistoryEvent> history(const std::string& account_name, AccountRole role, base::Instant end);

}  // namespace connectors
