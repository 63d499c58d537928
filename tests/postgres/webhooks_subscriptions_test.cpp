// Endpoints and their owners, on the real database.
#include <gtest/gtest.h>

#include <latch>
#include <thread>

#include "base/db/audit_store.h"
#include "base/db/outbox_store.h"
#include "base/encoding.h"
#include "base/migrations.h"
#include "tests/support/database.h"
#include "tests/support/fakes.h"
#include "webhooks/migrations.h"
#include "webhooks/services/deliveries.h"
#include "webhooks/services/subscriptions.h"
#include "webhooks/store/statements.h"

namespace {

using namespace std::chrono_literals;
using webhooks::WebhookErrorCode;

const base::ClientId kOwner{"tpp"};
const base::ClientId kStranger{"stranger"};

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

class WebhookSubscriptions : public testing::Test {
 protected:
  WebhookSubscriptions() {
    database_.sql("INSERT INTO base.brand (brand_id) VALUES ('aldgate'), ('other') ON CONFLICT DO NOTHING");
  }

  base::Caller caller(const std::string& brand = "aldgate") const {
    return {{base::BrandId(brand), base::BankId("sandbox")},
            {clock_.now(), clock_.now()},
            base::InteractionId("i-1"),
            database_.deadline()};
  }
  base::Result<webhooks::CreatedEndpoint, webhooks::WebhookError> create(const std::string& url,
                                                                         std::vector<std::string> types = {"*"},
                                                                         const base::ClientId& client = kOwner) {
    return subscriptions_.create(caller(), client, {url, "test", {std::move(types)}});
  }
  WebhookErrorCode refusal(const std::string& url, std::vector<std::string> types = {"*"}) {
    const auto created = create(url, std::move(types));
    EXPECT_FALSE(created.has_value());
    return created ? WebhookErrorCode::unknown_endpoint : created.error().code;
  }

  tests::Database database_{migrations()};
  tests::FakeProtocolClock clock_{base::Instant(std::chrono::sys_days(std::chrono::year(2026) / 3 / 1))};
  base::SystemEntropy entropy_;
  base::crypto::KeyEncryptionKey kek_ = base::crypto::KeyEncryptionKey::from_bytes(base::Secret(std::string(32, 'k')));
  base::db::AuditStore audit_;
  base::net::EgressGuard guard_{base::net::EgressPolicy{}};
  webhooks::EventCatalog catalog_{webhooks::event_types()};
  std::unique_ptr<base::db::PostgresPool> pool_ = database_.pool(statements(), 8);
  webhooks::Subscriptions subscriptions_{{*pool_, entropy_, kek_, audit_, catalog_, guard_}, {.most_endpoints = 3}};
  webhooks::Deliveries deliveries_{*pool_, entropy_, audit_};
};

TEST_F(WebhookSubscriptions, AnOwnerCreatesReadsChangesAndDeletesAnEndpoint) {
  const auto created = create("https://a.example/h", {"webhook.test", "webhook.test"});
  ASSERT_TRUE(created.has_value());
  EXPECT_TRUE(created->whsec.reveal().starts_with("whsec_"));
  const auto id = created->endpoint.id;
  auto read = subscriptions_.get(caller(), kOwner, id);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->url, "https://a.example/h");
  EXPECT_EQ(read->events.types, (std::vector<std::string>{"webhook.test"}));
  clock_.advance(1h);
  const auto changed = subscriptions_.update(
      caller(), kOwner, id,
      {.url = "https://b.example/h", .description = {}, .events = webhooks::EventFilter{}, .status = {}});
  ASSERT_TRUE(changed.has_value());
  read = subscriptions_.get(caller(), kOwner, id);
  EXPECT_EQ(read->url, "https://b.example/h");
  EXPECT_EQ(read->description, "test");
  EXPECT_TRUE(read->events.all());
  EXPECT_EQ(read->updated_at, clock_.now());
  EXPECT_EQ(subscriptions_.list(caller(), kOwner).size(), 1u);
  EXPECT_TRUE(subscriptions_.remove(caller(), kOwner, id).has_value());
  EXPECT_FALSE(subscriptions_.get(caller(), kOwner, id).has_value());
  EXPECT_FALSE(subscriptions_.remove(caller(), kOwner, id).has_value());
  EXPECT_TRUE(subscriptions_.list(caller(), kOwner).empty());
  EXPECT_EQ(database_.sql("SELECT string_agg(action, ' ' ORDER BY seq) FROM base.audit").front().front(),
            "webhook_endpoint.create webhook_endpoint.update webhook_endpoint.delete");
}

