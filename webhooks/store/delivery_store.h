// Messages, deliveries and attempts in PostgreSQL, as an owner reads and repeats them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/db/statement.h"
#include "base/db/transaction.h"
#include "webhooks/delivery/delivery.h"
#include "webhooks/subscription.h"

namespace webhooks {

struct Message {
  MessageId id;
  Owner owner;
  std::string event_type;
  std::string subject;
  std::string body;
  base::Instant occurred_at;
  base::InteractionId interaction;
};
void insert_message(base::db::Transaction& tx, const Message& message);  // once: a second time changes nothing

struct NewDelivery {
  DeliveryId id;
  EndpointId endpoint;
  std::int64_t place = 0;
  base::Instant now;
};
// Pending, with its queue row. False when this message already went to this endpoint.
bool insert_pending(base::db::Transaction& tx, const Message& message, const NewDelivery& delivery);
// For a disabled endpoint: a dead letter from the beginning.
bool insert_dead(base::db::Transaction& tx, const Message& message, const NewDelivery& delivery, FailureClass reason);

// With attempts. Every id exists or the page is empty: filters that match nothing are no error.
std::vector<Delivery> list_deliveries(base::db::Transaction& tx, const Owner& owner, const DeliveryFilter& filter);
std::optional<Delivery> find_delivery(base::db::Transaction& tx, const Owner& owner, const DeliveryId& id);

// Back from the dead letters into the queue; false when it is not dead (any more).
bool revive(base::db::Transaction& tx, const Owner& owner, const DeliveryId& id, base::Instant now);

// All pending ones of an endpoint leave the queue.
int bury_pending(base::db::Transaction& tx, const Owner& owner, const EndpointId& id, FailureClass reason,
                 base::Instant now);
int cancel_pending(base::db::Transaction& tx, const Owner& owner, const EndpointId& id, base::Instant now);

std::vector<base::db::Statement> delivery_statements();

}  // namespace webhooks
