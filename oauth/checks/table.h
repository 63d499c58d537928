// The table that carries the authorization server: rows are checks, in the order they run; columns are endpoints. What
// an endpoint demands is read here and nowhere else.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "oauth/checks/request_context.h"

namespace oauth {

enum class Column : std::uint8_t {
  par,                 // POST /par
  token,               // POST /token, before the grant type is looked at
  authorization_code,  // POST /token, grant_type=authorization_code
  refresh_token,
  client_credentials,
  revocation,     // POST /revoke
  introspection,  // POST /introspect
};

struct CheckRow {
  std::string_view name;
  CheckOutcome (*check)(RequestContext&);
  std::uint8_t columns;  // bit per Column

  constexpr bool runs_at(Column column) const { return (columns >> static_cast<unsigned>(column) & 1u) != 0; }
};

std::span<const CheckRow> check_table();

// Runs the rows of a column in order; the first refusal stands.
CheckOutcome run_checks(Column column, RequestContext& context);

}  // namespace oauth
