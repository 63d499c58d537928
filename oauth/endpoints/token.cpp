#include "oauth/endpoints/token.h"

#include <array>

#include "oauth/checks/current_client.h"
#include "oauth/checks/table.h"
#include "oauth/grants/authorization_code.h"
#include "oauth/grants/client_credentials.h"
#include "oauth/grants/refresh_token.h"

namespace oauth {
namespace {

struct GrantRow {
  std::string_view grant_type;
  Column column;
  GrantOutcome (*grant)(const GrantTools&, RequestContext&);
};

constexpr std::array kGrants{
    GrantRow{"authorization_code", Column::authorization_code, authorization_code},
    GrantRow{"refresh_token", Column::refresh_token, refresh_token},
    GrantRow{"client_credentials", Column::client_credentials, client_credentials},
};

}  // namespace

base::http::Response TokenEndpoint::operator()(base::http::Call& call) {
  return answer_current(call, checks_, [&](RequestContext& context) { return answer(context); });
}

base::http::Response TokenEndpoint::answer(RequestContext& context) const {
  base::http::Call& call = context.call;
  if (const auto checked = run_checks(Column::token, context); !checked) return to_response(checked.error(), call);
  const auto grant_type = context.form.only("grant_type");
  if (!grant_type) return to_response(oauth_error(OAuthErrorCode::invalid_request, "grant_type is missing"), call);
  for (const GrantRow& row : kGrants) {
    if (row.grant_type != *grant_type) continue;
    if (const auto checked = run_checks(row.column, context); !checked) return to_response(checked.error(), call);
    const GrantOutcome outcome = row.grant(grants_, context);
    if (!outcome) return to_response(outcome.error(), call);
    if (!*outcome) return to_response(outcome->error(), call);
    return context.with_next_nonce(to_response(**outcome));
  }
  // [RFC6749-5.2] unsupported_grant_type; [FAPI2-SP-FINAL-5.3.2.1-2] among them the password grant
  return to_response(oauth_error(OAuthErrorCode::unsupported_grant_type,
                                 "grant_type must be authorization_code, refresh_token or client_credentials"),
                     call);
}

}  // namespace oauth
