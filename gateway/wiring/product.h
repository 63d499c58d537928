// The object graph of one process, built by hand: order of members is order of construction, and the reverse is the
// order of the end. The one place that knows everything, and does nothing itself.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/db/migrate.h"
#include "base/db/statement.h"
#include "gateway/settings.h"

namespace gateway {

// Every module's migrations and statements, in the order of the modules.
std::vector<base::db::Migration> all_migrations();
std::vector<base::db::Statement> all_statements();

// libpq's connection string of the owning role, for migrate. Throws std::runtime_error when the secret cannot be read.
std::string owner_connection(const DatabaseSettings& settings);

class Product {
 public:
  // Connects, prepares every statement, reads the keys: throws std::runtime_error with one plain sentence otherwise.
  explicit Product(Settings settings);
  ~Product();
  Product(const Product&) = delete;
  Product& operator=(const Product&) = delete;

  // Serves until SIGTERM or SIGINT, drains, and returns the exit code. SIGHUP reloads certificates.
  int serve();

  struct Parts;
  Parts& parts() { return *parts_; }

 private:
  std::unique_ptr<Parts> parts_;
};

}  // namespace gateway
