// What every service call carries beside its own arguments: who it is for, when it happens, until when it matters.
#pragma once

#include "base/clock.h"
#include "base/db/transaction.h"
#include "base/id.h"

namespace base {

struct Caller {
  Tenant tenant;
  Now now;                    // read once per request
  InteractionId interaction;  // x-fapi-interaction-id; empty for background work
  db::Deadline deadline;
};

}  // namespace base
