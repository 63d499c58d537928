#include "connectors/store/sandbox_accounts.h"

#include "base/db/sql.h"

namespace connectors {
namespace {

using base::Instant;
using base::db::Bytes;
using base::db::Statement;
using base::db::value;

constexpr Statement kOfCustomer{"connectors.account.of_customer", R"sql(
  SELECT a.account_id, a.wrapped_key, a.sealed_identity, a.type, a.status, a.status_updated, a.opened, a.product_name,
         a.currency, a.signatures_for_access, a.signatures_for_payments,
         ARRAY(SELECT o.psu_id::text FROM connectors.account_holder o
                WHERE o.brand_id = a.brand_id AND o.bank_id = a.bank_id AND o.account_id = a.account_id ORDER BY 1)
  FROM connectors.account_holder h
  JOIN connectors.account a USING (brand_id, bank_id, account_id)
  WHERE h.brand_id = $1 AND h.bank_id = $2 AND h.psu_id = $3::uuid
  ORDER BY a.opened, a.account_id)sql"};
constexpr Statement kExists{"connectors.account.exists", R"sql(
  SELECT 1 FROM connectors.account WHERE brand_id = $1 AND bank_id = $2 AND account_id = $3::uuid)sql"};
constexpr Statement kAdd{"connectors.account.add", R"sql(
  INSERT INTO connectors.account (brand_id, bank_id, account_id, wrapped_key, sealed_identity, type, status, status_updated,
                                  opened, product_name, currency, signatures_for_access, signatures_for_payments)
  VALUES ($1, $2, $3::uuid, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
  ON CONFLICT (brand_id, bank_id, account_id) DO NOTHING)sql"};
constexpr Statement kAddHolder{"connectors.account.add_holder", R"sql(
  INSERT INTO connectors.account_holder (brand_id, bank_id, psu_id, account_id) VALUES ($1, $2, $3::uuid, $4::uuid)
  ON CONFLICT (brand_id, bank_id, psu_id, account_id) DO NOTHING)sql"};

}  // namespace

std::vector<AccountRow> accounts_of(base::db::Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu) {
  std::vector<AccountRow> accounts;
  for (const auto& row : exec(tx, kOfCustomer, tenant.brand, tenant.bank, psu)) {
    accounts.push_back({.id = value<base::AccountId>(row[0]),
                        .wrapped_key = value<Bytes>(row[1]).data,
                        .sealed_identity = value<Bytes>(row[2]).data,
                        .type = value<std::string>(row[3]),
                        .status = value<std::string>(row[4]),
                        .status_updated = value<Instant>(row[5]),
                        .opened = value<Instant>(row[6]),
                        .product_name = value<std::string>(row[7]),
                        .currency = value<std::string>(row[8]),
                        .signatures_for_access = value<int>(row[9]),
                        .signatures_for_payments = value<int>(row[10])});
    for (std::string& holder : value<std::vector<std::string>>(row[11])) {
      accounts.back().holders.emplace_back(std::move(holder));
    }
  }
  return accounts;
}

bool account_row_exists(base::db::Transaction& tx, const base::Tenant& tenant, const base::AccountId& account) {
  return exec_row(tx, kExists, tenant.brand, tenant.bank, account).has_value();
}

bool add_account(base::db::Transaction& tx, const base::Tenant& tenant, const AccountRow& row) {
  return exec_count(tx, kAdd, tenant.brand, tenant.bank, row.id, Bytes{row.wrapped_key}, Bytes{row.sealed_identity},
                    row.type, row.status, row.status_updated, row.opened, row.product_name, row.currency,
                    row.signatures_for_access, row.signatures_for_payments) == 1;
}

void add_holder(base::db::Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu,
                const base::AccountId& account) {
  exec(tx, kAddHolder, tenant.brand, tenant.bank, psu, account);
}

std::vector<Statement> account_statements() { return {kOfCustomer, kExists, kAdd, kAddHolder}; }

}  // namespace connectors
