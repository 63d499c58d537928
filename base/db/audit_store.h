// The audit trail in base.audit, and reading it back for `aldgate explain`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/db/audit_trail.h"
#include "base/db/statement.h"

namespace base::db {

class AuditStore final : public AuditTrail {
 public:
  void record(Transaction& tx, const AuditEntry& entry) override;
  static std::vector<Statement> statements();
};

struct AuditRow {
  std::int64_t seq = 0;
  AuditEntry entry;
};

// Oldest first; at most `limit` rows, the newest ones when there are more.
std::vector<AuditRow> audit_of_object(Transaction& tx, const std::string& object_kind, const std::string& object,
                                      int limit = 1000);
std::vector<AuditRow> audit_of_interaction(Transaction& tx, const InteractionId& interaction, int limit = 1000);

std::string to_text(ActorKind kind);

}  // namespace base::db
