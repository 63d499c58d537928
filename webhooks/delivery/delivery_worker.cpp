#include "webhooks/delivery/delivery_worker.h"

#include <algorithm>
#include <atomic>
#include <mutex>

#include "base/ensure.h"
#include "base/json/strict.h"
#include "base/observe/log.h"
#include "base/work/periodic.h"
#include "base/work/worker_pool.h"
#include "webhooks/delivery/decision.h"
#include "webhooks/delivery/payload.h"
#include "webhooks/event_catalog.h"
#include "webhooks/signing/key_sealing.h"
#include "webhooks/signing/standard_webhooks.h"
#include "webhooks/store/delivery_store.h"
#include "webhooks/store/endpoint_store.h"
#include "webhooks/store/queue_store.h"

namespace webhooks {
namespace {

using base::Instant;
using base::db::Transaction;

constexpr std::chrono::seconds kDatabasePatience{5};
constexpr std::size_t kMostAnswerBytes = 4096;

struct Sent {
  AttemptResult result;
  AttemptRecord record;
};

DisabledReason reason_of(const Decision& decision) { return decision.disable.value_or(DisabledReason::failing); }

}  // namespace

struct DeliveryWorker::Impl {
  Impl(DeliveryDeps given, DeliverySettings chosen)
      : deps(given), settings(std::move(chosen)), sealing(deps.key_encryption, deps.entropy) {
    ENSURE(!settings.schedule.waits.empty(), "a schedule has a first attempt");
    ENSURE(settings.lease > settings.timeout, "a lease outlives the attempt it covers");
    ENSURE(settings.senders >= 1 && settings.per_endpoint >= 1 && settings.relay_batch >= 1, "limits are positive");
  }

  base::db::Deadline deadline() const { return {deps.monotonic.now() + kDatabasePatience}; }

  // --- relay

  int relay_once() {
    const bool more = base::db::read_only(deps.pool, deadline(), [](Transaction& tx) { return outbox_has_more(tx); });
    if (!more) return 0;
    const int events = base::db::with_transaction(deps.pool, deadline(), [&](Transaction& tx) {
      const auto batch = advance_cursor(tx, settings.relay_batch);
      if (!batch) return 0;
      for (const OutboxRow& row : batch->rows) fan_out(tx, row);
      return static_cast<int>(batch->rows.size());
    });
    deps.metrics.count("aldgate_webhook_events_total", {}, events);
    return events;
  }

  // An event nobody could render must not hold up those behind it: it stays in the outbox and is told of.
  void fan_out(Transaction& tx, const OutboxRow& row) {
    const base::db::Event& event = row.event;
    Message message;
    message.owner = {event.tenant, event.client};
    const auto targets = fan_out_targets(tx, message.owner, event.type);
    if (targets.empty()) return;
    message.id = MessageId(event.id);
    message.event_type = event.type;
    message.subject = event.subject;
    auto body = payload(event.type, event.occurred_at, event.data_json);
    if (!body) {
      base::observe::log(base::observe::Level::error, "an event's data is no object and was not sent",
                         {{"event", event.id}, {"type", event.type}});
      deps.metrics.count("aldgate_webhook_unsendable_events_total");
      return;
    }
    message.body = std::move(*body);
    message.occurred_at = event.occurred_at;
    message.interaction = event.interaction;
    insert_message(tx, message);
    const Instant now = deps.clock.now();
    for (const FanOutTarget& target : targets) {
      const NewDelivery delivery{base::new_id<DeliveryId>(now, deps.entropy), target.endpoint, row.position, now};
      switch (target.status) {
        case EndpointStatus::enabled:
          insert_pending(tx, message, delivery);
          break;
        case EndpointStatus::disabled:
          insert_dead(tx, message, delivery, FailureClass::endpoint_disabled);
          break;
      }
    }
  }

  // --- claim

  std::vector<ClaimedDelivery> claim_due(int most) {
    const Instant now = deps.clock.now();
    const std::string lease_id = base::uuid_v7(now, deps.entropy);
    const int failing = std::clamp(settings.senders / 2 - failing_in_flight.load(), 0, most);
    const ClaimLimits limits{
        .batch = most, .per_endpoint = settings.per_endpoint, .failing_batch = settings.senders == 1 ? 1 : failing};
    return base::db::with_transaction(
        deps.pool, deadline(), [&](Transaction& tx) { return claim(tx, limits, now, now + settings.lease, lease_id); });
  }

  // --- send

