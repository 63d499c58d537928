#include "consent/services/payment_consents.h"

#include <chrono>

#include "base/ensure.h"
#include "consent/refusals.h"
#include "consent/store/consent_store.h"
#include "consent/store/payment_file_store.h"

namespace consent {
namespace {

// [OBIE-4.0-Idempotency] "The ASPSP must treat a request as idempotent if it … with the same x-idempotency-key … within
// 24 hours"
constexpr std::chrono::hours kKeyLife{24};
// A payment nobody authorised: the TPP begins again.
constexpr std::chrono::hours kAuthoriseWithin{24};

Actor tpp(const base::ClientId& client) { return {base::db::ActorKind::tpp, client.str()}; }

}  // namespace

base::Result<Consent, ConsentError> PaymentConsents::create(const base::Caller& caller, const base::ClientId& client,
                                                            const CreatePaymentConsent& request) {
  using Outcome = base::Result<Consent, ConsentError>;
  ENSURE(request.kind != ConsentKind::account_access && fits(request.terms, request.kind), "terms of another kind");
  if (request.expires && *request.expires <= caller.now.business) {
    const std::string text = "The time must be in the future.";
    return base::failure(ConsentError{ConsentErrorCode::expiration_invalid, "ExpirationDateTime", text, text});
  }
  Consent consent;
  consent.id = base::new_id<base::ConsentId>(caller.now.protocol, entropy_);
  consent.tenant = caller.tenant;
  consent.client = client;
  consent.kind = request.kind;
  consent.terms = request.terms;
  consent.terms_hash = terms_hash(request.terms);
  consent.request = request.request;
  consent.expires = request.expires;
  if (kind_policy(request.kind).uses == Uses::once && !consent.expires) {
    consent.expires = caller.now.business + kAuthoriseWithin;
  }
  consent.created = caller.now.business;
  consent.status_updated = caller.now.business;
  if (kind_policy(request.kind).upload == Upload::of_a_file) {
    consent.status = ConsentStatus::awaiting_upload;
    consent.status_reason = StatusReason::awaiting_file;
  }
  return base::db::with_transaction(pool_, caller.deadline, [&](base::db::Transaction& tx) -> Outcome {
    if (request.idempotency &&
        !IdempotencyStore::claim(tx, caller.tenant, client, request.kind, *request.idempotency, consent.id,
                                 caller.now.protocol, caller.now.protocol - kKeyLife)) {
      const auto kept = IdempotencyStore::find(tx, caller.tenant, client, request.kind, request.idempotency->key);
      ENSURE(kept.has_value(), "a key that is taken and not there");
      if (kept->body_hash != request.idempotency->body_hash) {
        const ConsentError error{ConsentErrorCode::idempotency_conflict, "x-idempotency-key",
                                 "The x-idempotency-key was used with another body.",
                                 "the idempotency key made consent " + kept->consent.str() + " from another body"};
        changes_.record_refusal(tx, caller, kept->consent, tpp(client), "consent.create", error);
        return base::failure(error);
      }
      auto existing = ConsentStore::find(tx, caller.tenant, kept->consent, Lock::none);
      if (const auto refusal = refuse_to_client(existing, kept->consent, client)) return base::failure(*refusal);
      return as_of(std::move(*existing), caller.now.business);
    }
    changes_.create(tx, caller, consent);
    return consent;
  });
}

base::Result<Consent, ConsentError> PaymentConsents::consume(base::db::Transaction& tx, const base::Caller& caller,
                                                             const base::ClientId& client,
                                                             const base::ConsentId& consent, const Terms& terms) {
  const auto found = ConsentStore::find(tx, caller.tenant, consent, Lock::update);
  if (const auto refusal = refuse_to_client(found, consent, client)) return base::failure(*refusal);
  const Consent effective = as_of(*found, caller.now.business);
  if (transition(effective.status, ConsentEvent::consume, policy_of(effective)) == nullptr) {
    return base::failure(not_in_state(effective, ConsentEvent::consume));
  }
  // [RTS-SCA-5.1d] "any change to the amount or the payee results in the invalidation of the authentication code"
  if (terms != found->terms) {
    return base::failure(ConsentError{ConsentErrorCode::terms_changed, "Initiation",
                                      "The payment is not the one that the customer agreed to.",
                                      "a payment under consent " + consent.str() + " with other terms"});
  }
  return changes_.apply(tx, caller, *found,
                        Change{.event = ConsentEvent::consume,
                               .actor = tpp(client),
                               .why = "the payment was taken in",
                               .evidence = {},
                               .bind_psu = {},
                               .accounts = {},
                               .reason = {}});
}

base::Result<Consent, ConsentError> PaymentConsents::upload(const base::Caller& caller, const base::ClientId& client,
                                                            const base::ConsentId& consent, const std::string& content,
                                                            const Terms& terms) {
  using Outcome = base::Result<Consent, ConsentError>;
  return base::db::with_transaction(pool_, caller.deadline, [&](base::db::Transaction& tx) -> Outcome {
    auto found = ConsentStore::find(tx, caller.tenant, consent, Lock::update);
    if (found && found->kind != ConsentKind::file_payment) return base::failure(unknown_consent(consent));
    const auto refused = [&](const ConsentError& error) {
      changes_.record_refusal(tx, caller, consent, tpp(client), "consent.upload", error);
      return base::failure(error);
    };
    if (const auto refusal = refuse_to_client(found, consent, client)) {
      if (refusal->code == ConsentErrorCode::foreign_client) return refused(*refusal);
      return base::failure(*refusal);
    }
    if (found->status != ConsentStatus::awaiting_upload &&
        PaymentFileStore::find(tx, caller.tenant, consent) == content) {
      return as_of(std::move(*found), caller.now.business);
    }
    const Consent effective = as_of(*found, caller.now.business);
    if (transition(effective.status, ConsentEvent::upload, policy_of(effective)) == nullptr) {
      return refused(not_in_state(effective, ConsentEvent::upload));
    }
    found->terms = terms;
    found->terms_hash = terms_hash(terms);
    ENSURE(ConsentStore::set_terms(tx, *found), "the consent was locked while it waited for its file");
    PaymentFileStore::insert(tx, caller.tenant, consent, content, caller.now.business);
    return changes_.apply(tx, caller, *found,
                          Change{.event = ConsentEvent::upload,
                                 .actor = tpp(client),
                                 .why = "the TPP uploaded the file of the payments",
                                 .evidence = {},
                                 .bind_psu = {},
                                 .accounts = {},
                                 .reason = {}});
  });
}

base::Result<std::string, ConsentError> PaymentConsents::file(const base::Caller& caller, const base::ClientId& client,
                                                              const base::ConsentId& consent) {
  TRY_VOID(find(caller, client, ConsentKind::file_payment, consent));
  auto content = base::db::read_only(pool_, caller.deadline, [&](base::db::Transaction& tx) {
    return PaymentFileStore::find(tx, caller.tenant, consent);
  });
  if (!content) return base::failure(unknown_consent(consent));
  return std::move(*content);
}

void PaymentConsents::record_refusal(const base::Caller& caller, const base::ConsentId& consent,
                                     const base::ClientId& client, const ConsentError& error) {
  base::db::with_transaction(pool_, caller.deadline, [&](base::db::Transaction& tx) {
    changes_.record_refusal(tx, caller, consent, tpp(client), "consent.consume", error);
    return true;
  });
}

int PaymentConsents::purge(const base::Caller& caller, int limit) {
  return base::db::with_transaction(pool_, caller.deadline, [&](base::db::Transaction& tx) {
    return IdempotencyStore::purge(tx, caller.now.protocol - kKeyLife, limit);
  });
}

}  // namespace consent
