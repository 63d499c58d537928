// The sandbox's business clock, kept in base.sandbox_clock so that all nodes move together (DESIGN decision 14).
// Forward only, until it is reset. Production never reads it.
#pragma once

#include <chrono>
#include <vector>

#include "base/db/statement.h"
#include "base/db/transaction.h"

namespace base::db {

std::chrono::seconds sandbox_clock_offset(Transaction& tx);                            // 0 when never moved
std::chrono::seconds advance_sandbox_clock(Transaction& tx, std::chrono::seconds by);  // the offset afterwards
void reset_sandbox_clock(Transaction& tx);

std::vector<Statement> sandbox_clock_statements();

}  // namespace base::db
