#include "oauth/checks/table.h"

#include <array>

#include "oauth/checks/authorization_request_checks.h"
#include "oauth/checks/client_checks.h"
#include "oauth/checks/token_request_checks.h"

namespace oauth {
namespace {

constexpr std::uint8_t at(auto... columns) {
  unsigned bits = 0;
  ((bits |= 1u << static_cast<unsigned>(columns)), ...);
  return static_cast<std::uint8_t>(bits);
}

constexpr auto kPar = Column::par;
constexpr auto kToken = Column::token;
constexpr auto kCode = Column::authorization_code;
constexpr auto kRefresh = Column::refresh_token;
constexpr auto kCredentials = Column::client_credentials;
constexpr auto kRevoke = Column::revocation;
constexpr auto kIntrospect = Column::introspection;

// Cheap and without memory first; then who it is; then what is asked; what writes (the proof's id) last.
constexpr std::array kTable{
    // clang-format off
    CheckRow{"form_encoded",                checks::form_encoded,                at(kPar, kToken, kRevoke, kIntrospect)},
    CheckRow{"parameters_once",             checks::parameters_once,             at(kPar, kToken, kRevoke, kIntrospect)},
    CheckRow{"client_authenticated",        checks::client_authenticated,        at(kPar, kToken, kRevoke, kIntrospect)},
    CheckRow{"client_within_limits",        checks::client_within_limits,        at(kPar, kToken, kRevoke, kIntrospect)},
    CheckRow{"request_uri_absent",          checks::request_uri_absent,          at(kPar)},
    CheckRow{"request_object",              checks::request_object,              at(kPar)},
    CheckRow{"registration_absent",         checks::registration_absent,         at(kPar)},
    CheckRow{"response_type_code",          checks::response_type_code,          at(kPar)},
    CheckRow{"response_mode_registered",    checks::response_mode_registered,    at(kPar)},
    CheckRow{"redirect_uri_registered",     checks::redirect_uri_registered,     at(kPar)},
    CheckRow{"pkce_s256",                   checks::pkce_s256,                   at(kPar)},
    CheckRow{"scope_allowed",               checks::scope_allowed,               at(kPar)},
    CheckRow{"state_and_nonce",             checks::state_and_nonce,             at(kPar)},
    CheckRow{"prompt_known",                checks::prompt_known,                at(kPar)},
    CheckRow{"acr_values_known",            checks::acr_values_known,            at(kPar)},
    CheckRow{"max_age_number",              checks::max_age_number,              at(kPar)},
    CheckRow{"login_hint_plain",            checks::login_hint_plain,            at(kPar)},
    CheckRow{"claims_parameter",            checks::claims_parameter,            at(kPar)},
    CheckRow{"authorization_details",       checks::authorization_details,       at(kPar)},
    CheckRow{"scope_fits_intent",           checks::scope_fits_intent,           at(kPar)},
    CheckRow{"code_presented",              checks::code_presented,              at(kCode)},
    CheckRow{"refresh_token_presented",     checks::refresh_token_presented,     at(kRefresh)},
    CheckRow{"scope_of_client_credentials", checks::scope_of_client_credentials, at(kCredentials)},
    CheckRow{"details_narrowed",            checks::details_narrowed,            at(kCode, kRefresh, kCredentials)},
    CheckRow{"token_presented",             checks::token_presented,             at(kRevoke, kIntrospect)},
    CheckRow{"code_binding",                checks::code_binding,                at(kPar)},
    CheckRow{"sender_constrained",          checks::sender_constrained,          at(kCode, kRefresh, kCredentials)},
    // clang-format on
};

}  // namespace

std::span<const CheckRow> check_table() { return kTable; }

CheckOutcome run_checks(Column column, RequestContext& context) {
  for (const CheckRow& row : kTable) {
    if (!row.runs_at(column)) continue;
    TRY_VOID(row.check(context));
  }
  return {};
}

base::http::Response to_response(const CheckFailure& failure, base::http::Call& call) {
  if (const auto* error = std::get_if<OAuthError>(&failure)) return to_response(*error, call);
  return std::get<base::http::Response>(failure);
}

}  // namespace oauth
