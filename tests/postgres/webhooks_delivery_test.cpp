// From the outbox to the receiver, on the real database: exactly one delivery per event and endpoint however many nodes
// relay, at least one attempt whatever dies, order within a subject, and nobody held up by a dead endpoint.
#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <latch>
#include <mutex>
#include <pqxx/connection>
#include <pqxx/transaction>
#include <thread>

#include "base/db/audit_store.h"
#include "base/db/outbox_store.h"
#include "base/encoding.h"
#include "base/json/strict.h"
#include "base/migrations.h"
#include "base/net/https_client.h"
#include "tests/support/database.h"
#include "tests/support/fakes.h"
#include "webhooks/delivery/delivery_worker.h"
#include "webhooks/migrations.h"
#include "webhooks/services/deliveries.h"
#include "webhooks/services/subscriptions.h"
#include "webhooks/signing/standard_webhooks.h"
#include "webhooks/store/queue_store.h"
#include "webhooks/store/statements.h"

namespace {

using namespace std::chrono_literals;
using base::Instant;
using webhooks::DeliveryStatus;
using webhooks::EndpointId;

const Instant kStart{std::chrono::sys_days(std::chrono::year(2026) / 3 / 1)};

// Stands for every receiver: answers by URL, remembers what came.
class Receivers final : public base::net::HttpsClient {
 public:
  struct Arrival {
    std::string url;
    base::http::Headers headers;
    std::string body;
    std::string id() const { return std::string(headers.only("webhook-id").value_or("")); }
  };
  using Answer = base::Result<base::net::HttpsResponse, base::net::NetError>;

  Answer send(const base::net::HttpsRequest& request) override {
    std::unique_lock lock(mutex_);
    arrivals_.push_back({request.url, request.headers, request.body});
    changed_.notify_all();
    changed_.wait(lock, [&] { return !held_.contains(request.url); });
    const auto found = answers_.find(request.url);
    if (found != answers_.end()) return found->second;
    base::net::HttpsResponse response;
    response.status = 204;
    return response;
  }
  void answer(const std::string& url, int status, base::http::Headers headers = {}) {
    base::net::HttpsResponse response;
    response.status = status;
    response.headers = std::move(headers);
    response.body = "answered";
    const std::lock_guard lock(mutex_);
    answers_.insert_or_assign(url, response);
  }
  void fail(const std::string& url, base::net::NetErrorKind kind) {
    const std::lock_guard lock(mutex_);
    answers_.insert_or_assign(url, base::failure(base::net::NetError{kind, "as arranged", {}}));
  }
  void hold(const std::string& url) {
    const std::lock_guard lock(mutex_);
    held_.insert(url);
  }
  void let_go(const std::string& url) {
    const std::lock_guard lock(mutex_);
    held_.erase(url);
    changed_.notify_all();
  }
  bool wait_for(const std::string& url, std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 20s, [&] { return count_of(url) >= count; });
  }
  std::vector<Arrival> at(const std::string& url) {
    const std::lock_guard lock(mutex_);
    std::vector<Arrival> found;
    for (const Arrival& arrival : arrivals_) {
      if (arrival.url == url) found.push_back(arrival);
    }
    return found;
  }

 private:
  std::size_t count_of(const std::string& url) const {
    return static_cast<std::size_t>(
        std::count_if(arrivals_.begin(), arrivals_.end(), [&](const Arrival& a) { return a.url == url; }));
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Arrival> arrivals_;
  std::map<std::string, Answer> answers_;
  std::set<std::string> held_;
};

std::vector<base::db::Statement> statements() {
  auto all = webhooks::statements();
  for (const auto& list : {base::db::OutboxStore::statements(), base::db::AuditStore::statements()}) {
    all.insert(all.end(), list.begin(), list.end());
  }
  return all;
}

std::vector<base::db::Migration> migrations() {
  auto all = base::migrations();
  for (const auto& migration : webhooks::migrations()) all.push_back(migration);
  return all;
}

class WebhookDelivery : public testing::Test {
 protected:
  WebhookDelivery() {
    database_.sql("INSERT INTO base.brand (brand_id) VALUES ('aldgate') ON CONFLICT DO NOTHING");
    pool_ = database_.pool(statements(), 16);
    subscriptions_ = std::make_unique<webhooks::Subscriptions>(
        webhooks::SubscriptionDeps{*pool_, entropy_, kek_, audit_, catalog_, guard_},
        webhooks::SubscriptionSettings{.most_endpoints = 3});
    deliveries_ = std::make_unique<webhooks::Deliveries>(*pool_, entropy_, audit_);
    worker_ = make_worker();
  }

