#include "webhooks/store/queue_store.h"

#include <algorithm>

#include "base/db/sql.h"

namespace webhooks {
namespace {

using base::Instant;
using base::db::exec;
using base::db::exec_count;
using base::db::exec_row;
using base::db::Statement;
using base::db::Transaction;
using base::db::value;

constexpr Statement kHasMore{"webhooks.relay.has_more", R"sql(
  SELECT c.xid >= pg_snapshot_xmax(pg_current_snapshot())
         OR EXISTS (SELECT 1 FROM base.outbox o
                     WHERE (o.xid, o.position) > (c.xid, c.position) AND o.position > c.floor_position
                       AND o.xid < pg_snapshot_xmin(pg_current_snapshot()))
    FROM webhooks.relay_cursor c)sql"};
// The cursor names a transaction this cluster has not reached: the database was restored elsewhere and counts anew.
constexpr Statement kLockCursor{"webhooks.relay.lock_cursor", R"sql(
  SELECT xid::text, position, top_position, floor_position, xid >= pg_snapshot_xmax(pg_current_snapshot())
    FROM webhooks.relay_cursor FOR UPDATE SKIP LOCKED)sql"};
constexpr Statement kRead{"webhooks.relay.read", R"sql(
  SELECT position, xid::text, id, brand_id, bank_id, client_id, type, subject, occurred_at, data, interaction
    FROM base.outbox
   WHERE (xid, position) > ($1::xid8, $2) AND position > $3 AND xid < pg_snapshot_xmin(pg_current_snapshot())
   ORDER BY xid, position
   LIMIT $4)sql"};
// Earlier events of the same subjects whose transactions have higher ids than the end of a full batch.
constexpr Statement kReadStragglers{"webhooks.relay.read_stragglers", R"sql(
  SELECT position, xid::text, id, brand_id, bank_id, client_id, type, subject, occurred_at, data, interaction
    FROM base.outbox
   WHERE (xid, position) > ($1::xid8, $2) AND position > $3 AND xid < pg_snapshot_xmin(pg_current_snapshot())
     AND position < $4 AND subject = ANY ($5::text[]))sql"};
constexpr Statement kSnapshot{"webhooks.relay.snapshot", R"sql(
  SELECT pg_snapshot_xmin(pg_current_snapshot())::text, pg_snapshot_xmax(pg_current_snapshot())::text)sql"};
constexpr Statement kReadAfterRestore{"webhooks.relay.read_after_restore", R"sql(
  SELECT position, xid::text, id, brand_id, bank_id, client_id, type, subject, occurred_at, data, interaction
    FROM base.outbox
   WHERE ((xid, position) > ($1::xid8, $2) OR position > $3) AND (xid < $4::xid8 OR xid >= $5::xid8)
   ORDER BY position)sql"};
constexpr Statement kTopOfRestored{"webhooks.relay.top_of_restored", R"sql(
  SELECT coalesce(max(position), 0) FROM base.outbox WHERE xid >= $1::xid8)sql"};
constexpr Statement kMoveCursor{"webhooks.relay.move_cursor", R"sql(
  UPDATE webhooks.relay_cursor SET xid = $1::xid8, position = $2, top_position = $3, floor_position = $4)sql"};
constexpr Statement kTargets{"webhooks.relay.targets", R"sql(
  SELECT endpoint_id, status FROM webhooks.endpoint
   WHERE brand_id = $1 AND client_id = $2 AND status <> 'deleted' AND (event_types = '{*}' OR $3 = ANY (event_types))
   ORDER BY endpoint_id
     FOR SHARE)sql"};

// Endpoints with queue rows are found by hopping over the index; of each, the due heads of its subjects up to what its
// cap leaves free. The quals on the locked row stand there again, because a row that another node has leased since is
// judged by them anew.
constexpr Statement kClaim{"webhooks.queue.claim", R"sql(
  WITH RECURSIVE busy AS (
    (SELECT endpoint_id FROM webhooks.queue ORDER BY endpoint_id LIMIT 1)
    UNION ALL
    SELECT (SELECT q.endpoint_id FROM webhooks.queue q WHERE q.endpoint_id > busy.endpoint_id ORDER BY q.endpoint_id
             LIMIT 1)
      FROM busy WHERE busy.endpoint_id IS NOT NULL),
  heads AS (
    SELECT head.delivery_id, head.due_at, head.nth + flying.n AS rank, h.failures_in_row >= $6 AS failing
      FROM busy
      JOIN webhooks.endpoint e ON e.endpoint_id = busy.endpoint_id AND e.status = 'enabled'
      JOIN webhooks.endpoint_health h
        ON h.endpoint_id = busy.endpoint_id AND (h.throttled_until IS NULL OR h.throttled_until <= $1)
     CROSS JOIN LATERAL (
       SELECT count(*) AS n FROM webhooks.queue f WHERE f.endpoint_id = busy.endpoint_id AND f.lease_until > $1) flying
     CROSS JOIN LATERAL (
       SELECT q.delivery_id, q.due_at, row_number() OVER (ORDER BY q.due_at, q.place) AS nth
         FROM webhooks.queue q
        WHERE q.endpoint_id = busy.endpoint_id AND q.due_at <= $1 AND (q.lease_until IS NULL OR q.lease_until <= $1)
          AND NOT EXISTS (SELECT 1 FROM webhooks.queue p
                           WHERE p.endpoint_id = q.endpoint_id AND p.subject = q.subject AND p.place < q.place)
        ORDER BY q.due_at, q.place
        LIMIT greatest(CASE WHEN h.failures_in_row >= $6 THEN $5::bigint ELSE $4::bigint END - flying.n, 0)) head),
  ranked AS (
    SELECT delivery_id, due_at, rank, failing, row_number() OVER (PARTITION BY failing ORDER BY rank, due_at) AS nth_of_kind
      FROM heads),
  free AS (
    SELECT q.delivery_id, r.failing
      FROM webhooks.queue q JOIN ranked r ON r.delivery_id = q.delivery_id
     WHERE q.due_at <= $1 AND (q.lease_until IS NULL OR q.lease_until <= $1)
       AND (NOT r.failing OR r.nth_of_kind <= $8::bigint)
     ORDER BY r.rank, r.due_at
     LIMIT $3
       FOR UPDATE OF q SKIP LOCKED)
  UPDATE webhooks.queue q SET lease_until = $2, lease_id = $7::uuid
    FROM free, webhooks.delivery d, webhooks.message m, webhooks.endpoint e
   WHERE q.delivery_id = free.delivery_id
     AND d.brand_id = q.brand_id AND d.client_id = q.client_id AND d.delivery_id = q.delivery_id
     AND m.brand_id = q.brand_id AND m.client_id = q.client_id AND m.message_id = d.message_id
     AND e.brand_id = q.brand_id AND e.client_id = q.client_id AND e.endpoint_id = q.endpoint_id
  RETURNING q.delivery_id, q.brand_id, e.bank_id, q.client_id, q.endpoint_id, e.url, m.message_id, m.event_type, m.body,
            q.round, free.failing)sql"};

constexpr Statement kCountAttempt{"webhooks.delivery.count_attempt", R"sql(
  UPDATE webhooks.delivery SET attempts = attempts + 1
   WHERE brand_id = $1 AND client_id = $2 AND delivery_id = $3::uuid RETURNING attempts)sql"};
constexpr Statement kInsertAttempt{"webhooks.attempt.insert", R"sql(
  INSERT INTO webhooks.attempt (brand_id, client_id, delivery_id, endpoint_id, attempt_id, number, started_at, http_status,
                                failure, detail, excerpt, resolved_us, connected_us, secured_us, first_byte_us, total_us,
                                signatures, node)
  VALUES ($1, $2, $3::uuid, $4::uuid, $5::uuid, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18))sql"};
constexpr Statement kDequeue{"webhooks.queue.remove", R"sql(
  DELETE FROM webhooks.queue WHERE delivery_id = $1::uuid)sql"};
constexpr Statement kDequeueLeased{"webhooks.queue.remove_leased", R"sql(
  DELETE FROM webhooks.queue WHERE delivery_id = $1::uuid AND lease_id = $2::uuid)sql"};
constexpr Statement kRequeue{"webhooks.queue.wait", R"sql(
  UPDATE webhooks.queue SET due_at = $3, round = round + 1, lease_until = NULL, lease_id = NULL
   WHERE delivery_id = $1::uuid AND lease_id = $2::uuid)sql"};
constexpr Statement kGiveBack{"webhooks.queue.give_back", R"sql(
  UPDATE webhooks.queue SET lease_until = NULL, lease_id = NULL
   WHERE delivery_id = $1::uuid AND lease_id = $2::uuid)sql"};
// A delivery buried while this attempt was under way arrived all the same.
constexpr Statement kSucceed{"webhooks.delivery.succeed", R"sql(
  UPDATE webhooks.delivery SET status = 'succeeded', dead_reason = NULL, finished_at = $4
   WHERE brand_id = $1 AND client_id = $2 AND delivery_id = $3::uuid AND status IN ('pending', 'dead'))sql"};
constexpr Statement kDie{"webhooks.delivery.die", R"sql(
  UPDATE webhooks.delivery SET status = 'dead', dead_reason = $4, finished_at = $5
   WHERE brand_id = $1 AND client_id = $2 AND delivery_id = $3::uuid AND status = 'pending')sql"};
constexpr Statement kState{"webhooks.queue.state", R"sql(
  SELECT count(*), min(due_at) FROM webhooks.queue)sql"};

OutboxRow outbox_row(const base::db::Row& row) {
  OutboxRow out;
  out.position = value<std::int64_t>(row[0]);
  out.event.id = value<std::string>(row[2]);
  out.event.tenant = {value<base::BrandId>(row[3]), value<base::BankId>(row[4])};
  out.event.client = value<base::ClientId>(row[5]);
  out.event.type = value<std::string>(row[6]);
  out.event.subject = value<std::string>(row[7]);
  out.event.occurred_at = value<Instant>(row[8]);
  out.event.data_json = value<std::string>(row[9]);
  out.event.interaction = value<base::InteractionId>(row[10]);
  return out;
}

std::int64_t top_of(const std::vector<OutboxRow>& rows, std::int64_t otherwise) {
  for (const OutboxRow& row : rows) otherwise = std::max(otherwise, row.position);
  return otherwise;
}

struct Cursor {
  std::string xid;
  std::int64_t position = 0;
  std::int64_t top = 0;
  std::int64_t floor = 0;
};

// Once after a restore: everything unread in the old counting, and everything appended since, in one go.
OutboxBatch read_after_restore(Transaction& tx, const Cursor& cursor) {
  const auto snapshot = exec_row(tx, kSnapshot);
  const auto xmin = value<std::string>((*snapshot)[0]);
  const auto xmax = value<std::string>((*snapshot)[1]);
  OutboxBatch batch;
  for (const auto& row : exec(tx, kReadAfterRestore, cursor.xid, cursor.position, cursor.top, xmin, xmax)) {
    batch.rows.push_back(outbox_row(row));
  }
  const auto floor = value<std::int64_t>((*exec_row(tx, kTopOfRestored, xmax))[0]);
  exec(tx, kMoveCursor, xmin, 0, top_of(batch.rows, cursor.top), std::max(floor, cursor.floor));
  return batch;
}

}  // namespace

bool outbox_has_more(Transaction& tx) {
  const auto row = exec_row(tx, kHasMore);
  return row && value<bool>((*row)[0]);
}

std::optional<OutboxBatch> advance_cursor(Transaction& tx, int most) {
  const auto row = exec_row(tx, kLockCursor);
  if (!row) return std::nullopt;
  const Cursor cursor{value<std::string>((*row)[0]), value<std::int64_t>((*row)[1]), value<std::int64_t>((*row)[2]),
                      value<std::int64_t>((*row)[3])};
  if (value<bool>((*row)[4])) return read_after_restore(tx, cursor);

  OutboxBatch batch;
  const base::db::Rows rows = exec(tx, kRead, cursor.xid, cursor.position, cursor.floor, most);
  if (rows.empty()) return batch;
  for (const auto& each : rows) batch.rows.push_back(outbox_row(each));
  const auto last_xid = value<std::string>(rows.back()[1]);
  const auto last_position = value<std::int64_t>(rows.back()[0]);
  batch.full = batch.rows.size() >= static_cast<std::size_t>(most);
  if (batch.full) {
    std::vector<std::string> subjects;
    for (const OutboxRow& each : batch.rows) subjects.push_back(each.event.subject);
    std::sort(subjects.begin(), subjects.end());
    subjects.erase(std::unique(subjects.begin(), subjects.end()), subjects.end());
    const std::int64_t top = top_of(batch.rows, 0);
    for (const auto& each : exec(tx, kReadStragglers, last_xid, last_position, cursor.floor, top, subjects)) {
      batch.rows.push_back(outbox_row(each));
    }
  }
  std::sort(batch.rows.begin(), batch.rows.end(),
            [](const OutboxRow& a, const OutboxRow& b) { return a.position < b.position; });
  exec(tx, kMoveCursor, last_xid, last_position, top_of(batch.rows, cursor.top), cursor.floor);
  return batch;
}

std::vector<FanOutTarget> fan_out_targets(Transaction& tx, const Owner& owner, const std::string& event_type) {
  std::vector<FanOutTarget> targets;
  for (const auto& row : exec(tx, kTargets, owner.tenant.brand, owner.client, event_type)) {
    const auto status = endpoint_status_from_text(value<std::string>(row[1]));
    ENSURE(status.has_value(), "the database holds a value the program does not know");
    targets.push_back({value<EndpointId>(row[0]), *status});
  }
  return targets;
}

std::vector<ClaimedDelivery> claim(Transaction& tx, const ClaimLimits& limits, Instant now, Instant until,
                                   const std::string& lease_id) {
  std::vector<ClaimedDelivery> claimed;
  for (const auto& row : exec(tx, kClaim, now, until, limits.batch, limits.per_endpoint, limits.per_failing_endpoint,
                              limits.failing_from, lease_id, limits.failing_batch)) {
    ClaimedDelivery delivery;
    delivery.id = value<DeliveryId>(row[0]);
    delivery.owner = {{value<base::BrandId>(row[1]), value<base::BankId>(row[2])}, value<base::ClientId>(row[3])};
    delivery.endpoint = value<EndpointId>(row[4]);
    delivery.url = value<std::string>(row[5]);
    delivery.message = value<MessageId>(row[6]);
    delivery.event_type = value<std::string>(row[7]);
    delivery.body = value<std::string>(row[8]);
    delivery.round = value<int>(row[9]);
    delivery.failing = value<bool>(row[10]);
    delivery.lease_id = lease_id;
    claimed.push_back(std::move(delivery));
  }
  return claimed;
}

int record_attempt(Transaction& tx, const ClaimedDelivery& delivery, const AttemptRecord& attempt) {
  const Owner& owner = delivery.owner;
  const auto counted = exec_row(tx, kCountAttempt, owner.tenant.brand, owner.client, delivery.id);
  ENSURE(counted.has_value(), "a claimed delivery is there to be counted");
  const int number = value<int>((*counted)[0]);
  std::optional<std::string> failure;
  if (attempt.failure) failure = std::string(to_text(*attempt.failure));
  exec(tx, kInsertAttempt, owner.tenant.brand, owner.client, delivery.id, delivery.endpoint, attempt.id, number,
       attempt.at, attempt.http_status, failure, attempt.detail, attempt.excerpt, attempt.timings.resolved.count(),
       attempt.timings.connected.count(), attempt.timings.secured.count(), attempt.timings.first_byte.count(),
       attempt.timings.total.count(), attempt.signatures, attempt.node);
  return number;
}

void finish_succeeded(Transaction& tx, const ClaimedDelivery& delivery, Instant now) {
  exec(tx, kDequeue, delivery.id);
  exec(tx, kSucceed, delivery.owner.tenant.brand, delivery.owner.client, delivery.id, now);
}

bool finish_retry(Transaction& tx, const ClaimedDelivery& delivery, Instant due_at) {
  return exec_count(tx, kRequeue, delivery.id, delivery.lease_id, due_at) == 1;
}

bool finish_dead(Transaction& tx, const ClaimedDelivery& delivery, FailureClass reason, Instant now) {
  if (exec_count(tx, kDequeueLeased, delivery.id, delivery.lease_id) != 1) return false;
  exec(tx, kDie, delivery.owner.tenant.brand, delivery.owner.client, delivery.id, to_text(reason), now);
  return true;
}

void give_back(Transaction& tx, const ClaimedDelivery& delivery) {
  exec(tx, kGiveBack, delivery.id, delivery.lease_id);
}

QueueState queue_state(Transaction& tx) {
  const auto row = exec_row(tx, kState);
  return {value<std::int64_t>((*row)[0]), value<std::optional<Instant>>((*row)[1])};
}

std::vector<Statement> queue_statements() {
  return {kHasMore,    kLockCursor, kRead,         kReadStragglers, kSnapshot,      kReadAfterRestore, kTopOfRestored,
          kMoveCursor, kTargets,    kClaim,        kDequeue,        kDequeueLeased, kRequeue,          kGiveBack,
          kSucceed,    kDie,        kCountAttempt, kInsertAttempt,  kState};
}

}  // namespace webhooks
