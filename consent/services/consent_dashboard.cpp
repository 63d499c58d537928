#include "consent/services/consent_dashboard.h"

#include <algorithm>

#include "consent/refusals.h"
#include "consent/store/consent_store.h"
#include "consent/store/signature_store.h"

namespace consent {
namespace {

constexpr int kMostConsents = 500;
constexpr int kMostHistory = 1000;

// Its own customer, and every signatory of its accounts: each of them may end what all of them agreed to.
bool concerns(base::db::Transaction& tx, const Consent& consent, const base::PsuId& psu) {
  return consent.psu == psu || is_signatory(SignatureStore::rules(tx, consent), psu);
}

}  // namespace

std::vector<Consent> ConsentDashboard::list(const base::Caller& caller, const base::PsuId& psu) {
  auto consents = base::db::read_only(pool_, caller.deadline, [&](base::db::Transaction& tx) {
    auto own = ConsentStore::of_psu(tx, caller.tenant, psu, kMostConsents);
    for (const base::ConsentId& id : SignatureStore::of_signatory(tx, caller.tenant, psu, kMostConsents)) {
      auto shared = ConsentStore::find(tx, caller.tenant, id, Lock::none);
      if (shared && shared->psu != psu) own.push_back(std::move(*shared));
    }
    return own;
  });
  for (Consent& consent : consents) consent = as_of(std::move(consent), caller.now.business);
  std::stable_sort(consents.begin(), consents.end(),
                   [](const Consent& a, const Consent& b) { return a.created > b.created; });
  return consents;
}

base::Result<ConsentWithHistory, ConsentError> ConsentDashboard::show(const base::Caller& caller,
                                                                      const base::PsuId& psu,
                                                                      const base::ConsentId& consent) {
  using Outcome = base::Result<ConsentWithHistory, ConsentError>;
  return base::db::with_transaction(pool_, caller.deadline, [&](base::db::Transaction& tx) -> Outcome {
    auto found = ConsentStore::find(tx, caller.tenant, consent, Lock::none);
    if (!found) return base::failure(unknown_consent(consent));
    if (!concerns(tx, *found, psu)) {
      const ConsentError error = unknown_consent(consent);
      changes_.record_refusal(tx, caller, consent, {base::db::ActorKind::psu, psu.str()}, "consent.read", error);
      return base::failure(error);
    }
    return ConsentWithHistory{as_of(std::move(*found), caller.now.business),
                              ConsentStore::history(tx, caller.tenant, consent, kMostHistory)};
  });
}

base::Result<Consent, ConsentError> ConsentDashboard::revoke(const base::Caller& caller, const base::PsuId& psu,
                                                             const base::ConsentId& consent, const Evidence& evidence) {
  using Outcome = base::Result<Consent, ConsentError>;
  const Actor actor{base::db::ActorKind::psu, psu.str()};
  return base::db::with_transaction(pool_, caller.deadline, [&](base::db::Transaction& tx) -> Outcome {
    const auto found = ConsentStore::find(tx, caller.tenant, consent, Lock::update);
    if (!found) return base::failure(unknown_consent(consent));
    if (!concerns(tx, *found, psu)) {
      const ConsentError error = unknown_consent(consent);
      changes_.record_refusal(tx, caller, consent, actor, "consent.revoke_by_psu", error);
      return base::failure(error);
    }
    // Before everybody has agreed there is no access to end: one signatory's no is the end of it.
    const bool waiting = found->status == ConsentStatus::partially_authorised;
    return changes_.apply(tx, caller, *found,
                          Change{.event = waiting ? ConsentEvent::reject : ConsentEvent::revoke_by_psu,
                                 .actor = actor,
                                 .why = "the customer ended the access on the dashboard",
                                 .evidence = evidence,
                                 .bind_psu = {},
                                 .accounts = {}});
  });
}

base::Result<Consent, ConsentError> ConsentDashboard::revoke_by_bank(const base::Caller& caller,
                                                                     const base::ConsentId& consent, const Actor& actor,
                                                                     const std::string& why) {
  using Outcome = base::Result<Consent, ConsentError>;
  return base::db::in_transaction(pool_, caller.deadline, [&](base::db::Transaction& tx) -> Outcome {
    const auto found = ConsentStore::find(tx, caller.tenant, consent, Lock::update);
    if (!found) return base::failure(unknown_consent(consent));
    return changes_.apply(tx, caller, *found,
                          Change{.event = ConsentEvent::revoke_by_bank,
                                 .actor = actor,
                                 .why = why,
                                 .evidence = {},
                                 .bind_psu = {},
                                 .accounts = {}});
  });
}

}  // namespace consent
