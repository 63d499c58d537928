// Consents to payments, variable recurring payments and confirmation of funds: created by a TPP, used by it after the
// customer agreed. What a facade reads and renders is the facade's.
#pragma once

#include <optional>
#include <string>

#include "base/caller.h"
#include "base/db/transaction.h"
#include "base/entropy.h"
#include "base/result.h"
#include "consent/consent.h"
#include "consent/consent_error.h"
#include "consent/services/client_consents.h"
#include "consent/services/consent_changes.h"
#include "consent/store/idempotency_store.h"

namespace consent {

struct CreatePaymentConsent {
  ConsentKind kind = ConsentKind::domestic_payment;
  Terms terms;
  std::string request;                   // the facade's own form, given back as it came
  std::optional<base::Instant> expires;  // of the access (VRP, funds), or until when a payment may be authorised
  std::optional<IdempotencyKey> idempotency;
};

class PaymentConsents {
 public:
  PaymentConsents(base::db::Pool& pool, ConsentChanges& changes, base::Entropy& entropy)
      : pool_(pool), changes_(changes), entropy_(entropy), clients_(pool, changes) {}

  // expiration_invalid, idempotency_conflict (the key came with another body). The same key and body within 24 hours
  // yield the consent that exists, as it is now.
  base::Result<Consent, ConsentError> create(const base::Caller& caller, const base::ClientId& client,
                                             const CreatePaymentConsent& request);
  // unknown, foreign_client (audited).
  base::Result<Consent, ConsentError> find(const base::Caller& caller, const base::ClientId& client, ConsentKind kind,
                                           const base::ConsentId& consent) {
    return clients_.find(caller, client, kind, consent);
  }
  base::Result<void, ConsentError> remove(const base::Caller& caller, const base::ClientId& client, ConsentKind kind,
                                          const base::ConsentId& consent) {
    return clients_.remove(caller, client, kind, consent);
  }
  // Uses the consent up, in the transaction that takes the payment in: of any number of callers one succeeds. `terms`:
  // what the payment order says; anything but what the customer agreed to is terms_changed. unknown, foreign_client,
  // status_conflict (used before, or not authorised), expired. The caller records refusals after its rollback.
  base::Result<Consent, ConsentError> consume(base::db::Transaction& tx, const base::Caller& caller,
                                              const base::ClientId& client, const base::ConsentId& consent,
                                              const Terms& terms);
  void record_refusal(const base::Caller& caller, const base::ConsentId& consent, const base::ClientId& client,
                      const ConsentError& error);
  // The file of a file payment consent. `terms`: what the payments of `content` come to; the customer decides on these.
  // The same content again answers as the first time did. unknown, foreign_client (audited), status_conflict, expired.
  base::Result<Consent, ConsentError> upload(const base::Caller& caller, const base::ClientId& client,
                                             const base::ConsentId& consent, const std::string& content,
                                             const Terms& terms);
  // As it was uploaded. unknown (also while there is none), foreign_client (audited).
  base::Result<std::string, ConsentError> file(const base::Caller& caller, const base::ClientId& client,
                                               const base::ConsentId& consent);
  // Forgets idempotency keys that no longer count. Returns how many.
  int purge(const base::Caller& caller, int limit = 1000);

 private:
  base::db::Pool& pool_;
  ConsentChanges& changes_;
  base::Entropy& entropy_;
  ClientConsents clients_;
};

}  // namespace consent
