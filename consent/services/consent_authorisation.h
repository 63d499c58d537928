// The customer's decision on a consent. authorise() and reject() run inside the caller's transaction, so that the
// authorization code is written, or not, together with the decision. Call them before anything else in that transaction
// that locks the consent or its grants (lock order: consent, then grant).
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/caller.h"
#include "base/db/transaction.h"
#include "base/result.h"
#include "consent/consent.h"
#include "consent/consent_error.h"
#include "consent/services/consent_changes.h"
#include "consent/signatures.h"

namespace consent {

// What the page shows.
struct ConsentReview {
  base::ConsentId consent;
  base::ClientId client;
  ConsentKind kind = ConsentKind::account_access;
  std::set<policy::Permission> permissions;  // account access only
  Terms terms;                               // every other kind
  std::string terms_hash;                    // what an authentication code is bound to; empty for account access
  std::optional<base::Instant> expires;
  std::optional<base::Instant> transactions_from;
  std::optional<base::Instant> transactions_to;
  base::Instant created;
  // Authorised before (or access revoked): accepting renews it, denying leaves it as it is.
  bool reauthorisation = false;
  std::set<base::AccountId> selected_before;
  // Others have signed and this customer is asked to: the accounts are chosen already (selected_before).
  bool co_signature = false;
  std::size_t signed_by = 0;  // how many have signed so far, where several must
};

// Where the customer decides. What a TPP does not ask for at this moment is asked for on the customer's dashboard only
// if the TPP has begun it: the further signature of a consent that somebody has signed, and the renewal of an account
// access that lives. Accounts are not chosen there.
enum class DecidedIn : std::uint8_t { tpp_request, dashboard_signature, dashboard_renewal };

struct AuthoriseConsent {
  base::ClientId client;  // whose authorization request this is
  base::ConsentId consent;
  base::PsuId psu;
  std::set<base::AccountId> chosen;     // what the customer ticked
  std::set<base::AccountId> shareable;  // what CustomerBank::accounts says is this customer's, asked in this request
  Evidence evidence = {};
  std::vector<SigningRule> rules = {};  // what CustomerBank says of accounts that need several signatures
  std::string bound_terms = {};         // CustomerSession::bound_terms: what the second element was given for
  DecidedIn decided_in = DecidedIn::tpp_request;
};

struct RejectConsent {
  base::ClientId client;
  base::ConsentId consent;
  base::PsuId psu;
  Evidence evidence;
  DecidedIn decided_in = DecidedIn::tpp_request;
};

class ConsentAuthorisation {
 public:
  ConsentAuthorisation(base::db::Pool& pool, ConsentChanges& changes) : pool_(pool), changes_(changes) {}

  // unknown (also another client's), foreign_psu, status_conflict (on the dashboard also: nothing waits for this
  // customer), expired.
  base::Result<ConsentReview, ConsentError> review(const base::Caller& caller, const base::ClientId& client,
                                                   const base::ConsentId& consent, const base::PsuId& psu,
                                                   DecidedIn decided_in = DecidedIn::tpp_request);
  // As review(), and no_account_selected, too_many_accounts (a payment has one payer's account), account_not_shareable.
  // Authorising an authorised consent again (same customer) renews it and replaces the accounts; its
  // grants stay. Where an account needs several signatures the consent is partially_authorised until the last one; a
  // renewal leaves the live consent and its accounts as they are until then. Under a facade with one recurring consent
  // the older ones of this TPP and customer are superseded.
  base::Result<Consent, ConsentError> authorise(base::db::Transaction& tx, const base::Caller& caller,
                                                const AuthoriseConsent& request);
  // As review(). A consent that was authorised before stays as it was: refusing a renewal ends nothing.
  base::Result<Consent, ConsentError> reject(base::db::Transaction& tx, const base::Caller& caller,
                                             const RejectConsent& request);
  // For refusals of authorise() and reject(), after the caller's transaction has rolled back.
  void record_refusal(const base::Caller& caller, const base::ConsentId& consent, const base::PsuId& psu,
                      const ConsentError& error);

 private:
  void supersede_others(base::db::Transaction& tx, const base::Caller& caller, const Consent& authorised);

  base::db::Pool& pool_;
  ConsentChanges& changes_;
};

}  // namespace consent
