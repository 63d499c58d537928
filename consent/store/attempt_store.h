// consent.authentication_counter. `subject` is a keyed hash, 32 bytes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/db/statement.h"
#include "base/db/transaction.h"
#include "base/id.h"

namespace consent {

struct CounterState {
  int taken = 0;   // wrong answers and attempts under way
  int failed = 0;  // wrong answers
  std::optional<base::Instant> blocked_until;
};

class AttemptStore {
 public:
  static std::vector<base::db::Statement> statements();

  // One statement. nullopt: blocked. `block_seconds[n]` is the length of the n+1st block.
  static std::optional<CounterState> take(base::db::Transaction& tx, const base::Tenant& tenant,
                                          const std::string& subject, int limit,
                                          const std::vector<std::string>& block_seconds, base::Instant now);
  static std::optional<CounterState> find(base::db::Transaction& tx, const base::Tenant& tenant,
                                          const std::string& subject);
  static void give_back(base::db::Transaction& tx, const base::Tenant& tenant, const std::string& subject,
                        base::Instant now);
  static void confirm_failure(base::db::Transaction& tx, const base::Tenant& tenant, const std::string& subject,
                              base::Instant now);
  static void reset(base::db::Transaction& tx, const base::Tenant& tenant, const std::string& subject);
  static int purge(base::db::Transaction& tx, base::Instant unused_since, base::Instant now, int limit);
};

}  // namespace consent
