#include "consent/services/client_consents.h"

#include "consent/refusals.h"
#include "consent/store/consent_store.h"

namespace consent {
namespace {

Actor tpp(const base::ClientId& client) { return {base::db::ActorKind::tpp, client.str()}; }

}  // namespace

base::Result<Consent, ConsentError> ClientConsents::find(const base::Caller& caller, const base::ClientId& client,
                                                         ConsentKind kind, const base::ConsentId& consent) {
  auto found = base::db::read_only(pool_, caller.deadline, [&](base::db::Transaction& tx) {
    return ConsentStore::find(tx, caller.tenant, consent, Lock::none);
  });
  if (found && found->kind != kind) return base::failure(unknown_consent(consent));
  if (const auto refusal = refuse_to_client(found, consent, client)) {
    if (refusal->code == ConsentErrorCode::foreign_client) {
      base::db::with_transaction(pool_, caller.deadline, [&](base::db::Transaction& tx) {
        changes_.record_refusal(tx, caller, consent, tpp(client), "consent.read", *refusal);
        return true;
      });
    }
    return base::failure(*refusal);
  }
  return as_of(std::move(*found), caller.now.business);
}

base::Result<void, ConsentError> ClientConsents::remove(const base::Caller& caller, const base::ClientId& client,
                                                        ConsentKind kind, const base::ConsentId& consent) {
  using Outcome = base::Result<void, ConsentError>;
  return base::db::with_transaction(pool_, caller.deadline, [&](base::db::Transaction& tx) -> Outcome {
    auto found = ConsentStore::find(tx, caller.tenant, consent, Lock::update);
    if (found && found->kind != kind) return base::failure(unknown_consent(consent));
    if (const auto refusal = refuse_to_client(found, consent, client)) {
      if (refusal->code == ConsentErrorCode::foreign_client) {
        changes_.record_refusal(tx, caller, consent, tpp(client), "consent.terminate_by_tpp", *refusal);
      }
      return base::failure(*refusal);
    }
    if (as_of(*found, caller.now.business).status != found->status) {
      changes_.expire(tx, caller, *found);
      found = ConsentStore::find(tx, caller.tenant, consent, Lock::none);
    }
    // [OBIE-AISP-4.0-DELETE] TPPs also clear away what is "Expired, i.e. ExpirationDateTime is lapsed".
    if (is_final(found->status, policy_of(*found))) {
      changes_.hide(tx, caller, *found, tpp(client));
      return {};
    }
    TRY_VOID(changes_.apply(tx, caller, *found,
                            Change{.event = ConsentEvent::terminate_by_tpp,
                                   .actor = tpp(client),
                                   .why = "the TPP deleted the consent",
                                   .evidence = {},
                                   .bind_psu = {},
                                   .accounts = {}}));
    return {};
  });
}

}  // namespace consent
