#include "base/db/partitions.h"

#include "base/db/sql.h"

namespace base::db {
namespace {

constexpr Statement kKeep{"base.partitions.keep", R"sql(
  SELECT made, dropped FROM base.keep_partitions($1, $2))sql"};

}  // namespace

PartitionReport keep_partitions(Pool& pool, Deadline deadline, Instant now, int ahead) {
  return with_transaction(pool, deadline, [&](Transaction& tx) {
    const auto row = exec_row(tx, kKeep, now, ahead);
    return PartitionReport{value<std::vector<std::string>>((*row)[0]), value<std::vector<std::string>>((*row)[1])};
  });
}

std::vector<Statement> partition_statements() { return {kKeep}; }

}  // namespace base::db
