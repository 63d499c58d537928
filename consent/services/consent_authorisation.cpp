#include "consent/services/consent_authorisation.h"

#include <algorithm>

#include "base/secret.h"
#include "consent/refusals.h"
#include "consent/store/consent_store.h"

namespace consent {
namespace {

Actor psu_actor(const base::PsuId& psu) { return {base::db::ActorKind::psu, psu.str()}; }

// May this customer decide on this consent in this TPP's authorization request?
base::Result<Consent, ConsentError> decidable(const std::optional<Consent>& stored, const base::Caller& caller,
                                              const base::ClientId& client, const base::ConsentId& id,
                                              const base::PsuId& psu) {
  if (refuse_to_client(stored, id, client)) return base::failure(unknown_consent(id));
  if (stored->psu && *stored->psu != psu) return base::failure(foreign_psu(*stored, psu));
  const Consent effective = as_of(*stored, caller.now.business);
  // [OBIE-AISP-4.0-Re-authentication] only while "the ExpirationDateTime … has not elapsed"; and never from a final
  // state.
  if (transition(effective.status, ConsentEvent::authorise, policy_of(effective)) == nullptr) {
    return base::failure(not_in_state(effective, ConsentEvent::authorise));
  }
  return effective;
}

}  // namespace

base::Result<ConsentReview, ConsentError> ConsentAuthorisation::review(const base::Caller& caller,
                                                                       const base::ClientId& client,
                                                                       const base::ConsentId& consent,
                                                                       const base::PsuId& psu) {
  const auto stored = base::db::read_only(pool_, caller.deadline, [&](base::db::Transaction& tx) {
    return ConsentStore::find(tx, caller.tenant, consent, Lock::none);
  });
  TRY(const Consent found, decidable(stored, caller, client, consent, psu));
  ConsentReview review;
  review.consent = found.id;
  review.client = found.client;
  review.kind = found.kind;
  review.permissions = found.permissions;
  review.terms = found.terms;
  review.terms_hash = found.terms_hash;
  review.expires = found.expires;
  review.transactions_from = found.transactions_from;
  review.transactions_to = found.transactions_to;
  review.created = found.created;
  review.reauthorisation = found.authorised.has_value();
  review.selected_before = found.accounts;
  return review;
}

base::Result<Consent, ConsentError> ConsentAuthorisation::authorise(base::db::Transaction& tx,
                                                                    const base::Caller& caller,
                                                                    const AuthoriseConsent& request) {
  const auto stored = ConsentStore::find(tx, caller.tenant, request.consent, Lock::update);
  TRY(const Consent found, decidable(stored, caller, request.client, request.consent, request.psu));
  // [RTS-SCA-5.1c] "the authentication code accepted by the payment service provider corresponds to the original
  // specific amount of the payment transaction and to the identity of the payee agreed to by the payer"
  if (!base::constant_time_equal(found.terms_hash, request.bound_terms) && !found.terms_hash.empty()) {
    return base::failure(
        ConsentError{ConsentErrorCode::terms_not_confirmed, "", "Confirm this payment once more.",
                     "consent " + found.id.str() + ": the authentication was given for " +
                         (request.bound_terms.empty() ? "no terms" : "other terms, " + request.bound_terms)});
  }
  // [OBIE-AISP-4.0-Selected-Accounts] "The PSU must select the accounts to which the consent should be applied"
  if (request.chosen.empty()) {
    return base::failure(ConsentError{ConsentErrorCode::no_account_selected, "account", "Choose at least one account.",
                                      "no account chosen for consent " + found.id.str()});
  }
  if (!std::includes(request.shareable.begin(), request.shareable.end(), request.chosen.begin(),
                     request.chosen.end())) {
    return base::failure(ConsentError{
        ConsentErrorCode::account_not_shareable, "account", "One of these accounts cannot be shared.",
        "consent " + found.id.str() + ": an account that " + request.psu.str() + " cannot share was chosen"});
  }
  return changes_.apply(tx, caller, found,
                        Change{.event = ConsentEvent::authorise,
                               .actor = psu_actor(request.psu),
                               .why = found.authorised ? "the customer authorised the consent again"
                                                       : "the customer authorised the consent",
                               .evidence = request.evidence,
                               .bind_psu = request.psu,
                               .accounts = request.chosen});
}

base::Result<Consent, ConsentError> ConsentAuthorisation::reject(base::db::Transaction& tx, const base::Caller& caller,
                                                                 const RejectConsent& request) {
  const auto stored = ConsentStore::find(tx, caller.tenant, request.consent, Lock::update);
  TRY(const Consent found, decidable(stored, caller, request.client, request.consent, request.psu));
  if (found.authorised) return found;
  return changes_.apply(tx, caller, found,
                        Change{.event = ConsentEvent::reject,
                               .actor = psu_actor(request.psu),
                               .why = "the customer denied the consent",
                               .evidence = request.evidence,
                               .bind_psu = request.psu,
                               .accounts = {}});
}

void ConsentAuthorisation::record_refusal(const base::Caller& caller, const base::ConsentId& consent,
                                          const base::PsuId& psu, const ConsentError& error) {
  base::db::with_transaction(pool_, caller.deadline, [&](base::db::Transaction& tx) {
    changes_.record_refusal(tx, caller, consent, psu_actor(psu), "consent.authorise", error);
    return true;
  });
}

}  // namespace consent
