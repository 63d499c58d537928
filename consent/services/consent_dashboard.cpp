#include "consent/services/consent_dashboard.h"

#include <algorithm>
#include <map>

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

// `consent`: as_of(), of a customer whom it concerns.
Signature signature_of(base::db::Transaction& tx, const Consent& consent, const base::PsuId& psu) {
  if (transition(consent.status, ConsentEvent::authorise, policy_of(consent)) == nullptr) return Signature::none;
  if (!is_signatory(SignatureStore::rules(tx, consent), psu)) return Signature::none;
  const auto signed_by = SignatureStore::under_way(tx, consent);
  if (signed_by.empty()) return Signature::none;
  return signed_by.contains(psu) ? Signature::given : Signature::wanted;
}

}  // namespace

std::vector<ListedConsent> ConsentDashboard::list(const base::Caller& caller, const base::PsuId& psu) {
  auto listed = base::db::read_only(pool_, caller.deadline, [&](base::db::Transaction& tx) {
    std::map<base::ConsentId, Signature> several;
    std::vector<ListedConsent> all;
    for (const base::ConsentId& id : SignatureStore::of_signatory(tx, caller.tenant, psu, kMostConsents)) {
      auto shared = ConsentStore::find(tx, caller.tenant, id, Lock::none);
      if (!shared) continue;
      several[id] = signature_of(tx, as_of(*shared, caller.now.business), psu);
      if (shared->psu != psu) all.push_back({std::move(*shared), several[id]});
    }
    for (Consent& own : ConsentStore::of_psu(tx, caller.tenant, psu, kMostConsents)) {
      const auto found = several.find(own.id);
      all.push_back({std::move(own), found == several.end() ? Signature::none : found->second});
    }
    return all;
  });
  for (ListedConsent& one : listed) one.consent = as_of(std::move(one.consent), caller.now.business);
  std::stable_sort(listed.begin(), listed.end(), [](const ListedConsent& a, const ListedConsent& b) {
    return a.consent.created > b.consent.created;
  });
  return listed;
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
    Consent effective = as_of(std::move(*found), caller.now.business);
    const Signature signature = signature_of(tx, effective, psu);
    return ConsentWithHistory{std::move(effective), signature,
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
