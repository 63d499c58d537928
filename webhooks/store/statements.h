// Every SQL statement of this module, for the pool to prepare at boot.
#pragma once

#include <vector>

#include "base/db/statement.h"

namespace webhooks {

std::vector<base::db::Statement> statements();

}  // namespace webhooks
