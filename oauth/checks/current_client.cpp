#include "oauth/checks/current_client.h"

#include "oauth/store/client_store.h"
#include "oauth/store/jti_store.h"

namespace oauth {
namespace {

constexpr int kMostRuns = 3;

struct Run {
  base::http::Response response;
  bool client_changed = false;
};

Run run(RequestContext& context, const std::function<base::http::Response(RequestContext&)>& once) {
  try {
    return {once(context), false};
  } catch (const base::db::Unmet& unmet) {
    const auto why = assertion_unmet(unmet);
    if (!why) throw;
    switch (*why) {
      case AssertionUnmet::used_before:
        // [RFC7523-3-7] the jti is used once
        return {to_response(
                    oauth_error(OAuthErrorCode::invalid_client, "client_assertion was used before: its jti is known"),
                    context.call),
                false};
      case AssertionUnmet::client_changed:
        return {{}, true};
    }
    throw;
  }
}

// A client's own limit (429) says nothing of its registration.
bool is_refusal(int status) { return status >= 400 && status < 500 && status != 429; }

bool out_of_date(const RequestContext& context) {
  if (!context.client_was_known) return false;
  const base::Caller& caller = context.call.caller;
  const auto now = base::db::read_only(context.tools.pool, caller.deadline, [&](base::db::Transaction& tx) {
    return find_client(tx, caller.tenant.brand, context.client->id, KeysWanted::live);
  });
  return !now || now->revision != context.client->revision;
}

}  // namespace

base::http::Response answer_current(base::http::Call& call, const CheckTools& tools,
                                    const std::function<base::http::Response(RequestContext&)>& once) {
  std::optional<RequestContext> context(std::in_place, call, tools);
  context->may_know_client = true;
  for (int runs = 1;; ++runs) {
    Run done = run(*context, once);
    if (!done.client_changed && !(is_refusal(done.response.status) && out_of_date(*context))) return done.response;
    if (runs == kMostRuns) throw base::db::Unavailable("the client's registration changes all the time");
    call.event.error.clear();
    call.event.reason.clear();
    Earlier earlier = std::move(context->earlier);
    context.emplace(call, tools);
    context->earlier = std::move(earlier);
  }
}

}  // namespace oauth
