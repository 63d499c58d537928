// From the outbox to the receivers, at least once. Three steps, each its own short transaction, none open over the
// network:
//   relay   outbox rows that are certainly visible -> one message, one delivery per matching endpoint, one queue row
//   claim   due queue rows are leased to this process
//   finish  the attempt is written down; the queue row goes, waits, or becomes a dead letter
// A process killed anywhere between loses nothing: the cursor moves with the fan-out, and a lease ends by itself.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/crypto/key_encryption.h"
#include "base/db/audit_trail.h"
#include "base/db/outbox.h"
#include "base/db/transaction.h"
#include "base/entropy.h"
#include "base/net/https_client.h"
#include "base/observe/metrics.h"
#include "webhooks/delivery/schedule.h"

namespace webhooks {

struct DeliverySettings {
  std::string node{};  // in attempts and leases, for people
  RetrySchedule schedule = RetrySchedule::standard();
  std::chrono::milliseconds timeout{15000};
  std::chrono::milliseconds lease{60000};  // longer than timeout; what a killed process held is free again after it
  int senders = 8;                         // threads, and the most attempts in flight in this process
  int per_endpoint = 4;                    // attempts in flight per endpoint, over all nodes; 1 while it fails
  int relay_batch = 500;
  std::chrono::milliseconds poll{200};  // when idle; wake() shortens it
  base::net::TlsTrust tls{};
};

struct DeliveryDeps {
  base::db::Pool& pool;  // a small one of its own: senders + 1 connections
  base::net::HttpsClient& client;
  const base::ProtocolClock& clock;     // schedules, leases, webhook-timestamp
  const base::BusinessClock& business;  // when an event of our own happened
  const base::MonotonicClock& monotonic;
  base::Entropy& entropy;  // thread-safe
  const base::crypto::KeyEncryptionKey& key_encryption;
  base::db::Outbox& outbox;  // for webhook_endpoint.disabled
  base::db::AuditTrail& audit;
  base::observe::Metrics& metrics;
};

struct RunReport {
  int events = 0;  // read from the outbox
  int attempts = 0;
  int succeeded = 0;
  int retries = 0;
  int dead = 0;
  bool idle() const { return events == 0 && attempts == 0; }
};

class DeliveryWorker {
 public:
  DeliveryWorker(DeliveryDeps deps, DeliverySettings settings);
  ~DeliveryWorker();  // stop()

  // One relay step and one claim, sent one after the other on this thread, at the clock's time. For tests and tools;
  // any number of threads and processes may do so at once.
  RunReport run_once();
  int relay_once();

  // Background threads: one that relays and claims, `senders` that send.
  void start();
  void wake();  // thread-safe: there is something in the outbox or the queue
  void stop();  // attempts in flight are finished; what was claimed and not begun is given back

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace webhooks
