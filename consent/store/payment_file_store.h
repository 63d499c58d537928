// consent.payment_file: the payments of a file payment consent, octet for octet.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/db/statement.h"
#include "base/db/transaction.h"
#include "base/id.h"

namespace consent {

class PaymentFileStore {
 public:
  static std::vector<base::db::Statement> statements();

  // Once for each consent, which is locked.
  static void insert(base::db::Transaction& tx, const base::Tenant& tenant, const base::ConsentId& consent,
                     const std::string& content, base::Instant now);
  static std::optional<std::string> find(base::db::Transaction& tx, const base::Tenant& tenant,
                                         const base::ConsentId& consent);
};

}  // namespace consent
