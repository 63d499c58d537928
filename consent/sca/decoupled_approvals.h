// Approval on a second device: what waits for it, and the customer's answer there. The bank's app calls this through
// wiring; in the sandbox it is a page. The browser sees the answer when it asks again (CustomerAuthentication::answer).
// The counters are those of every other door: refusing counts as a failure, and a blocked customer approves nothing.
#pragma once

#include <string>
#include <vector>

#include "base/caller.h"
#include "base/db/audit_trail.h"
#include "base/db/transaction.h"
#include "base/id.h"
#include "base/result.h"
#include "consent/sca/attempt_counter.h"
#include "consent/sca/challenge_secrets.h"

namespace consent {

struct PendingApproval {
  std::string id;
  std::string shown;   // what the customer approves: amount and payee; empty for a sign-in
  std::string number;  // two digits, the same as in the browser: to be compared
  base::Instant created;
  base::Instant ends;
};

enum class ApprovalDecision : std::uint8_t { approve, refuse };
enum class ApprovalRefusal : std::uint8_t { unknown, blocked };  // unknown: none such, another's, over, decided

struct DecoupledApprovalsDeps {
  base::db::Pool& pool;
  AttemptCounter& attempts;
  base::db::AuditTrail& audit;
  const base::crypto::KeyEncryptionKey& key;
};

class DecoupledApprovals {
 public:
  explicit DecoupledApprovals(DecoupledApprovalsDeps deps) : deps_(deps), secrets_(deps.key) {}

  std::vector<PendingApproval> waiting(const base::Caller& caller, const base::PsuId& psu);
  base::Result<void, ApprovalRefusal> decide(const base::Caller& caller, const base::PsuId& psu, const std::string& id,
                                             ApprovalDecision decision);

 private:
  DecoupledApprovalsDeps deps_;
  ChallengeSecrets secrets_;
};

}  // namespace consent
