// Tables connectors.account and connectors.account_holder. Bytes are sealed or wrapped; this layer opens nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/db/statement.h"
#include "base/db/transaction.h"
#include "base/id.h"

namespace connectors {

struct AccountRow {
  base::AccountId id;
  std::string wrapped_key, sealed_identity;  // bytes
  std::string type, status;                  // spelled as the table's checks spell them
  base::Instant status_updated, opened;
  std::string product_name, currency;
  int signatures_for_access = 1;
  int signatures_for_payments = 1;
  std::vector<base::PsuId> holders = {};  // read, not written: add_holder()
};

// All accounts of a customer, oldest first.
std::vector<AccountRow> accounts_of(base::db::Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu);
bool account_row_exists(base::db::Transaction& tx, const base::Tenant& tenant, const base::AccountId& account);
// False: it exists.
bool add_account(base::db::Transaction& tx, const base::Tenant& tenant, const AccountRow& row);
void add_holder(base::db::Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu,
                const base::AccountId& account);

std::vector<base::db::Statement> account_statements();

}  // namespace connectors
