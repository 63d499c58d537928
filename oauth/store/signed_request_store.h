// oauth.signed_request: request objects as they came, under the pushed request that came of each. Only ever added to.
#pragma once

#include <string>
#include <vector>

#include "base/caller.h"
#include "base/db/statement.h"
#include "base/db/transaction.h"
#include "base/id.h"

namespace oauth {

void insert_signed_request(base::db::Transaction& tx, const base::Caller& caller, const base::ClientId& client,
                           const std::string& request_hash, const std::string& request_object);

std::vector<base::db::Statement> signed_request_statements();

}  // namespace oauth
