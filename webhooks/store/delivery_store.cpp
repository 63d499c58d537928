#include "webhooks/store/delivery_store.h"

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

constexpr Statement kInsertMessage{"webhooks.message.insert", R"sql(
  INSERT INTO webhooks.message (brand_id, client_id, message_id, event_type, subject, body, occurred_at, interaction)
  VALUES ($1, $2, $3::uuid, $4, $5, $6, $7, $8)
  ON CONFLICT DO NOTHING)sql"};
constexpr Statement kInsertPending{"webhooks.delivery.insert_pending", R"sql(
  WITH made AS (
    INSERT INTO webhooks.delivery (brand_id, client_id, delivery_id, endpoint_id, message_id, place, status, attempts,
                                   created_at)
    VALUES ($1, $2, $3::uuid, $4::uuid, $5::uuid, $6, 'pending', 0, $7)
    ON CONFLICT (message_id, endpoint_id) DO NOTHING
    RETURNING brand_id, client_id, delivery_id, endpoint_id, place)
  INSERT INTO webhooks.queue (brand_id, client_id, delivery_id, endpoint_id, subject, place, round, due_at)
  SELECT brand_id, client_id, delivery_id, endpoint_id, $8, place, 0, $7 FROM made)sql"};
constexpr Statement kInsertDead{"webhooks.delivery.insert_dead", R"sql(
  INSERT INTO webhooks.delivery (brand_id, client_id, delivery_id, endpoint_id, message_id, place, status, dead_reason,
                                 attempts, created_at, finished_at)
  VALUES ($1, $2, $3::uuid, $4::uuid, $5::uuid, $6, 'dead', $8, 0, $7, $7)
  ON CONFLICT (message_id, endpoint_id) DO NOTHING)sql"};
constexpr Statement kList{"webhooks.delivery.list", R"sql(
  SELECT d.delivery_id, d.endpoint_id, d.message_id, m.event_type, m.subject, d.status, d.dead_reason, q.due_at,
         d.created_at, d.finished_at
    FROM webhooks.delivery d
    JOIN webhooks.message m
      ON m.brand_id = d.brand_id AND m.client_id = d.client_id AND m.message_id = d.message_id
    LEFT JOIN webhooks.queue q ON q.delivery_id = d.delivery_id
   WHERE d.brand_id = $1 AND d.client_id = $2
     AND ($3::uuid IS NULL OR d.endpoint_id = $3::uuid)
     AND ($4::text IS NULL OR d.status = $4)
     AND ($5::uuid IS NULL OR d.delivery_id < $5::uuid)
     AND ($6::uuid IS NULL OR d.delivery_id = $6::uuid)
   ORDER BY d.delivery_id DESC
   LIMIT $7)sql"};
constexpr Statement kAttempts{"webhooks.attempt.list", R"sql(
  SELECT delivery_id, number, started_at, total_us, http_status, failure, excerpt
    FROM (SELECT delivery_id, number, started_at, total_us, http_status, failure, excerpt,
                 row_number() OVER (PARTITION BY delivery_id ORDER BY number DESC) AS back
            FROM webhooks.attempt
           WHERE brand_id = $1 AND client_id = $2 AND delivery_id = ANY ($3::text[]::uuid[])) latest
   WHERE back <= 20
   ORDER BY delivery_id, number)sql"};
constexpr Statement kRevive{"webhooks.delivery.revive", R"sql(
  WITH revived AS (
    UPDATE webhooks.delivery SET status = 'pending', dead_reason = NULL, finished_at = NULL
     WHERE brand_id = $1 AND client_id = $2 AND delivery_id = $3::uuid AND status = 'dead'
    RETURNING brand_id, client_id, delivery_id, endpoint_id, message_id, place)
  INSERT INTO webhooks.queue (brand_id, client_id, delivery_id, endpoint_id, subject, place, round, due_at)
  SELECT r.brand_id, r.client_id, r.delivery_id, r.endpoint_id, m.subject, r.place, 0, $4
    FROM revived r
    JOIN webhooks.message m
      ON m.brand_id = r.brand_id AND m.client_id = r.client_id AND m.message_id = r.message_id)sql"};
constexpr Statement kBury{"webhooks.delivery.bury_pending", R"sql(
  WITH taken AS (
    DELETE FROM webhooks.queue WHERE brand_id = $1 AND client_id = $2 AND endpoint_id = $3::uuid RETURNING delivery_id)
  UPDATE webhooks.delivery d SET status = 'dead', dead_reason = $4, finished_at = $5
    FROM taken
   WHERE d.brand_id = $1 AND d.client_id = $2 AND d.delivery_id = taken.delivery_id AND d.status = 'pending')sql"};
constexpr Statement kCancel{"webhooks.delivery.cancel_pending", R"sql(
  WITH taken AS (
    DELETE FROM webhooks.queue WHERE brand_id = $1 AND client_id = $2 AND endpoint_id = $3::uuid RETURNING delivery_id)
  UPDATE webhooks.delivery d SET status = 'cancelled', finished_at = $4
    FROM taken
   WHERE d.brand_id = $1 AND d.client_id = $2 AND d.delivery_id = taken.delivery_id AND d.status = 'pending')sql"};