TEST_F(WebhookSubscriptions, AnotherClientsEndpointIsAnUnknownEndpoint) {
  const auto id = create("https://a.example/h")->endpoint.id;
  const auto unknown = WebhookErrorCode::unknown_endpoint;
  for (const auto& wrong : {id, webhooks::EndpointId("01890a5d-ac96-774b-bcce-b302099a8057"),
                            webhooks::EndpointId("not-a-uuid"), webhooks::EndpointId("'; DROP TABLE x")}) {
    EXPECT_EQ(subscriptions_.get(caller(), kStranger, wrong).error().code, unknown);
    EXPECT_EQ(subscriptions_.update(caller(), kStranger, wrong, {}).error().code, unknown);
    EXPECT_EQ(subscriptions_.remove(caller(), kStranger, wrong).error().code, unknown);
    EXPECT_EQ(subscriptions_.rotate_secret(caller(), kStranger, wrong, 0s).error().code, unknown);
    EXPECT_EQ(deliveries_.send_test(caller(), kStranger, wrong).error().code, unknown);
    webhooks::DeliveryFilter filter;
    filter.endpoint = wrong;
    EXPECT_EQ(deliveries_.list(caller(), kStranger, filter).error().code, unknown);
  }
  EXPECT_FALSE(subscriptions_.get(caller("other"), kOwner, id).has_value()) << "another brand is another owner";
  EXPECT_TRUE(subscriptions_.list(caller(), kStranger).empty());
  EXPECT_TRUE(subscriptions_.get(caller(), kOwner, id).has_value());
}

TEST_F(WebhookSubscriptions, RefusesWhatItCannotServeAndWritesNothing) {
  EXPECT_EQ(refusal("http://a.example/h"), WebhookErrorCode::url_refused);
  EXPECT_EQ(refusal("https://127.0.0.1/h"), WebhookErrorCode::url_refused);
  EXPECT_EQ(refusal("https://169.254.169.254/"), WebhookErrorCode::url_refused);
  EXPECT_EQ(refusal("https://a.example/h", {"consent.unheard"}), WebhookErrorCode::unknown_event_type);
  EXPECT_EQ(refusal("https://a.example/h", {"*", "webhook.test"}), WebhookErrorCode::unknown_event_type);
  EXPECT_EQ(refusal("https://a.example/h", {}), WebhookErrorCode::invalid_value);
  EXPECT_EQ(subscriptions_.create(caller(), kOwner, {"https://a.example/h", std::string(257, 'x'), {}}).error().pointer,
            "/description");
  EXPECT_EQ(subscriptions_.create(caller(), kOwner, {"https://a.example/h", "a\nb", {}}).error().pointer,
            "/description");
  EXPECT_EQ(database_.sql("SELECT count(*) FROM webhooks.endpoint").front().front(), "0");
  EXPECT_EQ(database_.sql("SELECT count(*) FROM base.audit").front().front(), "0");
  const auto id = create("https://a.example/h")->endpoint.id;
  const auto moved = subscriptions_.update(caller(), kOwner, id,
                                           {.url = "https://10.0.0.1/", .description = {}, .events = {}, .status = {}});
  EXPECT_EQ(moved.error().code, WebhookErrorCode::url_refused);
  EXPECT_EQ(subscriptions_.get(caller(), kOwner, id)->url, "https://a.example/h");
}

