#include "consent/services/consent_upkeep.h"

#include "base/ensure.h"
#include "consent/refusals.h"
#include "consent/store/consent_store.h"

namespace consent {
namespace {

constexpr int kBatch = 200;

Change change_of(ConsentEvent event, const Actor& actor, const std::string& why,
                 std::optional<StatusReason> reason = {}) {
  return {.event = event, .actor = actor, .why = why, .evidence = {}, .bind_psu = {}, .accounts = {}, .reason = reason};
}

}  // namespace

base::Result<Consent, ConsentError> ConsentUpkeep::end(const base::Caller& caller, const base::ConsentId& consent,
                                                       const Change& change) {
  using Outcome = base::Result<Consent, ConsentError>;
  return base::db::in_transaction(pool_, caller.deadline, [&](base::db::Transaction& tx) -> Outcome {
    const auto found = ConsentStore::find(tx, caller.tenant, consent, Lock::update);
    if (!found) return base::failure(unknown_consent(consent));
    return changes_.apply(tx, caller, *found, change);
  });
}

base::Result<Consent, ConsentError> ConsentUpkeep::revoke_by_bank(const base::Caller& caller,
                                                                  const base::ConsentId& consent, const Actor& actor,
                                                                  StatusReason reason, const std::string& why) {
  ENSURE(is_reason_of_bank(reason), "not a reason that the bank gives");
  return end(caller, consent, change_of(ConsentEvent::revoke_by_bank, actor, why, reason));
}

base::Result<Consent, ConsentError> ConsentUpkeep::revoke_for_customer(const base::Caller& caller,
                                                                       const base::ConsentId& consent,
                                                                       const Actor& actor, const std::string& why) {
  return end(caller, consent, change_of(ConsentEvent::revoke_by_psu, actor, why));
}

base::Result<Consent, ConsentError> ConsentUpkeep::terminate_for_client(const base::Caller& caller,
                                                                        const base::ConsentId& consent,
                                                                        const Actor& actor, const std::string& why) {
  return end(caller, consent, change_of(ConsentEvent::terminate_by_tpp, actor, why));
}

int ConsentUpkeep::end_all_of_client(const base::Caller& caller, const base::ClientId& client, const Actor& actor,
                                     const std::string& why) {
  int ended = 0;
  for (;;) {
    const auto open = base::db::read_only(pool_, caller.deadline, [&](base::db::Transaction& tx) {
      return ConsentStore::open_of_client(tx, caller.tenant, client, kBatch);
    });
    int ended_now = 0;
    for (const base::ConsentId& id : open) {
      const auto change = change_of(ConsentEvent::revoke_by_bank, actor, why, StatusReason::client_ended);
      if (end(caller, id, change)) {
        ++ended_now;
        continue;
      }
      // It ended by itself in the meantime, or has expired and nobody has written that down yet.
      ended_now += base::db::with_transaction(pool_, caller.deadline, [&](base::db::Transaction& tx) {
        const auto found = ConsentStore::find(tx, caller.tenant, id, Lock::update);
        if (!found || as_of(*found, caller.now.business).status == found->status) return 0;
        changes_.expire(tx, caller, *found);
        return 1;
      });
    }
    ended += ended_now;
    if (ended_now == 0 || open.size() < static_cast<std::size_t>(kBatch)) return ended;
  }
}

int ConsentUpkeep::account_closed(const base::Caller& caller, const base::AccountId& account, const Actor& actor,
                                  const std::string& why) {
  int left = 0;
  for (;;) {
    const auto with_it = base::db::read_only(pool_, caller.deadline, [&](base::db::Transaction& tx) {
      return ConsentStore::open_with_account(tx, caller.tenant, account, kBatch);
    });
    int left_now = 0;
    for (const base::ConsentId& id : with_it) {
      left_now += base::db::with_transaction(pool_, caller.deadline, [&](base::db::Transaction& tx) {
        const auto found = ConsentStore::find(tx, caller.tenant, id, Lock::update);
        if (!found || !found->accounts.contains(account)) return 0;
        if (as_of(*found, caller.now.business).status != found->status) {
          changes_.expire(tx, caller, *found);
          return 1;
        }
        if (is_final(found->status, policy_of(*found))) return 0;
        changes_.lose_account(tx, caller, *found, account, actor, why);
        return 1;
      });
    }
    left += left_now;
    if (left_now == 0 || with_it.size() < static_cast<std::size_t>(kBatch)) return left;
  }
}

base::Result<Consent, ConsentError> ConsentUpkeep::reconfirm(const base::Caller& caller, const base::ClientId& client,
                                                             const base::ConsentId& consent) {
  using Outcome = base::Result<Consent, ConsentError>;
  const Actor actor{base::db::ActorKind::tpp, client.str()};
  return base::db::with_transaction(pool_, caller.deadline, [&](base::db::Transaction& tx) -> Outcome {
    const auto found = ConsentStore::find(tx, caller.tenant, consent, Lock::update);
    std::optional<ConsentError> refusal = refuse_to_client(found, consent, client);
    if (!refusal && found->kind != ConsentKind::account_access) refusal = unknown_consent(consent);
    if (!refusal) {
      const Consent effective = as_of(*found, caller.now.business);
      if (effective.status != ConsentStatus::authorised) refusal = not_in_state(effective, ConsentEvent::authorise);
    }
    if (refusal) {
      if (refusal->code != ConsentErrorCode::unknown)
        changes_.record_refusal(tx, caller, consent, actor, "consent.reconfirm", *refusal);
      return base::failure(*refusal);
    }
    return changes_.reconfirm(tx, caller, *found, actor);
  });
}

}  // namespace consent
