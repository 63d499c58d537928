// Domain events. A module appends an event in the transaction of the change it tells of; the relay (webhooks/delivery)
// reads them by position and fans out. Append-only, never updated.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/db/transaction.h"
#include "base/id.h"

namespace base::db {

struct Event {
  std::string id;  // UUIDv7; becomes webhook-id of every delivery
  Tenant tenant;
  ClientId client;            // the TPP software it concerns
  std::string type;           // "consent.authorised"; declared in the owning module's event list
  std::string subject;        // id of the object: deliveries of one subject keep their order
  Instant occurred_at;        // business time
  std::string data_json;      // the event's `data` member, thin: ids and status, never account data or names
  InteractionId interaction;  // the request that caused it; empty for background work
};

class Outbox {
 public:
  virtual ~Outbox() = default;
  virtual void append(Transaction& tx, const Event& event) = 0;
};

}  // namespace base::db