template <class Value>
Value known(std::optional<Value> parsed) {
  ENSURE(parsed.has_value(), "the database holds a value the program does not know");
  return *parsed;
}

std::optional<FailureClass> failure_of(const base::db::Field& field) {
  const auto text = value<std::optional<std::string>>(field);
  if (!text) return std::nullopt;
  return known(failure_class_from_text(*text));
}

Delivery delivery_of(const base::db::Row& row) {
  Delivery delivery;
  delivery.id = value<DeliveryId>(row[0]);
  delivery.endpoint = value<EndpointId>(row[1]);
  delivery.message = value<MessageId>(row[2]);
  delivery.event_type = value<std::string>(row[3]);
  delivery.subject = value<std::string>(row[4]);
  delivery.status = known(delivery_status_from_text(value<std::string>(row[5])));
  delivery.dead_reason = failure_of(row[6]);
  delivery.next_attempt_at = value<std::optional<Instant>>(row[7]);
  delivery.created_at = value<Instant>(row[8]);
  delivery.finished_at = value<std::optional<Instant>>(row[9]);
  return delivery;
}

void add_attempts(Transaction& tx, const Owner& owner, std::vector<Delivery>& deliveries) {
  std::vector<std::string> ids;
  for (const Delivery& delivery : deliveries) ids.push_back(delivery.id.str());
  if (ids.empty()) return;
  for (const auto& row : exec(tx, kAttempts, owner.tenant.brand, owner.client, ids)) {
    const auto id = value<DeliveryId>(row[0]);
    const auto of = std::find_if(deliveries.begin(), deliveries.end(), [&](const Delivery& d) { return d.id == id; });
    ENSURE(of != deliveries.end(), "an attempt belongs to a delivery that was asked for");
    Attempt attempt;
    attempt.number = value<int>(row[1]);
    attempt.at = value<Instant>(row[2]);
    attempt.took =
        std::chrono::round<std::chrono::milliseconds>(std::chrono::microseconds(value<std::int64_t>(row[3])));
    attempt.status = value<int>(row[4]);
    attempt.failure = failure_of(row[5]);
    attempt.excerpt = value<std::string>(row[6]);
    of->attempts.push_back(std::move(attempt));
  }
}

std::optional<std::string> id_or_null(const auto& id) {
  if (!id) return std::nullopt;
  return id->str();
}

}  // namespace

void insert_message(Transaction& tx, const Message& message) {
  exec(tx, kInsertMessage, message.owner.tenant.brand, message.owner.client, message.id, message.event_type,
       message.subject, message.body, message.occurred_at, message.interaction);
}

bool insert_pending(Transaction& tx, const Message& message, const NewDelivery& delivery) {
  return exec_count(tx, kInsertPending, message.owner.tenant.brand, message.owner.client, delivery.id,
                    delivery.endpoint, message.id, delivery.place, delivery.now, message.subject) == 1;
}

bool insert_dead(Transaction& tx, const Message& message, const NewDelivery& delivery, FailureClass reason) {
  return exec_count(tx, kInsertDead, message.owner.tenant.brand, message.owner.client, delivery.id, delivery.endpoint,
                    message.id, delivery.place, delivery.now, to_text(reason)) == 1;
}

std::vector<Delivery> list_deliveries(Transaction& tx, const Owner& owner, const DeliveryFilter& filter) {
  std::optional<std::string> status;
  if (filter.status) status = std::string(to_text(*filter.status));
  std::vector<Delivery> deliveries;
  for (const auto& row : exec(tx, kList, owner.tenant.brand, owner.client, id_or_null(filter.endpoint), status,
                              id_or_null(filter.before), std::nullopt, filter.limit)) {
    deliveries.push_back(delivery_of(row));
  }
  add_attempts(tx, owner, deliveries);
  return deliveries;
}

std::optional<Delivery> find_delivery(Transaction& tx, const Owner& owner, const DeliveryId& id) {
  const auto row =
      exec_row(tx, kList, owner.tenant.brand, owner.client, std::nullopt, std::nullopt, std::nullopt, id, 1);
  if (!row) return std::nullopt;
  std::vector<Delivery> one{delivery_of(*row)};
  add_attempts(tx, owner, one);
  return std::move(one.front());
}

bool revive(Transaction& tx, const Owner& owner, const DeliveryId& id, Instant now) {
  return exec_count(tx, kRevive, owner.tenant.brand, owner.client, id, now) == 1;
}

int bury_pending(Transaction& tx, const Owner& owner, const EndpointId& id, FailureClass reason, Instant now) {
  return static_cast<int>(exec_count(tx, kBury, owner.tenant.brand, owner.client, id, to_text(reason), now));
}

int cancel_pending(Transaction& tx, const Owner& owner, const EndpointId& id, Instant now) {
  return static_cast<int>(exec_count(tx, kCancel, owner.tenant.brand, owner.client, id, now));
}

std::vector<Statement> delivery_statements() {
  return {kInsertMessage, kInsertPending, kInsertDead, kList, kAttempts, kRevive, kBury, kCancel};
}

}  // namespace webhooks
