#include "consent/services/consent_gate.h"

#include <algorithm>
#include <vector>

#include "consent/consent.h"
#include "consent/consent_kind.h"
#include "consent/consent_status.h"
#include "consent/refusals.h"
#include "consent/store/consent_store.h"

namespace consent {
namespace {

// What all consents of one scope have in common.
struct ScopeIntents {
  std::string_view scope;
  AuthorisableIntent::Life life = AuthorisableIntent::Life::long_lived;
  std::vector<std::string> kinds;              // as rows name them
  std::vector<std::string> authorisable_from;  // statuses from which every facade lets each of the kinds be authorised
};

AuthorisableIntent::Life life_of(const KindPolicy& kind) {
  return kind.uses == Uses::many ? AuthorisableIntent::Life::long_lived : AuthorisableIntent::Life::single_use;
}

bool always_authorisable_from(ConsentStatus status, std::string_view scope) {
  for (const KindPolicy& kind : kind_policies()) {
    if (kind.scope != scope) continue;
    for (const Facade facade : {Facade::obie_v4, Facade::berlin_group}) {
      if (transition(status, ConsentEvent::authorise, policy_of(facade, kind.kind)) == nullptr) return false;
    }
  }
  return true;
}

std::vector<ScopeIntents> scopes_of_one_life() {
  std::vector<ScopeIntents> scopes;
  for (const KindPolicy& first : kind_policies()) {
    const auto seen = [&](const ScopeIntents& known) { return known.scope == first.scope; };
    if (std::any_of(scopes.begin(), scopes.end(), seen)) continue;
    ScopeIntents made{first.scope, life_of(first), {}, {}};
    bool one_life = true;
    for (const KindPolicy& kind : kind_policies()) {
      if (kind.scope != first.scope) continue;
      one_life = one_life && life_of(kind) == made.life;
      made.kinds.emplace_back(kind.text);
    }
    for (const Transition& row : transition_table()) {
      const std::string_view text = to_text(row.from);
      const auto& from = made.authorisable_from;
      if (std::find(from.begin(), from.end(), text) == from.end() && always_authorisable_from(row.from, first.scope))
        made.authorisable_from.emplace_back(text);
    }
    if (!one_life) made.kinds.clear();
    scopes.push_back(std::move(made));
  }
  std::erase_if(scopes, [](const ScopeIntents& scope) { return scope.kinds.empty(); });
  return scopes;
}

const ScopeIntents* intents_of(std::string_view scope) {
  static const std::vector<ScopeIntents> scopes = scopes_of_one_life();
  for (const ScopeIntents& candidate : scopes) {
    if (candidate.scope == scope) return &candidate;
  }
  return nullptr;
}

}  // namespace

base::Result<AuthorisableIntent, IntentRefusal> ConsentGate::intent(base::db::Transaction& tx,
                                                                    const base::Caller& caller,
                                                                    const base::ClientId& client,
                                                                    const base::ConsentId& consent) {
  const auto found = ConsentStore::find(tx, caller.tenant, consent, Lock::none);
  if (refuse_to_client(found, consent, client)) return base::failure(IntentRefusal::unknown);
  const Consent effective = as_of(*found, caller.now.business);
  if (transition(effective.status, ConsentEvent::authorise, policy_of(effective)) == nullptr) {
    return base::failure(IntentRefusal::not_authorisable);
  }
  const KindPolicy& kind = kind_policy(effective.kind);
  return AuthorisableIntent{effective.id, std::string(kind.scope), life_of(kind)};
}

std::optional<AuthorisableIntent> ConsentGate::demand_intent(base::db::Transaction& tx, const base::Caller& caller,
                                                             const base::ClientId& client,
                                                             const base::ConsentId& consent, std::string_view scope) {
  const ScopeIntents* const intents = intents_of(scope);
  if (intents == nullptr || !base::is_uuid(consent.str())) return std::nullopt;
  ConsentStore::demand_authorisable(tx, caller.tenant, consent, client, intents->kinds, intents->authorisable_from,
                                    caller.now.business);
  return AuthorisableIntent{consent, std::string(scope), intents->life};
}

bool ConsentGate::authorised(base::db::Transaction& tx, const base::Caller& caller, const base::ConsentId& consent,
                             GateLock lock) {
  const auto state =
      ConsentStore::state(tx, caller.tenant, consent, lock == GateLock::share ? Lock::share : Lock::none);
  return state && state->status == ConsentStatus::authorised &&
         (!state->expires || caller.now.business < *state->expires);
}

bool ConsentGate::redeemable(base::db::Transaction& tx, const base::Caller& caller, const base::ConsentId& consent) {
  const auto state = ConsentStore::state(tx, caller.tenant, consent, Lock::share);
  return state &&
         (state->status == ConsentStatus::authorised || state->status == ConsentStatus::partially_authorised) &&
         (!state->expires || caller.now.business < *state->expires);
}

void ConsentGate::demand_authorised(base::db::Transaction& tx, const base::Caller& caller,
                                    const base::ConsentId& consent) {
  ConsentStore::demand_authorised(tx, caller.tenant, consent, caller.now.business);
}

}  // namespace consent
