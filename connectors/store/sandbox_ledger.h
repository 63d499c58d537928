// Tables connectors.movement and connectors.ledger_entry: append-only. A view of accounts "up to" their last seq never
// changes, whatever is appended later.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/db/statement.h"
#include "base/db/transaction.h"
#include "base/id.h"

namespace connectors {

struct MovementRow {
  base::AccountId account;
  std::int64_t seq = 0;
  std::string transaction_id;
  std::string status;  // "pending", "booked"
  base::Instant booked_at;
  std::optional<base::Instant> value_at = std::nullopt;
  std::int64_t amount_minor = 0;
  std::string currency;
  std::string reference = {}, domain_family = {}, domain_sub_family = {}, proprietary_code = {};
  std::string information = {}, counterparty_name = {}, merchant_name = {}, merchant_category = {};
  std::optional<std::int64_t> balance_after = std::nullopt;
};

// How far an account's history is looked at.
struct AccountHorizon {
  base::AccountId account;
  std::int64_t up_to = 0;
};

struct MovementQuery {
  std::vector<AccountHorizon> accounts;
  std::optional<base::Instant> from, to;  // booking time, both inclusive
  bool credits = false, debits = false;
};

struct MovementExtent {
  std::int64_t count = 0;
  std::optional<base::Instant> first, last;
};

struct PostingLine {
  std::string posting_id;
  int line = 0;
  std::string ledger_account;
  std::int64_t amount_minor = 0;
  std::string currency;
  base::Instant booked_at;
};

struct BalanceRow {
  base::AccountId account;
  std::string currency;
  std::int64_t booked_minor = 0;   // sum over the ledger
  std::int64_t pending_minor = 0;  // debits that are pending and not booked yet: never positive
};

// Only accounts the customer holds; in the order of `accounts`' ids.
std::vector<AccountHorizon> horizons(base::db::Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu,
                                     const std::vector<base::AccountId>& accounts);
MovementExtent extent(base::db::Transaction& tx, const base::Tenant& tenant, const MovementQuery& query);
// Newest first.
std::vector<MovementRow> movements(base::db::Transaction& tx, const base::Tenant& tenant, const MovementQuery& query,
                                   std::int64_t offset, int limit);
std::vector<BalanceRow> balances_of(base::db::Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu,
                                    const std::vector<base::AccountId>& accounts);

// Appends to one account; seq of the rows is assigned here, in their order. Throws when lines do not sum to zero.
void append_movements(base::db::Transaction& tx, const base::Tenant& tenant, const base::AccountId& account,
                      const std::vector<MovementRow>& rows);
void append_postings(base::db::Transaction& tx, const base::Tenant& tenant, const std::vector<PostingLine>& lines);

std::vector<base::db::Statement> ledger_statements();

}  // namespace connectors
