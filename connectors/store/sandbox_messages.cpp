#include "connectors/store/sandbox_messages.h"

#include "base/db/sql.h"

namespace connectors {
namespace {

using base::db::Statement;
using base::db::value;

constexpr Statement kInsert{"connectors.message.insert", R"sql(
  INSERT INTO connectors.sandbox_message (brand_id, bank_id, psu_id, channel, recipient, body, sent_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7))sql"};
constexpr Statement kForget{"connectors.message.forget", R"sql(
  DELETE FROM connectors.sandbox_message
  WHERE brand_id = $1 AND bank_id = $2 AND psu_id = $3 AND seq <= (
    SELECT seq FROM connectors.sandbox_message WHERE brand_id = $1 AND bank_id = $2 AND psu_id = $3
    ORDER BY seq DESC OFFSET 20 LIMIT 1))sql"};
constexpr Statement kOfPsu{"connectors.message.of_psu", R"sql(
  SELECT channel, recipient, body, sent_at FROM connectors.sandbox_message
  WHERE brand_id = $1 AND bank_id = $2 AND psu_id = $3 ORDER BY seq DESC LIMIT 20)sql"};

}  // namespace

void keep_message(base::db::Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu,
                  const SandboxMessage& message) {
  exec(tx, kInsert, tenant.brand, tenant.bank, psu, message.channel, message.recipient, message.body, message.sent);
  exec(tx, kForget, tenant.brand, tenant.bank, psu);
}

std::vector<SandboxMessage> messages_of(base::db::Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu) {
  std::vector<SandboxMessage> messages;
  for (const auto& row : exec(tx, kOfPsu, tenant.brand, tenant.bank, psu)) {
    messages.push_back({value<std::string>(row[0]), value<std::string>(row[1]), value<std::string>(row[2]),
                        value<base::Instant>(row[3])});
  }
  return messages;
}

std::vector<Statement> message_statements() { return {kInsert, kForget, kOfPsu}; }

}  // namespace connectors