  Sent send(const ClaimedDelivery& delivery) {
    const auto stored = base::db::read_only(
        deps.pool, deadline(), [&](Transaction& tx) { return signing_keys(tx, delivery.owner, delivery.endpoint); });
    const Instant at = deps.clock.now();
    Sent sent;
    sent.record.id = base::uuid_v7(at, deps.entropy);
    sent.record.at = at;
    sent.record.node = settings.node;
    if (!stored) {  // deleted since it was claimed
      sent.result.net_error = base::net::NetErrorKind::stopped;
      return sent;
    }
    const auto keys = sealing.open(delivery.owner, delivery.endpoint, stored->sealing.wrapped, stored->keys, at);
    sent.record.signatures = static_cast<int>(keys.size());
    const auto timestamp = std::chrono::floor<std::chrono::seconds>(at);
    base::net::HttpsRequest request;
    request.method = base::http::Method::post;
    request.url = delivery.url;
    request.headers = {{"content-type", "application/json"},
                       {"user-agent", "Aldgate-Webhooks/1"},
                       {"webhook-id", delivery.message.str()},
                       {"webhook-timestamp", std::to_string(timestamp.time_since_epoch().count())},
                       {"webhook-signature", signature_header(keys, delivery.message.str(), timestamp, delivery.body)}};
    request.body = delivery.body;
    request.deadline = settings.timeout;
    request.tls = settings.tls;
    request.max_body_bytes = kMostAnswerBytes;
    request.large_body = base::net::HttpsRequest::LargeBody::truncate;
    const auto answer = deps.client.send(request);
    if (answer) {
      sent.result = attempt_result(*answer, deps.clock.now());
      sent.record.http_status = answer->status;
      sent.record.excerpt = response_excerpt(answer->body);
      sent.record.timings = answer->timings;
    } else {
      sent.result = attempt_result(answer.error());
      sent.record.detail = answer.error().log_text.substr(0, 256);
      sent.record.timings = answer.error().timings;
    }
    return sent;
  }

  // --- finish

  // What an attempt came to, all of it in one transaction.
  Verdict finish(const ClaimedDelivery& delivery, Sent sent) {
    const Instant now = deps.clock.now();
    const int jitter = draw_jitter_permille(deps.entropy, settings.schedule.jitter_permille);
    const Decision decision = decide(sent.result, delivery.round + 1, settings.schedule, now, jitter);
    sent.record.failure = decision.failure;
    base::db::with_transaction(deps.pool, deadline(), [&](Transaction& tx) {
      lock_endpoint(tx, delivery.owner, delivery.endpoint);
      record_attempt(tx, delivery, sent.record);
      HealthRow health = health_of(tx, delivery.endpoint);
      bool disable = decision.disable.has_value();
      if (decision.verdict == Verdict::succeeded) {
        note_success(health.health);
        health.throttled_until.reset();
        finish_succeeded(tx, delivery, now);
      } else {
        if (note_failure(health.health, now) == HealthVerdict::disable) disable = true;
        if (decision.throttle_until) {
          health.throttled_until = std::max(health.throttled_until.value_or(now), *decision.throttle_until);
        }
        if (decision.verdict == Verdict::retry) {
          finish_retry(tx, delivery, *decision.retry_at);
        } else {
          finish_dead(tx, delivery, *decision.failure, now);
        }
      }
      update_health(tx, delivery.endpoint, health);
      if (disable) disable_endpoint(tx, delivery, reason_of(decision), now);
      return true;
    });
    deps.metrics.count("aldgate_webhook_attempts_total",
                       {{"outcome", decision.failure ? std::string(to_text(*decision.failure)) : "succeeded"}});
    deps.metrics.observe_seconds("aldgate_webhook_attempt_seconds",
                                 std::chrono::duration<double>(sent.record.timings.total).count());
    if (decision.verdict == Verdict::dead_letter) {
      base::observe::log(base::observe::Level::warning, "a webhook delivery became a dead letter",
                         {{"delivery", delivery.id.str()},
                          {"endpoint", delivery.endpoint.str()},
                          {"client", delivery.owner.client.str()},
                          {"reason", to_text(*decision.failure)}});
    }
    return decision.verdict;
  }

  void disable_endpoint(Transaction& tx, const ClaimedDelivery& delivery, DisabledReason reason, Instant now) {
    auto endpoint = find_endpoint(tx, delivery.owner, delivery.endpoint);
    if (!endpoint || endpoint->status != EndpointStatus::enabled) return;
    endpoint->status = EndpointStatus::disabled;
    endpoint->disabled_reason = reason;
    endpoint->disabled_at = endpoint->updated_at = now;
    update_endpoint(tx, *endpoint);
    bury_pending(tx, delivery.owner, delivery.endpoint, FailureClass::endpoint_disabled, now);

    base::json::Value data;
    data["endpoint_id"] = delivery.endpoint.str();
    data["reason"] = to_text(reason);
    base::db::Event event;
    event.id = base::uuid_v7(now, deps.entropy);
    event.tenant = delivery.owner.tenant;
    event.client = delivery.owner.client;
    event.type = kEndpointDisabledEvent;
    event.subject = delivery.endpoint.str();
    event.occurred_at = deps.business.now();
    event.data_json = base::json::dump(data);
    deps.outbox.append(tx, event);

    base::db::AuditEntry entry;
    entry.tenant = delivery.owner.tenant;
    entry.at = now;
    entry.actor_kind = base::db::ActorKind::system;
    entry.actor = "webhook delivery";
    entry.action = "webhook_endpoint.disable";
    entry.object_kind = "webhook_endpoint";
    entry.object = delivery.endpoint.str();
    entry.outcome = "ok";
    entry.reason = to_text(reason);
    deps.audit.record(tx, entry);
  }

