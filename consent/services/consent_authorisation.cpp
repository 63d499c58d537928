#include "consent/services/consent_authorisation.h"

#include <algorithm>

#include "base/ensure.h"
#include "base/secret.h"
#include "consent/refusals.h"
#include "consent/store/consent_store.h"
#include "consent/store/signature_store.h"

namespace consent {
namespace {

Actor psu_actor(const base::PsuId& psu) { return {base::db::ActorKind::psu, psu.str()}; }

struct Decidable {
  Consent consent;  // effective
  std::vector<SigningRule> rules;
  std::set<base::PsuId> signed_by;
  bool co_signature = false;  // another signatory began
};

bool waits_for(const Decidable& found, DecidedIn decided_in) {
  switch (decided_in) {
    case DecidedIn::tpp_request:
      return true;
    case DecidedIn::dashboard_signature:
      return found.co_signature;
    case DecidedIn::dashboard_renewal:
      return found.consent.kind == ConsentKind::account_access && found.consent.status == ConsentStatus::authorised &&
             found.signed_by.empty();
  }
  return false;
}

// May this customer decide on this consent, which this TPP asks for?
base::Result<Decidable, ConsentError> decidable(base::db::Transaction& tx, const std::optional<Consent>& stored,
                                                const base::Caller& caller, const base::ClientId& client,
                                                const base::ConsentId& id, const base::PsuId& psu,
                                                DecidedIn decided_in) {
  if (refuse_to_client(stored, id, client)) return base::failure(unknown_consent(id));
  Decidable result{as_of(*stored, caller.now.business), {}, {}, false};
  if (stored->psu) {
    result.rules = SignatureStore::rules(tx, *stored);
    if (!result.rules.empty()) result.signed_by = SignatureStore::under_way(tx, *stored);
    if (*stored->psu != psu && !is_signatory(result.rules, psu)) return base::failure(foreign_psu(*stored, psu));
    result.co_signature = !result.signed_by.empty() && !result.signed_by.contains(psu);
  }
  // [OBIE-AISP-4.0-Re-authentication] only while "the ExpirationDateTime … has not elapsed"; and never from a final
  // state.
  if (transition(result.consent.status, ConsentEvent::authorise, policy_of(result.consent)) == nullptr) {
    return base::failure(not_in_state(result.consent, ConsentEvent::authorise));
  }
  if (!waits_for(result, decided_in)) {
    return base::failure(ConsentError{ConsentErrorCode::status_conflict, "", "Nothing waits for you here.",
                                      "consent " + id.str() + " waits for no decision of " + psu.str()});
  }
  return result;
}

std::optional<ConsentError> refuse_accounts(const Decidable& decidable, const AuthoriseConsent& request) {
  const Consent& consent = decidable.consent;
  const auto refused = [&](ConsentErrorCode code, const std::string& text, const std::string& why) {
    return ConsentError{code, "account", text, "consent " + consent.id.str() + ": " + why};
  };
  // [OBIE-AISP-4.0-Selected-Accounts] "The PSU must select the accounts to which the consent should be applied"
  if (request.chosen.empty()) {
    return refused(ConsentErrorCode::no_account_selected, "Choose at least one account.", "no account chosen");
  }
  if (consent.kind != ConsentKind::account_access && request.chosen.size() != 1) {
    return refused(ConsentErrorCode::too_many_accounts, "Choose one account.", "several accounts for one payer");
  }
  if (!std::includes(request.shareable.begin(), request.shareable.end(), request.chosen.begin(),
                     request.chosen.end())) {
    return refused(ConsentErrorCode::account_not_shareable, "One of these accounts cannot be shared.",
                   "an account that " + request.psu.str() + " cannot share was chosen");
  }
  const bool several = std::any_of(request.rules.begin(), request.rules.end(), [&](const SigningRule& rule) {
    return rule.needed > 1 && request.chosen.contains(rule.account);
  });
  // [OBIE-VRP-4.0-Multi-Auth] "Multi-authorisation … is not supported" for VRP consents
  if (several && consent.kind == ConsentKind::domestic_vrp) {
    return refused(ConsentErrorCode::account_not_shareable,
                   "An account with several signatories cannot be used for variable recurring payments.",
                   "several signatories for a VRP consent");
  }
  // What the first signatory chose is what the others agree to.
  const bool fixed = decidable.co_signature || request.decided_in != DecidedIn::tpp_request;
  if (fixed && request.chosen != consent.accounts) {
    return refused(ConsentErrorCode::account_not_shareable, "The accounts of this consent are chosen already.",
                   "other accounts than those chosen before");
  }
  return std::nullopt;
}

}  // namespace

base::Result<ConsentReview, ConsentError> ConsentAuthorisation::review(const base::Caller& caller,
                                                                       const base::ClientId& client,
                                                                       const base::ConsentId& consent,
                                                                       const base::PsuId& psu, DecidedIn decided_in) {
  const auto decided = base::db::read_only(pool_, caller.deadline, [&](base::db::Transaction& tx) {
    return decidable(tx, ConsentStore::find(tx, caller.tenant, consent, Lock::none), caller, client, consent, psu,
                     decided_in);
  });
  if (!decided) return base::failure(decided.error());
  const Consent& found = decided->consent;
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
  review.co_signature = decided->co_signature;
  review.signed_by = decided->signed_by.size();
  return review;
}

base::Result<Consent, ConsentError> ConsentAuthorisation::authorise(base::db::Transaction& tx,
                                                                    const base::Caller& caller,
                                                                    const AuthoriseConsent& request) {
  const auto stored = ConsentStore::find(tx, caller.tenant, request.consent, Lock::update);
  TRY(Decidable decided,
      decidable(tx, stored, caller, request.client, request.consent, request.psu, request.decided_in));
  const Consent& found = decided.consent;
  // [RTS-SCA-5.1c] "the authentication code accepted by the payment service provider corresponds to the original
  // specific amount of the payment transaction and to the identity of the payee agreed to by the payer"
  if (!base::constant_time_equal(found.terms_hash, request.bound_terms) && !found.terms_hash.empty()) {
    return base::failure(
        ConsentError{ConsentErrorCode::terms_not_confirmed, "", "Confirm this payment once more.",
                     "consent " + found.id.str() + ": the authentication was given for " +
                         (request.bound_terms.empty() ? "no terms" : "other terms, " + request.bound_terms)});
  }
  if (auto refusal = refuse_accounts(decided, request)) return base::failure(std::move(*refusal));

  Change change{
      .event = ConsentEvent::authorise,
      .actor = psu_actor(request.psu),
      .why = found.authorised ? "the customer authorised the consent again" : "the customer authorised the consent",
      .evidence = request.evidence,
      .bind_psu = request.psu,
      .accounts = request.chosen};
  // Who signed already and comes again with the same accounts changes nothing of what others signed.
  const bool joins = decided.co_signature || (!decided.signed_by.empty() && request.chosen == found.accounts);
  if (!joins) {
    decided.rules.clear();
    for (const SigningRule& rule : request.rules) {
      if (rule.needed > 1 && request.chosen.contains(rule.account)) decided.rules.push_back(rule);
    }
  }
  if (!decided.rules.empty()) {
    // A renewal by several cannot take other accounts along: the consent that lives meanwhile keeps its own.
    if (found.authorised && request.chosen != found.accounts) {
      return base::failure(ConsentError{ConsentErrorCode::account_not_shareable, "account",
                                        "The accounts of a consent with several signatories do not change.",
                                        "consent " + found.id.str() + ": a renewal by several with other accounts"});
    }
    if (!joins) {
      SignatureStore::forget_signatures(tx, found);
      SignatureStore::replace_rules(tx, found, decided.rules);
      decided.signed_by.clear();
    }
    decided.signed_by.insert(request.psu);
    SignatureStore::sign(tx, found, request.psu, caller.now.business);
    if (!complete(decided.rules, decided.signed_by)) {
      change.event = ConsentEvent::authorise_partly;
      change.why = "one of several signatories authorised the consent";
    } else {
      change.why = "the last of the signatories authorised the consent";
    }
  } else {
    SignatureStore::forget_signatures(tx, found);
    SignatureStore::replace_rules(tx, found, {});
  }
  TRY(const Consent after, changes_.apply(tx, caller, *stored, change));
  if (after.status == ConsentStatus::authorised && change.event == ConsentEvent::authorise &&
      policy_of(after).recurring == RecurringConsents::one) {
    supersede_others(tx, caller, after);
  }
  return after;
}

void ConsentAuthorisation::supersede_others(base::db::Transaction& tx, const base::Caller& caller,
                                            const Consent& authorised) {
  for (const base::ConsentId& id : ConsentStore::lock_live_beside(tx, authorised)) {
    const auto older = ConsentStore::find(tx, caller.tenant, id, Lock::none);
    ENSURE(older.has_value(), "a locked consent vanished");
    if (as_of(*older, caller.now.business).status != older->status) continue;  // expired: the sweep writes it down
    const auto superseded = changes_.apply(tx, caller, *older,
                                           Change{.event = ConsentEvent::supersede,
                                                  .actor = {base::db::ActorKind::system, "consent.supersede"},
                                                  .why = "replaced by consent " + authorised.id.str(),
                                                  .evidence = {},
                                                  .bind_psu = {},
                                                  .accounts = {}});
    ENSURE(superseded.has_value(), "a live consent can be superseded where the facade has one");
  }
}

base::Result<Consent, ConsentError> ConsentAuthorisation::reject(base::db::Transaction& tx, const base::Caller& caller,
                                                                 const RejectConsent& request) {
  const auto stored = ConsentStore::find(tx, caller.tenant, request.consent, Lock::update);
  TRY(const Decidable decided,
      decidable(tx, stored, caller, request.client, request.consent, request.psu, request.decided_in));
  const Consent& found = decided.consent;
  if (found.authorised) {
    // The renewal is off, and what others signed for it with it.
    if (!decided.signed_by.empty()) SignatureStore::forget_signatures(tx, found);
    changes_.decline_renewal(tx, caller, *stored, psu_actor(request.psu), request.evidence);
    return found;
  }
  return changes_.apply(tx, caller, *stored,
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
