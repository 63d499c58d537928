// Every statement of this module: wiring hands them to the pool, which prepares each on every new connection.
#pragma once

#include <vector>

#include "base/db/statement.h"

namespace connectors {

std::vector<base::db::Statement> statements();

}  // namespace connectors