TEST_F(WebhookSubscriptions, RacingCreationsStopAtTheLimit) {
  std::latch start(8);
  std::atomic<int> made{0};
  std::atomic<int> refused{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&, i] {
        start.arrive_and_wait();
        const auto created = create("https://a" + std::to_string(i) + ".example/h");
        if (created) {
          ++made;
        } else if (created.error().code == WebhookErrorCode::too_many_endpoints) {
          ++refused;
        }
      });
    }
  }
  EXPECT_EQ(made.load(), 3);
  EXPECT_EQ(refused.load(), 5);
  EXPECT_TRUE(create("https://b.example/h", {"*"}, kStranger).has_value()) << "the limit is each client's own";
}

TEST_F(WebhookSubscriptions, SecretsAreSealedInTheTable) {
  const auto created = create("https://a.example/h");
  const auto rotated = subscriptions_.rotate_secret(caller(), kOwner, created->endpoint.id, 3600s);
  ASSERT_TRUE(rotated.has_value());
  std::string dump;
  for (const char* table : {"webhooks.endpoint", "webhooks.signing_key", "base.audit"}) {
    for (const auto& row : database_.sql(std::string("SELECT t::text FROM ") + table + " t"))
      dump += row.front() + "\n";
  }
  for (const auto* whsec : {&created->whsec, &rotated->whsec}) {
    const std::string encoded(whsec->reveal().substr(6));
    EXPECT_EQ(dump.find(encoded), std::string::npos);
    EXPECT_EQ(dump.find(base::hex_encode(*base::base64_decode(encoded))), std::string::npos);
  }
  EXPECT_EQ(database_.sql("SELECT count(*) FROM webhooks.signing_key").front().front(), "2");
}

TEST_F(WebhookSubscriptions, RotationsKeepTenOldSecretsAndNoMore) {
  const auto id = create("https://a.example/h")->endpoint.id;
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(subscriptions_.rotate_secret(caller(), kOwner, id, 3600s).has_value()) << i;
  }
  EXPECT_EQ(subscriptions_.rotate_secret(caller(), kOwner, id, 3600s).error().code, WebhookErrorCode::too_many_secrets);
  EXPECT_EQ(subscriptions_.rotate_secret(caller(), kOwner, id, 604801s).error().code, WebhookErrorCode::invalid_value);
  clock_.advance(1h);
  EXPECT_TRUE(subscriptions_.rotate_secret(caller(), kOwner, id, 0s).has_value());
  EXPECT_EQ(database_.sql("SELECT count(*) FROM webhooks.signing_key").front().front(), "1");
}

TEST_F(WebhookSubscriptions, DeliveriesComeInPagesNewestFirst) {
  const auto id = create("https://a.example/h")->endpoint.id;
  for (int i = 0; i < 5; ++i) {
    clock_.advance(1s);
    ASSERT_TRUE(deliveries_.send_test(caller(), kOwner, id).has_value());
  }
  webhooks::DeliveryFilter filter;
  filter.limit = 2;
  std::vector<webhooks::Delivery> seen;
  for (int page = 0; page < 3; ++page) {
    const auto read = deliveries_.list(caller(), kOwner, filter);
    ASSERT_TRUE(read.has_value());
    for (const auto& delivery : read->items) seen.push_back(delivery);
    EXPECT_EQ(read->next.has_value(), page < 2);
    filter.before = read->next;
  }
  ASSERT_EQ(seen.size(), 5u);
  for (std::size_t i = 1; i < seen.size(); ++i) EXPECT_GT(seen[i - 1].created_at, seen[i].created_at);
  EXPECT_TRUE(deliveries_.list(caller(), kStranger, {})->items.empty());
}

}  // namespace
