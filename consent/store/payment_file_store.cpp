#include "consent/store/payment_file_store.h"

#include "base/db/sql.h"

namespace consent {
namespace {

using base::db::Bytes;
using base::db::exec;
using base::db::exec_row;
using base::db::Statement;
using base::db::value;

constexpr Statement kInsert{"consent.payment_file.insert", R"sql(
INSERT INTO consent.payment_file (brand_id, bank_id, consent_id, content, uploaded_at) VALUES ($1, $2, $3, $4, $5))sql"};
constexpr Statement kFind{"consent.payment_file.find", R"sql(
SELECT content FROM consent.payment_file WHERE brand_id = $1 AND bank_id = $2 AND consent_id = $3)sql"};

}  // namespace

std::vector<Statement> PaymentFileStore::statements() { return {kInsert, kFind}; }

void PaymentFileStore::insert(base::db::Transaction& tx, const base::Tenant& tenant, const base::ConsentId& consent,
                              const std::string& content, base::Instant now) {
  exec(tx, kInsert, tenant.brand, tenant.bank, consent, Bytes{content}, now);
}

std::optional<std::string> PaymentFileStore::find(base::db::Transaction& tx, const base::Tenant& tenant,
                                                  const base::ConsentId& consent) {
  const auto row = exec_row(tx, kFind, tenant.brand, tenant.bank, consent);
  if (!row) return std::nullopt;
  return value<Bytes>((*row)[0]).data;
}

}  // namespace consent
