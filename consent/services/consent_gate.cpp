#include "consent/services/consent_gate.h"

#include "consent/consent.h"
#include "consent/refusals.h"
#include "consent/store/consent_store.h"

namespace consent {

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
  return AuthorisableIntent{
      effective.id, std::string(kind.scope),
      kind.uses == Uses::many ? AuthorisableIntent::Life::long_lived : AuthorisableIntent::Life::single_use};
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

}  // namespace consent
