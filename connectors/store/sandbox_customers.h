// Table connectors.customer. Bytes are sealed or wrapped; this layer opens nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/db/statement.h"
#include "base/db/transaction.h"
#include "base/id.h"

namespace connectors {

struct CustomerRow {
  base::PsuId psu;
  std::string password_hash;
  std::string wrapped_key, sealed_profile;  // bytes
  bool sca_always_fails = false;
  bool locked = false;
  bool decoupled = false;
};

std::optional<CustomerRow> find_customer_by_username(base::db::Transaction& tx, const base::Tenant& tenant,
                                                     const std::string& username_index);
std::optional<CustomerRow> find_customer(base::db::Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu);
// False: one with this username exists.
bool add_customer(base::db::Transaction& tx, const base::Tenant& tenant, const std::string& username_index,
                  const CustomerRow& row);
// False: this step or a later one was accepted before.
bool accept_totp_step(base::db::Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu, std::int64_t step);

std::vector<base::db::Statement> customer_statements();

}  // namespace connectors
