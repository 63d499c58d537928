#include "oauth/grant_ending.h"

#include "oauth/evidence.h"
#include "oauth/store/grant_store.h"

namespace oauth {

int GrantEnding::end_grants_of_consent(base::db::Transaction& tx, const base::Caller& caller,
                                       const base::ConsentId& consent, const std::string& reason) {
  const auto ended = end_live_grants_of_consent(tx, caller.tenant.brand, consent, caller.now.protocol, reason);
  for (const auto& grant : ended) {
    auto entry = evidence(caller, base::db::ActorKind::system, "consent", "grant.end", "grant", grant.grant.str());
    entry.reason = reason;
    entry.facts = {{"client", grant.client.str()}, {"consent", consent.str()}};
    audit_.record(tx, entry);
  }
  return static_cast<int>(ended.size());
}

bool GrantEnding::end_grant(base::db::Transaction& tx, const base::Caller& caller, const base::GrantId& grant,
                            base::db::ActorKind actor_kind, const std::string& actor, const std::string& reason) {
  const auto ended = end_live_grant(tx, caller.tenant.brand, grant, caller.now.protocol, reason);
  if (!ended) return false;
  auto entry = evidence(caller, actor_kind, actor, "grant.end", "grant", grant.str());
  entry.reason = reason;
  entry.facts = {{"client", ended->client.str()}};
  audit_.record(tx, entry);
  return true;
}

}  // namespace oauth
