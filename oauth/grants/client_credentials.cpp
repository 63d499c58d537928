#include "oauth/grants/client_credentials.h"

namespace oauth {

GrantOutcome client_credentials(const GrantTools& tools, RequestContext& context) {
  return base::db::in_transaction(
      tools.pool, context.call.caller.deadline, [&](base::db::Transaction& tx) -> GrantOutcome {
        record_authentication(tx, context);
        auto response = issue_access_token(tools, context, nullptr, context.scope);
        tools.audit.record(tx, token_evidence(context, "token.issue", nullptr, context.scope));
        // [RFC6749-4.4.3] "A refresh token SHOULD NOT be included."
        return response;
      });
}

}  // namespace oauth
