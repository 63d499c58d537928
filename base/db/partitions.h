// Time partitions, made ahead and dropped when too old (DESIGN decision 6). A module's migration registers a table that
// is PARTITION BY RANGE (a timestamptz column) and has a default partition:
//   INSERT INTO base.partitioned (parent, step, keep) VALUES ('webhooks.attempt', 'day', '90 days');
// step: 'day' | 'week' | 'month' (UTC); keep: NULL keeps for ever. The service role owns no table: the work is done by
// functions of the owner, which touch registered tables only and never trust a time in the future.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/db/statement.h"
#include "base/db/transaction.h"

namespace base::db {

struct PartitionReport {
  std::vector<std::string> made;  // "base.audit_p20260105"
  std::vector<std::string> dropped;
  bool operator==(const PartitionReport&) const = default;
};

// Makes the current partition and `ahead` more of every registered table; drops those whose whole range is older than
// `keep`. Safe on any number of nodes at once (advisory lock in the transaction).
PartitionReport keep_partitions(Pool& pool, Deadline deadline, Instant now, int ahead = 3);

std::vector<Statement> partition_statements();

}  // namespace base::db
