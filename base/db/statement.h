// A named SQL statement. A store keeps its statements as constants next to their only user and lists them in one
// function (`std::vector<base::db::Statement> statements();`, declared in <module>/store/…); wiring hands all lists to
// PostgresPool, which prepares every one on each new connection: a typo stops the boot.
#pragma once

namespace base::db {

struct Statement {
  const char* name;  // "oauth.code.consume": module dot subject dot verb, unique in the program
  const char* sql;   // explicit columns, schema-qualified names (the search path is empty), $1 … parameters, no now()
};

}  // namespace base::db