  void give_back_untried(const ClaimedDelivery& delivery) {
    base::db::with_transaction(deps.pool, deadline(), [&](Transaction& tx) {
      give_back(tx, delivery);
      return true;
    });
  }

  // nullopt: not tried, given back.
  std::optional<Verdict> attempt(const ClaimedDelivery& delivery) {
    Sent sent = send(delivery);
    if (sent.result.net_error == base::net::NetErrorKind::stopped) {
      give_back_untried(delivery);
      return std::nullopt;
    }
    return finish(delivery, std::move(sent));
  }

  // --- background

  void start() {
    const std::lock_guard lock(mutex);
    ENSURE(!pool, "started once");
    pool = std::make_unique<base::work::WorkerPool>("webhooks", settings.senders,
                                                    static_cast<std::size_t>(settings.senders), deps.metrics);
    loop =
        std::make_unique<base::work::Periodic>(base::work::PeriodicSettings{.name = "webhooks", .every = settings.poll},
                                               deps.entropy, [this](std::stop_token) { return step(); });
  }

  bool step() {
    const int events = relay_once();
    const int idle = settings.senders - in_flight.load();
    if (idle <= 0) return false;  // a sender that finishes wakes us
    const auto claimed = claim_due(idle);
    for (const ClaimedDelivery& delivery : claimed) {
      take_off(delivery);
      const bool posted = pool->try_post([this, delivery] {
        const Landing landing(*this, delivery);
        attempt(delivery);
      });
      if (!posted) {
        land(delivery);
        give_back_untried(delivery);
      }
    }
    return events > 0 || !claimed.empty();
  }

  void take_off(const ClaimedDelivery& delivery) {
    ++in_flight;
    if (delivery.failing) ++failing_in_flight;
  }
  void land(const ClaimedDelivery& delivery) {
    --in_flight;
    if (delivery.failing) --failing_in_flight;
  }
  struct Landing {
    Landing(Impl& i, const ClaimedDelivery& d) : impl(i), delivery(d) {}
    Landing(const Landing&) = delete;
    Landing& operator=(const Landing&) = delete;
    ~Landing() {
      impl.land(delivery);
      impl.wake();
    }
    Impl& impl;
    const ClaimedDelivery& delivery;
  };

  void wake() {
    const std::lock_guard lock(mutex);
    if (loop) loop->wake();
  }

  void stop() {
    std::unique_ptr<base::work::Periodic> ending;
    {
      const std::lock_guard lock(mutex);
      ending = std::move(loop);
    }
    ending.reset();  // waits for the step under way; senders may still land
    if (pool) static_cast<void>(pool->drain(settings.timeout + kDatabasePatience));
    pool.reset();
  }

  DeliveryDeps deps;
  DeliverySettings settings;
  KeySealing sealing;
  std::atomic<int> in_flight{0};
  std::atomic<int> failing_in_flight{0};
  std::mutex mutex;  // guards `loop`
  std::unique_ptr<base::work::WorkerPool> pool;
  std::unique_ptr<base::work::Periodic> loop;
};

DeliveryWorker::DeliveryWorker(DeliveryDeps deps, DeliverySettings settings)
    : impl_(std::make_unique<Impl>(deps, std::move(settings))) {}

DeliveryWorker::~DeliveryWorker() { impl_->stop(); }

int DeliveryWorker::relay_once() { return impl_->relay_once(); }

RunReport DeliveryWorker::run_once() {
  RunReport report;
  report.events = impl_->relay_once();
  for (const ClaimedDelivery& delivery : impl_->claim_due(impl_->settings.senders)) {
    const auto verdict = impl_->attempt(delivery);
    if (!verdict) continue;
    ++report.attempts;
    switch (*verdict) {
      case Verdict::succeeded:
        ++report.succeeded;
        break;
      case Verdict::retry:
        ++report.retries;
        break;
      case Verdict::dead_letter:
        ++report.dead;
        break;
    }
  }
  return report;
}

void DeliveryWorker::start() { impl_->start(); }
void DeliveryWorker::wake() { impl_->wake(); }
void DeliveryWorker::stop() { impl_->stop(); }

}  // namespace webhooks
