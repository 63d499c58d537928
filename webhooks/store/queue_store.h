// The relay's cursor, the queue's leases and the attempts in PostgreSQL.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/db/outbox.h"
#include "base/db/statement.h"
#include "base/db/transaction.h"
#include "base/net/https_client.h"
#include "webhooks/delivery/delivery.h"
#include "webhooks/store/endpoint_store.h"

namespace webhooks {

// Is there anything in the outbox that is certainly visible and not fanned out yet? Locks nothing.
bool outbox_has_more(base::db::Transaction& tx);

struct OutboxRow {
  std::int64_t position = 0;
  base::db::Event event;
};
struct OutboxBatch {
  std::vector<OutboxRow> rows;  // by position
  bool full = false;            // there may be more
};
// Reads on from the cursor and moves it, in this transaction: what is not fanned out in it is not moved past either.
// nullopt: another node is at it. Only rows of transactions below pg_snapshot_xmin are read, so that none that commits
// late is skipped. Rows may come a second time (their deliveries are unique).
std::optional<OutboxBatch> advance_cursor(base::db::Transaction& tx, int most);

struct FanOutTarget {
  EndpointId endpoint;
  EndpointStatus status = EndpointStatus::enabled;
};
// Locked FOR SHARE: none of them is disabled or deleted before this transaction ends.
std::vector<FanOutTarget> fan_out_targets(base::db::Transaction& tx, const Owner& owner, const std::string& event_type);

struct ClaimLimits {
  int batch = 1;
  int per_endpoint = 4;
  int per_failing_endpoint = 1;
  int failing_from = 3;   // failures in a row
  int failing_batch = 1;  // of `batch`, at most so many to failing endpoints: they may take as long as a timeout
};
struct ClaimedDelivery {
  DeliveryId id;
  Owner owner;
  EndpointId endpoint;
  std::string url;
  MessageId message;
  std::string event_type;
  std::string body;
  int round = 0;         // attempts made in this round of the schedule
  bool failing = false;  // the endpoint, when it was claimed
  std::string lease_id;
};
// Due heads of their (endpoint, subject), fair over endpoints, within each endpoint's cap; leased until `until`.
std::vector<ClaimedDelivery> claim(base::db::Transaction& tx, const ClaimLimits& limits, base::Instant now,
                                   base::Instant until, const std::string& lease_id);

struct AttemptRecord {
  std::string id;
  base::Instant at;
  int http_status = 0;
  std::optional<FailureClass> failure;
  std::string detail;   // of a failure without an answer; our words
  std::string excerpt;  // of the answer
  base::net::HttpsTimings timings;
  int signatures = 0;
  std::string node;
};
// Counts it on the delivery and keeps it. Returns its number.
int record_attempt(base::db::Transaction& tx, const ClaimedDelivery& delivery, const AttemptRecord& attempt);

// The row goes whoever holds the lease: a success is a success.
void finish_succeeded(base::db::Transaction& tx, const ClaimedDelivery& delivery, base::Instant now);
// These two only while the lease is ours: otherwise somebody else decides. False: it was not.
bool finish_retry(base::db::Transaction& tx, const ClaimedDelivery& delivery, base::Instant due_at);
bool finish_dead(base::db::Transaction& tx, const ClaimedDelivery& delivery, FailureClass reason, base::Instant now);
void give_back(base::db::Transaction& tx, const ClaimedDelivery& delivery);  // untried, due as before

struct QueueState {
  std::int64_t waiting = 0;
  std::optional<base::Instant> oldest_due;
};
QueueState queue_state(base::db::Transaction& tx);

std::vector<base::db::Statement> queue_statements();

}  // namespace webhooks
