// Evidence: who did what to which object, when and why, in the transaction of the change. Append-only (the service role
// holds no UPDATE or DELETE on it). No token, code, secret, IBAN or name may stand in it.
#pragma once

#include <map>
#include <string>

#include "base/clock.h"
#include "base/db/transaction.h"
#include "base/id.h"

namespace base::db {

enum class ActorKind { tpp, psu, bank, staff, system };

struct AuditEntry {
  Tenant tenant;
  Instant at;  // protocol time
  ActorKind actor_kind = ActorKind::system;
  std::string actor;        // client_id, psu id, staff user, or the job's name
  std::string action;       // "consent.authorise", "token.refuse": object dot verb
  std::string object_kind;  // "consent", "grant", "client", "psu", "webhook_endpoint", "signing_key"
  std::string object;       // its id
  std::string outcome;      // "ok" or the refusal's code
  std::string reason;       // plain words; clause where there is one: "[RFC6749-4.1.2] code used twice"
  InteractionId interaction;
  std::map<std::string, std::string> facts;  // bounded, ids and enums only
};

class AuditTrail {
 public:
  virtual ~AuditTrail() = default;
  virtual void record(Transaction& tx, const AuditEntry& entry) = 0;
};

}  // namespace base::db
