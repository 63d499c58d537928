// What an owner reads and repeats: deliveries with their attempts, dead letters, the test event.
#pragma once

#include "base/caller.h"
#include "base/db/audit_trail.h"
#include "base/entropy.h"
#include "base/result.h"
#include "webhooks/delivery/delivery.h"
#include "webhooks/webhook_error.h"

namespace webhooks {

class Deliveries {
 public:
  Deliveries(base::db::Pool& pool, base::Entropy& entropy, base::db::AuditTrail& audit);

  base::Result<DeliveryPage, WebhookError> list(const base::Caller& caller, const base::ClientId& client,
                                                const DeliveryFilter& filter);
  // One dead letter starts its schedule again, at once.
  base::Result<Delivery, WebhookError> redeliver(const base::Caller& caller, const base::ClientId& client,
                                                 const DeliveryId& id);
  // Sends webhook.test to this endpoint, whatever it subscribed to.
  base::Result<Delivery, WebhookError> send_test(const base::Caller& caller, const base::ClientId& client,
                                                 const EndpointId& id);

 private:
  base::db::Pool& pool_;
  base::Entropy& entropy_;
  base::db::AuditTrail& audit_;
};

}  // namespace webhooks
