#include "connectors/store/statements.h"

#include "connectors/store/sandbox_accounts.h"
#include "connectors/store/sandbox_customers.h"
#include "connectors/store/sandbox_ledger.h"
#include "connectors/store/sandbox_messages.h"

namespace connectors {

std::vector<base::db::Statement> statements() {
  std::vector<base::db::Statement> all;
  for (const auto& list : {customer_statements(), account_statements(), ledger_statements(), message_statements()}) {
    all.insert(all.end(), list.begin(), list.end());
  }
  return all;
}

}  // namespace connectors
