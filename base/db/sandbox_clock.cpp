#include "base/db/sandbox_clock.h"

#include "base/db/sql.h"

namespace base::db {
namespace {

constexpr Statement kRead{"base.sandbox_clock.read", "SELECT offset_seconds FROM base.sandbox_clock"};
constexpr Statement kAdvance{"base.sandbox_clock.advance",
                             R"sql(INSERT INTO base.sandbox_clock AS c (only_row, offset_seconds) VALUES (true, $1)
                                   ON CONFLICT (only_row) DO UPDATE SET offset_seconds = c.offset_seconds + excluded.offset_seconds
                                   RETURNING offset_seconds)sql"};
constexpr Statement kReset{"base.sandbox_clock.reset", "DELETE FROM base.sandbox_clock"};

}  // namespace

std::chrono::seconds sandbox_clock_offset(Transaction& tx) {
  const auto rows = exec(tx, kRead);
  return std::chrono::seconds(rows.empty() ? 0 : value<std::int64_t>(rows[0][0]));
}

std::chrono::seconds advance_sandbox_clock(Transaction& tx, std::chrono::seconds by) {
  const auto rows = exec(tx, kAdvance, static_cast<std::int64_t>(by.count()));
  return std::chrono::seconds(value<std::int64_t>(rows[0][0]));
}

void reset_sandbox_clock(Transaction& tx) { exec(tx, kReset); }

std::vector<Statement> sandbox_clock_statements() { return {kRead, kAdvance, kReset}; }

}  // namespace base::db
