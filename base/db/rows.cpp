#include "base/db/rows.h"

#include <libpq-fe.h>

#include <cstdlib>

#include "base/ensure.h"

namespace base::db {

bool Field::is_null() const { return PQgetisnull(answer_, row_, column_) == 1; }

std::string_view Field::text() const {
  // libpq would answer NULL for a column that is not there.
  ENSURE(column_ < PQnfields(answer_), "a column beyond the statement's own");
  return {PQgetvalue(answer_, row_, column_), static_cast<std::size_t>(PQgetlength(answer_, row_, column_))};
}

const char* Field::name() const {
  const char* const name = PQfname(answer_, column_);
  return name == nullptr ? "?" : name;
}

Rows::Rows(std::shared_ptr<const pg_result> answer) : answer_(std::move(answer)), size_(PQntuples(answer_.get())) {}

std::size_t Rows::touched() const {
  // libpq's signature predates const.
  return static_cast<std::size_t>(std::strtoull(PQcmdTuples(const_cast<pg_result*>(answer_.get())), nullptr, 10));
}

}  // namespace base::db
