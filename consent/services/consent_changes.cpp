#include "consent/services/consent_changes.h"

#include <chrono>

#include "base/crypto/hash.h"
#include "base/encoding.h"
#include "base/ensure.h"
#include "consent/events.h"
#include "consent/refusals.h"
#include "consent/store/consent_store.h"

namespace consent {
namespace {

constexpr std::chrono::hours kUseWithin{24};

base::db::AuditEntry audit_of(const base::Caller& caller, const Consent& consent, const Actor& actor,
                              std::string action, std::string reason) {
  base::db::AuditEntry entry;
  entry.tenant = consent.tenant;
  entry.at = caller.now.protocol;
  entry.actor_kind = actor.kind;
  entry.actor = actor.id;
  entry.action = std::move(action);
  entry.object_kind = "consent";
  entry.object = consent.id.str();
  entry.outcome = "ok";
  entry.reason = std::move(reason);
  entry.interaction = caller.interaction;
  entry.facts = {{"client", consent.client.str()}, {"status", std::string(to_text(consent.status))}};
  if (consent.psu) entry.facts.emplace("psu", consent.psu->str());
  return entry;
}

HistoryEntry history_of(const base::Caller& caller, const Consent& after, std::string event, const Actor& actor,
                        std::string why, const Evidence& evidence) {
  HistoryEntry entry;
  entry.at = after.status_updated;
  entry.recorded = caller.now.protocol;
  entry.event = std::move(event);
  entry.to = after.status;
  entry.reason = after.status_reason;
  entry.actor = actor;
  entry.why = std::move(why);
  entry.evidence = evidence;
  if (!evidence.shown.empty()) entry.shown_sha256 = base::hex_encode(base::crypto::sha256(evidence.shown));
  for (const base::AccountId& account : after.accounts) entry.accounts.push_back(account.str());
  entry.interaction = caller.interaction;
  return entry;
}

}  // namespace

base::Result<Consent, ConsentError> ConsentChanges::apply(base::db::Transaction& tx, const base::Caller& caller,
                                                          const Consent& locked, const Change& change) {
  ENSURE(change.event != ConsentEvent::expire, "an expiry is not a decision: expire()");
  const Consent effective = as_of(locked, caller.now.business);
  const Transition* row = transition(effective.status, change.event, policy_of(locked));
  if (row == nullptr) return base::failure(not_in_state(effective, change.event));
  ENSURE(effective.status == locked.status, "an expired consent has no transition that a decision can take");
  return write(tx, caller, locked, *row, change);
}

void ConsentChanges::expire(base::db::Transaction& tx, const base::Caller& caller, const Consent& locked) {
  const Transition* row = transition(locked.status, ConsentEvent::expire, policy_of(locked));
  ENSURE(row != nullptr && locked.expires && *locked.expires <= caller.now.business, "only what expired expires");
  write(tx, caller, locked, *row,
        Change{.event = ConsentEvent::expire,
               .actor = {base::db::ActorKind::system, "consent.expiry"},
               .why = "the consent's expiry passed",
               .evidence = {},
               .bind_psu = {},
               .accounts = {},
               .reason = {}});
}

Consent ConsentChanges::write(base::db::Transaction& tx, const base::Caller& caller, const Consent& before,
                              const Transition& row, const Change& change) {
  Consent after = before;
  after.status = row.to;
  after.status_reason = row.reason;
  if (change.reason) {
    ENSURE(row.event == ConsentEvent::revoke_by_bank && is_reason_of_bank(*change.reason),
           "only the bank says why it revokes");
    after.status_reason = *change.reason;
  }
  // An expiry happened when it was due, not when somebody noticed.
  // A signature of one of several that leaves the state leaves its date.
  if (row.event == ConsentEvent::expire) {
    after.status_updated = *before.expires;
  } else if (row.event != ConsentEvent::authorise_partly || row.to != before.status) {
    after.status_updated = caller.now.business;
  }
  if (change.bind_psu && !before.psu) after.psu = change.bind_psu;
  if (row.event == ConsentEvent::authorise) {
    after.authorised = caller.now.business;
    after.reconfirmed.reset();
    // A payment that was agreed to and never made does not wait for ever.
    if (kind_policy(before.kind).uses == Uses::once) after.expires = caller.now.business + kUseWithin;
    after.warn_at.reset();
    if (kind_policy(before.kind).uses == Uses::many) {
      const auto end = policy::next_end(clocks_, after.expires, after.authorised, after.reconfirmed);
      if (end) after.warn_at = policy::next_warning(end->at, caller.now.business);
    }
  }
  if (row.to == ConsentStatus::terminated_by_tpp) after.removed = caller.now.business;
  if (change.accounts) after.accounts = *change.accounts;

  ENSURE(ConsentStore::advance(tx, before.status, after), "the consent was locked before its state changed");
  if (change.accounts) ConsentStore::replace_accounts(tx, after);

  base::Caller owner = caller;
  owner.tenant = before.tenant;
  int grants_ended = 0;
  if (row.grants == GrantsThen::end) {
    grants_ended = grants_.end_grants(tx, owner, after.id, std::string(to_text(after.status_reason)));
  }

  HistoryEntry entry =
      history_of(caller, after, std::string(to_text(row.event)), change.actor, change.why, change.evidence);
  entry.from = before.status;
  if (row.event != ConsentEvent::expire) entry.at = caller.now.business;
  ConsentStore::append_history(tx, after, entry);

  auto audit = audit_of(caller, after, change.actor, "consent." + std::string(to_text(row.event)), change.why);
  audit.facts.emplace("status_before", std::string(to_text(before.status)));
  audit.facts.emplace("grants_ended", std::to_string(grants_ended));
  audit.facts.emplace("accounts", std::to_string(after.accounts.size()));
  if (!change.evidence.session.empty()) audit.facts.emplace("session", change.evidence.session);
  if (!entry.shown_sha256.empty()) audit.facts.emplace("shown_sha256", entry.shown_sha256);
  audit_.record(tx, audit);

  if (!row.emits.empty()) {
    outbox_.append(tx, base::db::Event{base::uuid_v7(caller.now.protocol, entropy_), after.tenant, after.client,
                                       std::string(row.emits), after.id.str(), after.status_updated,
                                       event_data_json(after, after.status_updated), caller.interaction});
  }
  return after;
}

void ConsentChanges::create(base::db::Transaction& tx, const base::Caller& caller, const Consent& consent) {
  const Actor actor{base::db::ActorKind::tpp, consent.client.str()};
  ConsentStore::insert(tx, consent);
  ConsentStore::append_history(tx, consent, history_of(caller, consent, "create", actor, "asked for by the TPP", {}));
  auto audit = audit_of(caller, consent, actor, "consent.create", "asked for by the TPP");
  std::string permissions;
  for (const policy::Permission permission : consent.permissions) {
    if (!permissions.empty()) permissions += ' ';
    permissions += policy::to_text(permission);
  }
  audit.facts.emplace("kind", std::string(to_text(consent.kind)));
  if (!permissions.empty()) audit.facts.emplace("permissions", permissions);
  if (!consent.terms_hash.empty()) audit.facts.emplace("terms_hash", consent.terms_hash);
  audit_.record(tx, audit);
}

void ConsentChanges::hide(base::db::Transaction& tx, const base::Caller& caller, const Consent& locked,
                          const Actor& actor) {
  ENSURE(is_final(locked.status, policy_of(locked)), "a consent that can still change is terminated, not hidden");
  if (!ConsentStore::mark_removed(tx, locked, caller.now.business)) return;
  HistoryEntry entry = history_of(caller, locked, "remove", actor, "removed by the TPP after it had ended", {});
  entry.at = caller.now.business;
  entry.from = locked.status;
  ConsentStore::append_history(tx, locked, entry);
  audit_.record(tx, audit_of(caller, locked, actor, "consent.remove", "removed by the TPP after it had ended"));
}

void ConsentChanges::lose_account(base::db::Transaction& tx, const base::Caller& caller, const Consent& locked,
                                  const base::AccountId& account, const Actor& actor, const std::string& why) {
  Consent after = locked;
  ENSURE(after.accounts.erase(account) == 1, "only an account of the consent leaves it");
  if (after.accounts.empty()) {
    const auto ended = apply(tx, caller, locked,
                             Change{.event = ConsentEvent::close_accounts,
                                    .actor = actor,
                                    .why = why,
                                    .evidence = {},
                                    .bind_psu = {},
                                    .accounts = after.accounts,
                                    .reason = {}});
    ENSURE(ended.has_value(), "an open consent with accounts can lose them");
    return;
  }
  ConsentStore::replace_accounts(tx, after);
  HistoryEntry entry = history_of(caller, after, "account_closed", actor, why, {});
  entry.at = caller.now.business;
  entry.from = locked.status;
  ConsentStore::append_history(tx, after, entry);
  auto audit = audit_of(caller, after, actor, "consent.account_closed", why);
  audit.facts.emplace("account", account.str());
  audit.facts.emplace("accounts", std::to_string(after.accounts.size()));
  audit_.record(tx, audit);
  outbox_.append(tx,
                 base::db::Event{base::uuid_v7(caller.now.protocol, entropy_), after.tenant, after.client,
                                 std::string(kConsentAccountRemoved), after.id.str(), caller.now.business,
                                 account_removed_data_json(after, caller.now.business, account), caller.interaction});
}

void ConsentChanges::decline_renewal(base::db::Transaction& tx, const base::Caller& caller, const Consent& locked,
                                     const Actor& actor, const Evidence& evidence) {
  const std::string why = "the customer denied the renewal";
  HistoryEntry entry = history_of(caller, locked, "renewal_declined", actor, why, evidence);
  entry.at = caller.now.business;
  entry.from = locked.status;
  ConsentStore::append_history(tx, locked, entry);
  auto audit = audit_of(caller, locked, actor, "consent.renewal_declined", why);
  if (!evidence.session.empty()) audit.facts.emplace("session", evidence.session);
  if (!entry.shown_sha256.empty()) audit.facts.emplace("shown_sha256", entry.shown_sha256);
  audit_.record(tx, audit);
}

Consent ConsentChanges::reconfirm(base::db::Transaction& tx, const base::Caller& caller, const Consent& locked,
                                  const Actor& actor) {
  Consent after = locked;
  after.reconfirmed = caller.now.business;
  const auto end = policy::next_end(clocks_, after.expires, after.authorised, after.reconfirmed);
  after.warn_at = end ? policy::next_warning(end->at, caller.now.business) : std::nullopt;
  ENSURE(ConsentStore::advance(tx, locked.status, after), "the consent was locked before it was reconfirmed");
  const std::string why = "the TPP says that its customer confirmed the access again";
  HistoryEntry entry = history_of(caller, after, "reconfirm", actor, why, {});
  entry.at = caller.now.business;
  entry.from = locked.status;
  ConsentStore::append_history(tx, after, entry);
  audit_.record(tx, audit_of(caller, after, actor, "consent.reconfirm", why));
  return after;
}

void ConsentChanges::record_refusal(base::db::Transaction& tx, const base::Caller& caller,
                                    const base::ConsentId& consent, const Actor& actor, const std::string& action,
                                    const ConsentError& error) {
  base::db::AuditEntry entry;
  entry.tenant = caller.tenant;
  entry.at = caller.now.protocol;
  entry.actor_kind = actor.kind;
  entry.actor = actor.id;
  entry.action = action;
  entry.object_kind = "consent";
  entry.object = base::is_uuid(consent.str()) ? consent.str() : "malformed";
  entry.outcome = to_text(error.code);
  entry.reason = error.log_text;
  entry.interaction = caller.interaction;
  audit_.record(tx, entry);
}

}  // namespace consent