  std::unique_ptr<webhooks::DeliveryWorker> make_worker(webhooks::DeliverySettings settings = {}) {
    settings.node = "test";
    settings.schedule.jitter_permille = 0;
    return std::make_unique<webhooks::DeliveryWorker>(
        webhooks::DeliveryDeps{*pool_, receivers_, clock_, business_, database_.clock(), entropy_, kek_, outbox_,
                               audit_, database_.metrics()},
        settings);
  }

  base::Caller caller() const {
    return {tenant_, {clock_.now(), business_.now()}, base::InteractionId(), database_.deadline()};
  }

  webhooks::CreatedEndpoint subscribe(const std::string& url, const std::string& client = "tpp",
                                      std::vector<std::string> types = {"*"}) {
    auto created = subscriptions_->create(caller(), base::ClientId(client), {url, "", {std::move(types)}});
    EXPECT_TRUE(created.has_value()) << (created ? "" : created.error().log_text);
    return std::move(*created);
  }

  base::db::Event event(const std::string& subject, const std::string& client = "tpp",
                        const std::string& type = "consent.revoked") {
    return {base::uuid_v7(clock_.now(), entropy_),
            tenant_,
            base::ClientId(client),
            type,
            subject,
            business_.now(),
            R"({"n":1})",
            base::InteractionId()};
  }
  std::string emit(const std::string& subject, const std::string& client = "tpp",
                   const std::string& type = "consent.revoked") {
    const auto appended = event(subject, client, type);
    base::db::with_transaction(*pool_, database_.deadline(), [&](base::db::Transaction& tx) {
      outbox_.append(tx, appended);
      return true;
    });
    return appended.id;
  }

  std::vector<webhooks::Delivery> all(const std::string& client = "tpp",
                                      std::optional<DeliveryStatus> status = std::nullopt) {
    webhooks::DeliveryFilter filter;
    filter.status = status;
    auto page = deliveries_->list(caller(), base::ClientId(client), filter);
    EXPECT_TRUE(page.has_value());
    return page->items;
  }
  std::string count(const std::string& table) {
    return database_.sql("SELECT count(*) FROM webhooks." + table).front().front();
  }

