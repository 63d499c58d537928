// `aldgate explain KIND ID`: the story of one interaction, consent, grant or client, in order, in plain lines.
#pragma once

#include <string>

#include "base/caller.h"
#include "base/db/transaction.h"

namespace gateway {

// kind: "request" (an x-fapi-interaction-id) or an audit object kind ("consent", "grant", "client", …). Empty: nothing
// is known of it.
std::string explain(base::db::Pool& pool, const base::Caller& caller, const std::string& kind, const std::string& id);

}  // namespace gateway
