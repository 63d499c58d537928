#include "connectors/store/sandbox_customers.h"

#include "base/db/sql.h"

namespace connectors {
namespace {

using base::db::Bytes;
using base::db::Statement;
using base::db::value;

constexpr Statement kFindByUsername{"connectors.customer.find_by_username", R"sql(
  SELECT psu_id, password_hash, wrapped_key, sealed_profile, sca_always_fails, locked, decoupled
  FROM connectors.customer WHERE brand_id = $1 AND bank_id = $2 AND username_index = $3)sql"};
constexpr Statement kFind{"connectors.customer.find", R"sql(
  SELECT psu_id, password_hash, wrapped_key, sealed_profile, sca_always_fails, locked, decoupled
  FROM connectors.customer WHERE brand_id = $1 AND bank_id = $2 AND psu_id = $3::uuid)sql"};
constexpr Statement kAdd{"connectors.customer.add", R"sql(
  INSERT INTO connectors.customer (brand_id, bank_id, psu_id, username_index, password_hash, wrapped_key, sealed_profile,
                                   sca_always_fails, locked, decoupled)
  VALUES ($1, $2, $3::uuid, $4, $5, $6, $7, $8, $9, $10)
  ON CONFLICT (brand_id, bank_id, username_index) DO NOTHING)sql"};
constexpr Statement kAcceptStep{"connectors.customer.accept_totp_step", R"sql(
  UPDATE connectors.customer SET last_totp_step = $4::bigint
  WHERE brand_id = $1 AND bank_id = $2 AND psu_id = $3::uuid AND last_totp_step < $4::bigint)sql"};

std::optional<CustomerRow> customer_of(const std::optional<base::db::Row>& row) {
  if (!row) return std::nullopt;
  return CustomerRow{.psu = value<base::PsuId>((*row)[0]),
                     .password_hash = value<std::string>((*row)[1]),
                     .wrapped_key = value<Bytes>((*row)[2]).data,
                     .sealed_profile = value<Bytes>((*row)[3]).data,
                     .sca_always_fails = value<bool>((*row)[4]),
                     .locked = value<bool>((*row)[5]),
                     .decoupled = value<bool>((*row)[6])};
}

}  // namespace

std::optional<CustomerRow> find_customer_by_username(base::db::Transaction& tx, const base::Tenant& tenant,
                                                     const std::string& username_index) {
  return customer_of(exec_row(tx, kFindByUsername, tenant.brand, tenant.bank, username_index));
}

std::optional<CustomerRow> find_customer(base::db::Transaction& tx, const base::Tenant& tenant,
                                         const base::PsuId& psu) {
  return customer_of(exec_row(tx, kFind, tenant.brand, tenant.bank, psu));
}

bool add_customer(base::db::Transaction& tx, const base::Tenant& tenant, const std::string& username_index,
                  const CustomerRow& row) {
  return exec_count(tx, kAdd, tenant.brand, tenant.bank, row.psu, username_index, row.password_hash,
                    Bytes{row.wrapped_key}, Bytes{row.sealed_profile}, row.sca_always_fails, row.locked,
                    row.decoupled) == 1;
}

bool accept_totp_step(base::db::Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu,
                      std::int64_t step) {
  return exec_count(tx, kAcceptStep, tenant.brand, tenant.bank, psu, step) == 1;
}

std::vector<Statement> customer_statements() { return {kFindByUsername, kFind, kAdd, kAcceptStep}; }

}  // namespace connectors