  tests::Database database_{migrations()};
  tests::FakeProtocolClock clock_{kStart};
  tests::FakeBusinessClock business_{kStart + 1000h};
  base::SystemEntropy entropy_;  // thread-safe
  base::crypto::KeyEncryptionKey kek_ = base::crypto::KeyEncryptionKey::from_bytes(base::Secret(std::string(32, 'k')));
  base::db::AuditStore audit_;
  base::db::OutboxStore outbox_;
  base::net::EgressGuard guard_{base::net::EgressPolicy{}};
  webhooks::EventCatalog catalog_{[] {
    auto types = webhooks::event_types();
    types.push_back({"consent.authorised", ""});
    types.push_back({"consent.revoked", ""});
    return types;
  }()};
  base::Tenant tenant_{base::BrandId("aldgate"), base::BankId("sandbox")};
  Receivers receivers_;
  std::unique_ptr<base::db::PostgresPool> pool_;
  std::unique_ptr<webhooks::Subscriptions> subscriptions_;
  std::unique_ptr<webhooks::Deliveries> deliveries_;
  std::unique_ptr<webhooks::DeliveryWorker> worker_;
};

TEST_F(WebhookDelivery, AnEventArrivesSignedWithItsOwnTimeAndId) {
  const auto created = subscribe("https://a.example/h");
  const std::string id = emit("c1");
  const auto report = worker_->run_once();
  EXPECT_EQ(report.events, 1);
  EXPECT_EQ(report.succeeded, 1);
  const auto arrivals = receivers_.at("https://a.example/h");
  ASSERT_EQ(arrivals.size(), 1u);
  const auto& arrival = arrivals.front();
  EXPECT_EQ(arrival.id(), id);
  const auto body = base::json::parse_strict(arrival.body, {.max_bytes = 4096});
  ASSERT_TRUE(body.has_value());
  EXPECT_EQ(body->at("type"), "consent.revoked");
  EXPECT_EQ(body->at("timestamp"), "2026-04-11T16:00:00.000Z");
  EXPECT_EQ(body->at("data").at("n"), 1);
  const base::Secret key(std::move(*base::base64_decode(created.whsec.reveal().substr(6))));
  EXPECT_EQ(arrival.headers.only("webhook-timestamp"), "1772323200");
  EXPECT_EQ(arrival.headers.only("webhook-signature"),
            webhooks::sign_v1(key, id, std::chrono::floor<std::chrono::seconds>(kStart), arrival.body));
  EXPECT_EQ(all().front().status, DeliveryStatus::succeeded);
  EXPECT_TRUE(worker_->run_once().idle());
}

TEST_F(WebhookDelivery, OnlyTheOwnersEndpointsThatSubscribedHearOfIt) {
  subscribe("https://all.example/h");
  subscribe("https://one.example/h", "tpp", {"consent.authorised"});
  subscribe("https://other.example/h", "other");
  emit("c1", "tpp", "consent.revoked");
  emit("c2", "nobody", "consent.revoked");
  worker_->run_once();
  EXPECT_EQ(receivers_.at("https://all.example/h").size(), 1u);
  EXPECT_EQ(receivers_.at("https://one.example/h").size(), 0u);
  EXPECT_EQ(receivers_.at("https://other.example/h").size(), 0u);
  EXPECT_EQ(count("message"), "1");
}

TEST_F(WebhookDelivery, RacingRelaysFanOutEachEventExactlyOnce) {
  subscribe("https://a.example/h");
  subscribe("https://b.example/h");
  constexpr int kEvents = 200;
  for (int i = 0; i < kEvents; ++i) emit("c" + std::to_string(i));
  std::latch start(6);
  {
    std::vector<std::jthread> nodes;
    for (int n = 0; n < 6; ++n) {
      nodes.emplace_back([&] {
        auto worker = make_worker({.relay_batch = 7});
        start.arrive_and_wait();
        while (base::db::read_only(*pool_, database_.deadline(),
                                   [](base::db::Transaction& tx) { return webhooks::outbox_has_more(tx); })) {
          worker->relay_once();
        }
      });
    }
  }
  EXPECT_EQ(count("message"), std::to_string(kEvents));
  EXPECT_EQ(count("delivery"), std::to_string(2 * kEvents));
  EXPECT_EQ(count("queue"), std::to_string(2 * kEvents));
}

TEST_F(WebhookDelivery, AnEventWhoseTransactionCommitsLateIsNotSkipped) {
  subscribe("https://a.example/h");
  const auto late = event("late");
  pqxx::connection other(database_.superuser_conninfo());
  pqxx::work open(other);  // takes position and transaction id now, commits after later ones were relayed
  open.exec(
      "INSERT INTO base.outbox (id, brand_id, bank_id, client_id, type, subject, occurred_at, data, interaction) "
      "VALUES ('" +
      late.id + "', 'aldgate', 'sandbox', 'tpp', 'consent.revoked', 'late', '2026-03-01', '{}', '')");
  emit("early");
  EXPECT_EQ(worker_->relay_once(), 0) << "nothing at or above the open transaction may be read";
  open.commit();
  EXPECT_EQ(worker_->relay_once(), 2);
  EXPECT_EQ(count("message"), "2");
}

TEST_F(WebhookDelivery, ALowPositionUnderAHigherTransactionIdIsNotSkipped) {
  subscribe("https://a.example/h");
  pqxx::connection first(database_.superuser_conninfo());
  pqxx::connection second(database_.superuser_conninfo());
  const auto insert = [&](pqxx::work& tx, const std::string& subject) {
    tx.exec(
        "INSERT INTO base.outbox (id, brand_id, bank_id, client_id, type, subject, occurred_at, data, interaction) "
        "VALUES ('" +
        event(subject).id + "', 'aldgate', 'sandbox', 'tpp', 'consent.revoked', '" + subject +
        "', '2026-03-01', '{}', '')");
  };
  pqxx::work older(first);
  older.exec("SELECT pg_current_xact_id()");  // the lower transaction id, the higher position
  pqxx::work younger(second);
  insert(younger, "x");
  insert(older, "y");
  older.commit();
  EXPECT_EQ(worker_->relay_once(), 1) << "the older one is certain";
  younger.commit();
  EXPECT_EQ(worker_->relay_once(), 1);
  EXPECT_EQ(count("message"), "2");
}

TEST_F(WebhookDelivery, AfterARestoreIntoAClusterThatCountsAnewNothingIsSkippedOrDoubled) {
  subscribe("https://a.example/h");
  emit("before");
  EXPECT_EQ(worker_->relay_once(), 1);
  // As dumped from a cluster far ahead: one event relayed there, one not yet.
  emit("unread");
  database_.sql("UPDATE base.outbox SET xid = '900000000000' WHERE subject = 'before'");
  database_.sql("UPDATE base.outbox SET xid = '900000000007' WHERE subject = 'unread'");
  database_.sql("UPDATE webhooks.relay_cursor SET xid = '900000000000', position = 1, top_position = 1");
  emit("after");
  while (worker_->relay_once() > 0) continue;
  EXPECT_EQ(count("message"), "3");
  emit("later");
  while (worker_->relay_once() > 0) continue;
  EXPECT_EQ(count("message"), "4");
  EXPECT_EQ(count("delivery"), "4");
}

TEST_F(WebhookDelivery, WhatAKilledProcessHadClaimedIsDeliveredWhenItsLeaseEnds) {
  subscribe("https://a.example/h");
  const std::string id = emit("c1");
  worker_->relay_once();
  const auto lost = base::db::with_transaction(*pool_, database_.deadline(), [&](base::db::Transaction& tx) {
    return webhooks::claim(tx, {.batch = 10}, clock_.now(), clock_.now() + 60s, base::uuid_v7(clock_.now(), entropy_));
  });
  ASSERT_EQ(lost.size(), 1u);
  EXPECT_EQ(worker_->run_once().attempts, 0);
  clock_.advance(59s);
  EXPECT_EQ(worker_->run_once().attempts, 0);
  clock_.advance(1s);
  EXPECT_EQ(worker_->run_once().succeeded, 1);
  EXPECT_EQ(receivers_.at("https://a.example/h").front().id(), id);

  // The first one was alive after all and comes back late: the success stands.
  base::db::with_transaction(*pool_, database_.deadline(), [&](base::db::Transaction& tx) {
    EXPECT_FALSE(webhooks::finish_retry(tx, lost.front(), clock_.now()));
    EXPECT_FALSE(webhooks::finish_dead(tx, lost.front(), webhooks::FailureClass::timeout, clock_.now()));
    return true;
  });
  EXPECT_EQ(all().front().status, DeliveryStatus::succeeded);
  EXPECT_EQ(count("queue"), "0");
}

TEST_F(WebhookDelivery, RacingNodesClaimEachDeliveryOnce) {
  subscribe("https://a.example/h");
  subscribe("https://b.example/h");
  constexpr int kEvents = 40;
  for (int i = 0; i < kEvents; ++i) emit("c" + std::to_string(i));
  worker_->relay_once();
  std::latch start(8);
  {
    std::vector<std::jthread> nodes;
    for (int n = 0; n < 8; ++n) {
      nodes.emplace_back([&] {
        auto worker = make_worker({.senders = 4});
        start.arrive_and_wait();
        while (count("queue") != "0") worker->run_once();
      });
    }
  }
  EXPECT_EQ(receivers_.at("https://a.example/h").size(), static_cast<std::size_t>(kEvents));
  EXPECT_EQ(receivers_.at("https://b.example/h").size(), static_cast<std::size_t>(kEvents));
  EXPECT_EQ(count("attempt"), std::to_string(2 * kEvents));
}

TEST_F(WebhookDelivery, DeliveriesOfOneSubjectKeepTheirOrderAlsoThroughFailures) {
  subscribe("https://a.example/h");
  receivers_.answer("https://a.example/h", 500);
  const std::string first = emit("c1", "tpp", "consent.authorised");
  const std::string second = emit("c1", "tpp", "consent.revoked");
  const std::string elsewhere = emit("c2");
  EXPECT_EQ(worker_->run_once().attempts, 2);  // the heads of both subjects
  EXPECT_EQ(worker_->run_once().attempts, 0);
  receivers_.answer("https://a.example/h", 200);
  clock_.advance(5s);
  EXPECT_EQ(worker_->run_once().succeeded, 2);
  EXPECT_EQ(worker_->run_once().succeeded, 1);
  std::vector<std::string> of_c1;
  for (const auto& arrival : receivers_.at("https://a.example/h")) {
    if (arrival.id() != elsewhere) of_c1.push_back(arrival.id());
  }
  EXPECT_EQ(of_c1, (std::vector<std::string>{first, first, second}));
}

TEST_F(WebhookDelivery, OnlyOneOfASubjectIsInFlightOverAllNodes) {
  subscribe("https://a.example/h");
  emit("c1");
  emit("c1");
  worker_->relay_once();
  const auto claim = [&] {
    return base::db::with_transaction(*pool_, database_.deadline(), [&](base::db::Transaction& tx) {
      return webhooks::claim(tx, {.batch = 10}, clock_.now(), clock_.now() + 60s,
                             base::uuid_v7(clock_.now(), entropy_));
    });
  };
  EXPECT_EQ(claim().size(), 1u);
  EXPECT_EQ(claim().size(), 0u);
}

TEST_F(WebhookDelivery, AnEndpointNeverHasMoreInFlightThanItsCap) {
  subscribe("https://a.example/h");
  for (int i = 0; i < 20; ++i) emit("c" + std::to_string(i));
  worker_->relay_once();
  const auto claim = [&](int batch) {
    return base::db::with_transaction(*pool_, database_.deadline(), [&](base::db::Transaction& tx) {
      return webhooks::claim(tx, {.batch = batch, .per_endpoint = 4}, clock_.now(), clock_.now() + 60s,
                             base::uuid_v7(clock_.now(), entropy_));
    });
  };
  EXPECT_EQ(claim(3).size(), 3u);
  EXPECT_EQ(claim(10).size(), 1u);
  EXPECT_EQ(claim(10).size(), 0u);
}

TEST_F(WebhookDelivery, ADeadEndpointDoesNotHoldUpTheOthers) {
  subscribe("https://dead.example/h");
  subscribe("https://live.example/h", "other");
  receivers_.hold("https://dead.example/h");  // every attempt hangs until its timeout
  for (int i = 0; i < 30; ++i) emit("d" + std::to_string(i));
  for (int i = 0; i < 30; ++i) emit("l" + std::to_string(i), "other");
  auto worker = make_worker({.senders = 6, .per_endpoint = 4, .poll = 5ms});
  worker->start();
  EXPECT_TRUE(receivers_.wait_for("https://live.example/h", 30));
  EXPECT_LE(receivers_.at("https://dead.example/h").size(), 4u);
  receivers_.let_go("https://dead.example/h");
  EXPECT_TRUE(receivers_.wait_for("https://dead.example/h", 30));
  worker->stop();
  EXPECT_EQ(count("queue"), "0");
}

TEST_F(WebhookDelivery, ManyFailingEndpointsTakeAtMostHalfOfTheSenders) {
  std::vector<std::string> dead;
  for (int i = 0; i < 5; ++i) {
    const std::string client = "dead" + std::to_string(i);
    dead.push_back("https://" + client + ".example/h");
    subscribe(dead.back(), client);
    emit("c", client);
  }
  database_.sql("UPDATE webhooks.endpoint_health SET failures_in_row = 9");
  worker_->relay_once();
  const auto claimed = base::db::with_transaction(*pool_, database_.deadline(), [&](base::db::Transaction& tx) {
    return webhooks::claim(tx, {.batch = 10, .failing_batch = 2}, clock_.now(), clock_.now() + 60s,
                           base::uuid_v7(clock_.now(), entropy_));
  });
  EXPECT_EQ(claimed.size(), 2u);
  EXPECT_TRUE(claimed.front().failing);
}

TEST_F(WebhookDelivery, RunsThroughItsScheduleIntoTheDeadLettersAndBackOnRequest) {
  subscribe("https://a.example/h");
  receivers_.answer("https://a.example/h", 301, {{"Location", "https://b.example/h"}});
  const std::string id = emit("c1");
  EXPECT_EQ(worker_->run_once().attempts, 1);
  const auto waits = webhooks::RetrySchedule::standard().waits;
  for (std::size_t i = 1; i < waits.size(); ++i) {
    clock_.advance(waits[i] - 1us);
    EXPECT_EQ(worker_->run_once().attempts, 0) << i;
    clock_.advance(1us);
    EXPECT_EQ(worker_->run_once().attempts, 1) << i;
  }
  ASSERT_EQ(receivers_.at("https://a.example/h").size(), 10u);
  EXPECT_TRUE(receivers_.at("https://b.example/h").empty());
  std::set<std::string> ids, stamps, bodies;
  for (const auto& arrival : receivers_.at("https://a.example/h")) {
    ids.insert(arrival.id());
    stamps.insert(std::string(*arrival.headers.only("webhook-timestamp")));
    bodies.insert(arrival.body);
  }
  EXPECT_EQ(ids, std::set<std::string>{id});
  EXPECT_EQ(stamps.size(), 10u);
  EXPECT_EQ(bodies.size(), 1u);
  const auto dead = all("tpp", DeliveryStatus::dead);
  ASSERT_EQ(dead.size(), 1u);
  EXPECT_EQ(dead.front().dead_reason, webhooks::FailureClass::redirect);
  ASSERT_EQ(dead.front().attempts.size(), 10u);
  EXPECT_EQ(dead.front().attempts.back().number, 10);
  EXPECT_EQ(dead.front().attempts.back().excerpt, "answered");
  EXPECT_TRUE(worker_->run_once().idle());

  EXPECT_FALSE(deliveries_->redeliver(caller(), base::ClientId("other"), dead.front().id).has_value());
  receivers_.answer("https://a.example/h", 200);
  ASSERT_TRUE(deliveries_->redeliver(caller(), base::ClientId("tpp"), dead.front().id).has_value());
  EXPECT_FALSE(deliveries_->redeliver(caller(), base::ClientId("tpp"), dead.front().id).has_value());
  EXPECT_EQ(worker_->run_once().succeeded, 1);
  EXPECT_EQ(receivers_.at("https://a.example/h").back().id(), id);
  EXPECT_EQ(all().front().attempts.back().number, 11);
}

TEST_F(WebhookDelivery, A410DisablesTheEndpointAndTellsTheOwnersOthers) {
  const auto gone = subscribe("https://gone.example/h");
  subscribe("https://watch.example/h", "tpp", {"webhook_endpoint.disabled"});
  receivers_.answer("https://gone.example/h", 410);
  emit("c1");
  emit("c1");
  worker_->run_once();
  const auto endpoint = subscriptions_->get(caller(), base::ClientId("tpp"), gone.endpoint.id);
  ASSERT_TRUE(endpoint.has_value());
  EXPECT_EQ(endpoint->status, webhooks::EndpointStatus::disabled);
  EXPECT_EQ(endpoint->disabled_reason, webhooks::DisabledReason::gone);
  emit("c1");
  worker_->run_once();
  worker_->run_once();
  EXPECT_EQ(receivers_.at("https://gone.example/h").size(), 1u);
  EXPECT_EQ(receivers_.at("https://watch.example/h").size(), 1u);
  EXPECT_EQ(all("tpp", DeliveryStatus::dead).size(), 4u);  // three events, and the news of itself
  EXPECT_EQ(deliveries_->send_test(caller(), base::ClientId("tpp"), gone.endpoint.id).error().code,
            webhooks::WebhookErrorCode::endpoint_disabled);
  EXPECT_EQ(database_.sql("SELECT count(*) FROM base.audit WHERE action = 'webhook_endpoint.disable'").front().front(),
            "1");
}

TEST_F(WebhookDelivery, AnEndpointThatOnlyFailsForFiveDaysIsDisabledAndEnablingForgets) {
  const auto created = subscribe("https://a.example/h");
  receivers_.fail("https://a.example/h", base::net::NetErrorKind::connect);
  const auto status = [&] { return subscriptions_->get(caller(), base::ClientId("tpp"), created.endpoint.id)->status; };
  for (int hour = 0; hour < 24 * 6 && status() == webhooks::EndpointStatus::enabled; hour += 6) {
    emit("c" + std::to_string(hour));
    while (!worker_->run_once().idle()) continue;
    clock_.advance(6h);
  }
  EXPECT_EQ(status(), webhooks::EndpointStatus::disabled);
  EXPECT_GE(clock_.now() - kStart, 5 * 24h + 12h);
  receivers_.answer("https://a.example/h", 200);
  ASSERT_TRUE(subscriptions_
                  ->update(caller(), base::ClientId("tpp"), created.endpoint.id,
                           {.url = {}, .description = {}, .events = {}, .status = webhooks::EndpointStatus::enabled})
                  .has_value());
  const std::string id = emit("again");
  worker_->run_once();
  EXPECT_EQ(receivers_.at("https://a.example/h").back().id(), id);
}

TEST_F(WebhookDelivery, ThrottlingRestsTheWholeEndpoint) {
  subscribe("https://a.example/h");
  receivers_.answer("https://a.example/h", 429, {{"Retry-After", "30"}});
  emit("c1");
  EXPECT_EQ(worker_->run_once().attempts, 1);
  receivers_.answer("https://a.example/h", 200);
  emit("c2");
  clock_.advance(29s);
  EXPECT_EQ(worker_->run_once().attempts, 0);
  clock_.advance(1s);
  EXPECT_EQ(worker_->run_once().succeeded, 2);
}

TEST_F(WebhookDelivery, BothSecretsSignDuringTheOverlapAndOnlyTheNewOneAfterIt) {
  const auto created = subscribe("https://a.example/h");
  const auto key_of = [](const base::Secret& whsec) {
    return base::Secret(std::move(*base::base64_decode(whsec.reveal().substr(6))));
  };
  const auto rotated = subscriptions_->rotate_secret(caller(), base::ClientId("tpp"), created.endpoint.id, 3600s);
  ASSERT_TRUE(rotated.has_value());
  EXPECT_EQ(rotated->previous_signs_until, clock_.now() + 1h);
  const auto again = subscriptions_->rotate_secret(caller(), base::ClientId("tpp"), created.endpoint.id, std::nullopt);
  ASSERT_TRUE(again.has_value());
  const auto signatures = [&](const std::string& subject) {
    const std::string id = emit(subject);
    worker_->run_once();
    const auto arrival = receivers_.at("https://a.example/h").back();
    EXPECT_EQ(arrival.id(), id);
    const auto at = std::chrono::floor<std::chrono::seconds>(clock_.now());
    const std::string header(*arrival.headers.only("webhook-signature"));
    std::string who;
    for (const auto* whsec : {&again->whsec, &rotated->whsec, &created.whsec}) {
      who += header.find(webhooks::sign_v1(key_of(*whsec), id, at, arrival.body)) != std::string::npos ? 'y' : 'n';
    }
    return who + std::to_string(std::count(header.begin(), header.end(), ' ') + 1);
  };
  EXPECT_EQ(signatures("c1"), "yyy3");
  clock_.advance(1h);
  EXPECT_EQ(signatures("c2"), "yyn2");
  clock_.advance(23h);
  EXPECT_EQ(signatures("c3"), "ynn1");
}

TEST_F(WebhookDelivery, ARotationUnderTrafficFailsNoDelivery) {
  const auto created = subscribe("https://a.example/h");
  auto worker = make_worker({.senders = 4, .poll = 5ms});
  worker->start();
  for (int i = 0; i < 30; ++i) {
    emit("c" + std::to_string(i));
    worker->wake();
    if (i % 5 == 0) {
      ASSERT_TRUE(subscriptions_->rotate_secret(caller(), base::ClientId("tpp"), created.endpoint.id, 60s).has_value());
    }
  }
  EXPECT_TRUE(receivers_.wait_for("https://a.example/h", 30));
  worker->stop();
  for (const auto& delivery : all()) EXPECT_EQ(delivery.attempts.size(), 1u);
}

TEST_F(WebhookDelivery, ADisabledEndpointsEventsWaitInTheDeadLetters) {
  const auto created = subscribe("https://a.example/h");
  const auto set = [&](webhooks::EndpointStatus status) {
    return subscriptions_
        ->update(caller(), base::ClientId("tpp"), created.endpoint.id,
                 {.url = {}, .description = {}, .events = {}, .status = status})
        .has_value();
  };
  emit("before");
  worker_->relay_once();
  ASSERT_TRUE(set(webhooks::EndpointStatus::disabled));
  emit("after");
  worker_->run_once();
  EXPECT_TRUE(receivers_.at("https://a.example/h").empty());
  const auto dead = all("tpp", DeliveryStatus::dead);
  ASSERT_EQ(dead.size(), 2u);
  EXPECT_EQ(dead.front().dead_reason, webhooks::FailureClass::endpoint_disabled);
  EXPECT_EQ(deliveries_->redeliver(caller(), base::ClientId("tpp"), dead.front().id).error().code,
            webhooks::WebhookErrorCode::endpoint_disabled);
  ASSERT_TRUE(set(webhooks::EndpointStatus::enabled));
  for (const auto& delivery : dead) {
    EXPECT_TRUE(deliveries_->redeliver(caller(), base::ClientId("tpp"), delivery.id).has_value());
  }
  EXPECT_EQ(worker_->run_once().succeeded, 2);
}

TEST_F(WebhookDelivery, ADeletedEndpointGetsNothingMoreAndItsSecretsAreGone) {
  const auto created = subscribe("https://a.example/h");
  emit("c1");
  worker_->relay_once();
  ASSERT_TRUE(subscriptions_->remove(caller(), base::ClientId("tpp"), created.endpoint.id).has_value());
  emit("c2");
  worker_->run_once();
  EXPECT_TRUE(receivers_.at("https://a.example/h").empty());
  EXPECT_EQ(count("signing_key"), "0");
  EXPECT_EQ(database_.sql("SELECT wrapped_data_key IS NULL FROM webhooks.endpoint").front().front(), "t");
  EXPECT_EQ(all().front().status, DeliveryStatus::cancelled);
}

TEST_F(WebhookDelivery, AnEventNobodyCanRenderHoldsUpNobody) {
  subscribe("https://a.example/h");
  auto broken = event("c1");
  broken.data_json = "[1]";
  base::db::with_transaction(*pool_, database_.deadline(), [&](base::db::Transaction& tx) {
    outbox_.append(tx, broken);
    return true;
  });
  const std::string good = emit("c1");
  worker_->run_once();
  ASSERT_EQ(receivers_.at("https://a.example/h").size(), 1u);
  EXPECT_EQ(receivers_.at("https://a.example/h").front().id(), good);
}

TEST_F(WebhookDelivery, AttemptsCanBeAddedButNeverChanged) {
  subscribe("https://a.example/h");
  emit("c1");
  worker_->run_once();
  pqxx::connection service(database_.service_conninfo());
  for (const char* statement :
       {"UPDATE webhooks.attempt SET http_status = 200", "DELETE FROM webhooks.attempt",
        "DELETE FROM webhooks.delivery", "UPDATE webhooks.message SET body = ''", "DELETE FROM webhooks.endpoint",
        "TRUNCATE webhooks.attempt", "UPDATE webhooks.signing_key SET sealed = ''"}) {
    pqxx::work tx(service);
    EXPECT_THROW(tx.exec(statement), pqxx::insufficient_privilege) << statement;
  }
}

TEST_F(WebhookDelivery, StoppingGivesBackWhatWasNotSent) {
  subscribe("https://a.example/h");
  receivers_.fail("https://a.example/h", base::net::NetErrorKind::stopped);
  emit("c1");
  EXPECT_EQ(worker_->run_once().attempts, 0);
  receivers_.answer("https://a.example/h", 200);
  EXPECT_EQ(worker_->run_once().succeeded, 1);
  EXPECT_EQ(all().front().attempts.size(), 1u);
}

}  // namespace
