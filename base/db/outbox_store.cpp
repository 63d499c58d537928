#include "base/db/outbox_store.h"

#include "base/db/sql.h"

namespace base::db {
namespace {

constexpr Statement kAppend{"base.outbox.append", R"sql(
  WITH appended AS (
    INSERT INTO base.outbox (id, brand_id, bank_id, client_id, type, subject, occurred_at, data, interaction)
    VALUES ($1::uuid, $2, $3, $4, $5, $6, $7, $8, $9)
    RETURNING position)
  SELECT pg_notify('aldgate_outbox', ''), position FROM appended)sql"};

}  // namespace

void OutboxStore::append(Transaction& tx, const Event& event) {
  exec(tx, kAppend, event.id, event.tenant.brand, event.tenant.bank, event.client, event.type, event.subject,
       event.occurred_at, event.data_json, event.interaction);
}

std::vector<Statement> OutboxStore::statements() { return {kAppend}; }

}  // namespace base::db
