// Every change of a consent's state, whoever asks for it, is made here and in one transaction: guarded state change,
// end of the tokens, history, audit row and event. Services decide who may; this does it.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "base/caller.h"
#include "base/db/audit_trail.h"
#include "base/db/outbox.h"
#include "base/entropy.h"
#include "base/result.h"
#include "consent/consent.h"
#include "consent/consent_error.h"
#include "consent/ports/grant_ender.h"
#include "policy/access_clocks.h"

namespace consent {

struct Change {
  ConsentEvent event;
  Actor actor;
  std::string why;  // plain words, for history and audit
  Evidence evidence;
  std::optional<base::PsuId> bind_psu;                // the customer who decided
  std::optional<std::set<base::AccountId>> accounts;  // replaces the selection
  std::optional<StatusReason> reason = std::nullopt;  // of a revocation by the bank: is_reason_of_bank()
};

class ConsentChanges {
 public:
  ConsentChanges(base::db::Outbox& outbox, base::db::AuditTrail& audit, GrantEnder& grants, base::Entropy& entropy,
                 policy::AccessClocks clocks = policy::access_clocks(policy::Region::uk))
      : outbox_(outbox), audit_(audit), grants_(grants), entropy_(entropy), clocks_(clocks) {}

  // `locked` is the consent as stored, read with Lock::update in this transaction. Takes the effective state (expiry),
  // finds the transition, writes. Refuses with status_conflict or expired; nothing is written then. Throws what the
  // ports throw: the transaction must roll back.
  base::Result<Consent, ConsentError> apply(base::db::Transaction& tx, const base::Caller& caller,
                                            const Consent& locked, const Change& change);
  // Writes down an expiry that has passed.
  void expire(base::db::Transaction& tx, const base::Caller& caller, const Consent& locked);
  // A new consent: row, history and audit.
  void create(base::db::Transaction& tx, const base::Caller& caller, const Consent& consent);
  // DELETE of a consent whose state is final: it disappears from the TPP's sight, the state stays.
  void hide(base::db::Transaction& tx, const base::Caller& caller, const Consent& locked, const Actor& actor);
  // A closed account leaves the consent; with the last one the consent ends.
  void lose_account(base::db::Transaction& tx, const base::Caller& caller, const Consent& locked,
                    const base::AccountId& account, const Actor& actor, const std::string& why);
  // The TPP's word that its customer confirmed the access again.
  Consent reconfirm(base::db::Transaction& tx, const base::Caller& caller, const Consent& locked, const Actor& actor);
  // A customer's no to a renewal: the consent lives on as it was.
  void decline_renewal(base::db::Transaction& tx, const base::Caller& caller, const Consent& locked, const Actor& actor,
                       const Evidence& evidence);
  // Evidence of a refusal; commits with whatever else the transaction holds.
  void record_refusal(base::db::Transaction& tx, const base::Caller& caller, const base::ConsentId& consent,
                      const Actor& actor, const std::string& action, const ConsentError& error);

 private:
  Consent write(base::db::Transaction& tx, const base::Caller& caller, const Consent& before, const Transition& row,
                const Change& change);

  base::db::Outbox& outbox_;
  base::db::AuditTrail& audit_;
  GrantEnder& grants_;
  base::Entropy& entropy_;
  const policy::AccessClocks clocks_;
};

}  // namespace consent
