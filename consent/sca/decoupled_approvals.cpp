#include "consent/sca/decoupled_approvals.h"

#include "consent/store/challenge_store.h"
#include "consent/store/factor_store.h"

namespace consent {
namespace {

using base::db::Transaction;

base::db::AuditEntry audit_of(const base::Caller& caller, const base::PsuId& psu, const std::string& challenge,
                              std::string outcome, std::string reason) {
  base::db::AuditEntry entry;
  entry.tenant = caller.tenant;
  entry.at = caller.now.protocol;
  entry.actor_kind = base::db::ActorKind::psu;
  entry.actor = psu.str();
  entry.action = "psu.device_decision";
  entry.object_kind = "psu";
  entry.object = entry.actor;
  entry.outcome = std::move(outcome);
  entry.reason = std::move(reason);
  entry.interaction = caller.interaction;
  entry.facts = {{"challenge", challenge}};
  return entry;
}

}  // namespace

std::vector<PendingApproval> DecoupledApprovals::waiting(const base::Caller& caller, const base::PsuId& psu) {
  const auto rows = base::db::read_only(deps_.pool, caller.deadline, [&](Transaction& tx) {
    return ChallengeStore::waiting(tx, caller.tenant, psu, caller.now.protocol);
  });
  std::vector<PendingApproval> all;
  for (const auto& row : rows)
    all.push_back({row.id, row.shown, secrets_.compared_number(row.id), row.created, row.ends});
  return all;
}

base::Result<void, ApprovalRefusal> DecoupledApprovals::decide(const base::Caller& caller, const base::PsuId& psu,
                                                               const std::string& id, ApprovalDecision decision) {
  const bool approve = decision == ApprovalDecision::approve;
  const std::string subject = deps_.attempts.subject_of(psu);
  const auto attempt = deps_.attempts.take(caller, subject);
  if (!attempt) {
    base::db::with_transaction(deps_.pool, caller.deadline, [&](Transaction& tx) {
      deps_.audit.record(tx, audit_of(caller, psu, id, "blocked", "[RTS-SCA-4.3b] no attempt left"));
      return true;
    });
    return base::failure(ApprovalRefusal::blocked);
  }
  const bool decided = base::db::with_transaction(deps_.pool, caller.deadline, [&](Transaction& tx) {
    const bool open =
        ChallengeStore::decide(tx, caller.tenant, psu, id, approve ? "approve" : "refuse", caller.now.protocol);
    // A refused approval is somebody who has the password and not the device.
    if (open && !approve) {
      deps_.attempts.confirm_failure(tx, caller, subject);
    } else {
      deps_.attempts.give_back(tx, caller, subject);
    }
    deps_.audit.record(tx, audit_of(caller, psu, id, open ? (approve ? "ok" : "refused") : "unknown",
                                    open ? (approve ? "approved on the device" : "refused on the device")
                                         : "nothing of this customer waits under this id"));
    return open;
  });
  if (!decided) return base::failure(ApprovalRefusal::unknown);
  return {};
}

}  // namespace consent
