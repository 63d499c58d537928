// connectors.sandbox_message: messages that the sandbox shows instead of delivering them.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/db/statement.h"
#include "base/db/transaction.h"
#include "base/id.h"

namespace connectors {

struct SandboxMessage {
  std::string channel;  // "sms", "email"
  std::string recipient;
  std::string body;
  base::Instant sent;
};

// Keeps the last twenty of a customer.
void keep_message(base::db::Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu,
                  const SandboxMessage& message);
std::vector<SandboxMessage> messages_of(base::db::Transaction& tx, const base::Tenant& tenant,
                                        const base::PsuId& psu);  // newest first

std::vector<base::db::Statement> message_statements();

}  // namespace connectors
