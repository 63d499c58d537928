// Audit entries of this module, filled from the caller.
#pragma once

#include <string>

#include "base/caller.h"
#include "base/db/audit_trail.h"

namespace oauth {

inline base::db::AuditEntry evidence(const base::Caller& caller, base::db::ActorKind kind, std::string actor,
                                     std::string action, std::string object_kind, std::string object) {
  base::db::AuditEntry entry;
  entry.tenant = caller.tenant;
  entry.at = caller.now.protocol;
  entry.actor_kind = kind;
  entry.actor = std::move(actor);
  entry.action = std::move(action);
  entry.object_kind = std::move(object_kind);
  entry.object = std::move(object);
  entry.outcome = "ok";
  entry.interaction = caller.interaction;
  return entry;
}

}  // namespace oauth
