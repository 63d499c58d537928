// Every SQL statement of this module, for PostgresPool to prepare.
#pragma once

#include <vector>

#include "base/db/statement.h"

namespace consent {

std::vector<base::db::Statement> statements();

}  // namespace consent
