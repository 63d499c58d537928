#pragma once

#include <vector>

#include "base/db/migrate.h"

namespace connectors {

// This module's schema, in order (deploy/embed_migrations.cmake).
std::vector<base::db::Migration> migrations();

}  // namespace connectors
