// Every SQL statement of this module, for the pool to prepare.
#pragma once

#include <vector>

#include "base/db/statement.h"

namespace oauth {

std::vector<base::db::Statement> statements();

}  // namespace oauth
