// Migrations: numbered per module, forward-only, applied whole under an advisory lock, recorded in base.migration with
// the SHA-256 of their text. An applied migration whose text changed stops the boot.
//
// Roles: aldgate_owner connects here and owns everything; aldgate_service (LOGIN, no DDL) serves. Both, and the
// database owned by aldgate_owner, are made beforehand by whoever administers the cluster (./dev, or the bank).
// migrate() makes each module's schema and grants USAGE on it to aldgate_service; tables and grants on them are the
// migrations' own text, which runs with an empty search path (write oauth.client, not client) and without BEGIN or
// COMMIT.
#pragma once

#include <string>
#include <vector>

#include "base/id.h"

namespace base::db {

struct Migration {
  std::string module;  // also its schema
  int number = 0;
  std::string name;
  std::string sql;
};

struct MigrationReport {
  std::vector<std::string> applied;  // "oauth/0001_clients"
};

// `connection` is a libpq connection string of the owning role. Throws std::runtime_error with one plain sentence.
MigrationReport migrate(const std::string& connection, const std::vector<Migration>& migrations);
// Names of what is not applied yet: serve refuses to start while any is.
std::vector<std::string> pending(const std::string& connection, const std::vector<Migration>& migrations);

// The brand and bank this installation serves (DESIGN decision 20); idempotent, after the migrations.
void register_tenant(const std::string& connection, const Tenant& tenant);

}  // namespace base::db
