// Evidence, events, the journal, partitions and migrations, with the rights of the roles that use them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <latch>
#include <thread>

#include "base/db/audit_store.h"
#include "base/db/migrate.h"
#include "base/db/outbox_store.h"
#include "base/db/partitions.h"
#include "base/db/postgres_pool.h"
#include "base/db/request_journal.h"
#include "base/db/sql.h"
#include "base/migrations.h"
#include "tests/support/database.h"

namespace base::db {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Instant day(int year, unsigned month, unsigned number) {
  return std::chrono::sys_days(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(number));
}

std::vector<Statement> all_statements() {
  std::vector<Statement> all = OutboxStore::statements();
  for (auto&& list : {AuditStore::statements(), RequestJournal::statements(), partition_statements()})
    all.insert(all.end(), list.begin(), list.end());
  return all;
}

class BaseStores : public testing::Test {
 protected:
  AuditEntry entry(const std::string& object, const std::string& interaction = "i-1") {
    AuditEntry made;
    made.tenant = {BrandId("aldgate"), BankId("sandbox")};
    made.at = day(2026, 1, 5) + 9h + 123456us;
    made.actor_kind = ActorKind::psu;
    made.actor = "psu-1";
    made.action = "consent.authorise";
    made.object_kind = "consent";
    made.object = object;
    made.outcome = "ok";
    made.reason = "the customer allowed";
    made.interaction = InteractionId(interaction);
    made.facts = {{"accounts", "2"}, {"status", "authorised\"\\"}};
    return made;
  }
  void record(const AuditEntry& what) {
    pool->run(database.deadline(), [&](Transaction& tx) {
      audit.record(tx, what);
      return true;
    });
  }
  void expect_forbidden(const std::string& sql) {
    auto settings = database.service_settings(1);
    PostgresPool service(std::move(settings), {{"test.forbidden", sql.c_str()}}, database.clock(), database.metrics());
    EXPECT_THROW(service.run(database.deadline(),
                             [&](Transaction& tx) {
                               exec(tx, {"test.forbidden", ""});
                               return true;
                             }),
                 pqxx::insufficient_privilege)
        << sql;
  }

  tests::Database database{base::migrations()};
  std::unique_ptr<PostgresPool> pool = database.pool(all_statements());
  AuditStore audit;
  OutboxStore outbox;
};

TEST_F(BaseStores, AnAuditRowComesBackAsItWasWritten) {
  record(entry("c-1"));
  record(entry("c-2", "i-2"));
  record(entry("c-1", "i-2"));
  const auto rows =
      read_only(*pool, database.deadline(), [&](Transaction& tx) { return audit_of_object(tx, "consent", "c-1"); });
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_LT(rows[0].seq, rows[1].seq);
  const auto want = entry("c-1");
  EXPECT_EQ(rows[0].entry.at, want.at);
  EXPECT_EQ(rows[0].entry.actor_kind, want.actor_kind);
  EXPECT_EQ(rows[0].entry.facts, want.facts);
  EXPECT_EQ(rows[0].entry.reason, want.reason);
  EXPECT_EQ(rows[0].entry.tenant.bank, want.tenant.bank);
  const auto by_interaction = read_only(
      *pool, database.deadline(), [&](Transaction& tx) { return audit_of_interaction(tx, InteractionId("i-2")); });
  ASSERT_EQ(by_interaction.size(), 2u);
  EXPECT_EQ(by_interaction[0].entry.object, "c-2");
  EXPECT_THAT(read_only(*pool, database.deadline(), [&](Transaction& tx) { return audit_of_interaction(tx, {}); }),
              IsEmpty());
}

TEST_F(BaseStores, TheServiceRoleCannotChangeHistory) {
  record(entry("c-1"));
  for (const char* sql :
       {"UPDATE base.audit SET reason = 'nothing happened'", "DELETE FROM base.audit", "DELETE FROM base.audit_default",
        "TRUNCATE base.audit", "DROP TABLE base.audit_default", "UPDATE base.outbox SET data = '{}'",
        "DELETE FROM base.outbox", "DELETE FROM base.request_journal", "UPDATE base.migration SET sha256 = ''",
        "INSERT INTO base.partitioned (parent, step, keep) VALUES ('base.outbox', 'day', '0')",
        "UPDATE base.partitioned SET keep = '0'", "CREATE TABLE base.mine (a int)", "CREATE SCHEMA mine",
        "ALTER TABLE base.audit DISABLE TRIGGER ALL"})
    expect_forbidden(sql);
  EXPECT_EQ(database.sql("SELECT reason FROM base.audit")[0][0], "the customer allowed");
}

TEST_F(BaseStores, AnAuditRowCannotClaimAnotherTransaction) {
  record(entry("c-1"));
  record(entry("c-2"));
  EXPECT_EQ(database.sql("SELECT count(DISTINCT xid) FROM base.audit")[0][0], "2");
}

TEST_F(BaseStores, AnEventIsThereWhenItsTransactionCommittedAndWakesTheRelay) {
  auto listener = pool->listen(kOutboxChannel);
  listener->wait(10s);
  Event event;
  event.id = "018d0000-0000-7000-8000-000000000001";
  event.tenant = {BrandId("aldgate"), BankId("sandbox")};
  event.client = ClientId("demo-dpop");
  event.type = "consent.authorised";
  event.subject = "c-1";
  event.occurred_at = day(2026, 1, 5);
  event.data_json = R"({"consent_id":"c-1"})";
  pool->run(database.deadline(), [&](Transaction& tx) {
    outbox.append(tx, event);
    return false;
  });
  EXPECT_EQ(database.sql("SELECT count(*) FROM base.outbox")[0][0], "0");
  pool->run(database.deadline(), [&](Transaction& tx) {
    outbox.append(tx, event);
    return true;
  });
  EXPECT_TRUE(listener->wait(30s));
  EXPECT_THAT(database.sql("SELECT id, client_id, type, subject, data ->> 'consent_id' FROM base.outbox")[0],
              ElementsAre(event.id, "demo-dpop", "consent.authorised", "c-1", "c-1"));
  EXPECT_THROW(pool->run(database.deadline(),
                         [&](Transaction& tx) {
                           outbox.append(tx, event);
                           return true;
                         }),
               pqxx::unique_violation);
}

observe::RequestEvent request(int number, const std::string& interaction) {
  observe::RequestEvent event;
  event.at = day(2026, 1, 5) + std::chrono::milliseconds(number);
  event.interaction = InteractionId(interaction);
  event.route = "/token";
  event.status = 400;
  event.refuse("invalid_grant", "code used twice \xff \"quoted\", \\ {braces}");
  return event;
}

TEST_F(BaseStores, TheJournalHoldsEveryEventAfterAFlush) {
  {
    RequestJournal journal(*pool, database.clock(), database.metrics(), {.batch = 7, .every = 1h});
    for (int i = 0; i < 100; ++i) journal.append(request(i, i % 2 == 0 ? "even" : "odd"));
    journal.flush();
    const auto rows = read_only(*pool, database.deadline(),
                                [](Transaction& tx) { return journal_of_interaction(tx, InteractionId("odd")); });
    ASSERT_EQ(rows.size(), 50u);
    EXPECT_EQ(rows[0].at, request(1, "odd").at);
    EXPECT_THAT(rows[0].event_json, HasSubstr("\"error\": \"invalid_grant\""));
    journal.append(request(1000, "last"));
  }
  EXPECT_EQ(database.sql("SELECT count(*) FROM base.request_journal WHERE interaction = 'last'")[0][0], "1");
}

class Broken final : public Pool {
 public:
  void run(Deadline, const std::function<bool(Transaction&)>&) override { throw Unavailable("away"); }
  void read(Deadline, const std::function<void(Transaction&)>&) override { throw Unavailable("away"); }
};

TEST_F(BaseStores, TheJournalDropsAndCountsWhenTheDatabaseIsAway) {
  Broken away;
  RequestJournal journal(away, database.clock(), database.metrics(), {.every = 1h});
  for (int i = 0; i < 5; ++i) journal.append(request(i, "x"));
  journal.flush();
  EXPECT_THAT(database.metrics().text(), HasSubstr("aldgate_journal_dropped_total{reason=\"database\"} 5"));
}

// Blocks its caller until told.
class Stuck final : public Pool {
 public:
  void run(Deadline, const std::function<bool(Transaction&)>&) override {
    entered.count_down();
    go.wait();
  }
  void read(Deadline, const std::function<void(Transaction&)>&) override {}
  std::latch entered{1}, go{1};
};

TEST_F(BaseStores, TheJournalNeverBlocksARequestAndCountsWhatDoesNotFit) {
  Stuck stuck;
  {
    RequestJournal journal(stuck, database.clock(), database.metrics(), {.queue = 3, .batch = 1, .every = 1ms});
    journal.append(request(0, "x"));
    stuck.entered.wait();
    for (int i = 0; i < 10; ++i) journal.append(request(i, "x"));
    EXPECT_THAT(database.metrics().text(), HasSubstr("aldgate_journal_dropped_total{reason=\"full\"} 7"));
    stuck.entered.try_wait();
    stuck.go.count_down();
  }
}

TEST_F(BaseStores, PartitionsAreMadeAheadAndRowsFallIntoThem) {
  database.sql("UPDATE base.partitioned SET keep = '30 days' WHERE parent = 'base.request_journal'");
  const auto report = keep_partitions(*pool, database.deadline(), day(2024, 5, 30) + 13h, 2);
  EXPECT_THAT(report.made, ElementsAre("base.audit_p20240501", "base.audit_p20240601", "base.audit_p20240701",
                                       "base.request_journal_p20240530", "base.request_journal_p20240531",
                                       "base.request_journal_p20240601"));
  EXPECT_THAT(report.dropped, IsEmpty());
  EXPECT_THAT(keep_partitions(*pool, database.deadline(), day(2024, 5, 30) + 14h, 2).made, IsEmpty());
  auto what = entry("c-1");
  what.at = day(2024, 5, 31) + 23h + 59min;
  record(what);
  EXPECT_EQ(database.sql("SELECT tableoid::regclass FROM base.audit")[0][0], "base.audit_p20240501");
}

TEST_F(BaseStores, RowsThatCameBeforeTheirPartitionMoveIntoIt) {
  auto what = entry("early");
  what.at = day(2024, 5, 31);
  record(what);
  record(entry("elsewhere"));
  keep_partitions(*pool, database.deadline(), day(2024, 5, 30), 0);
  const auto rows =
      database.sql("SELECT tableoid::regclass, object, seq, xid IS NOT NULL FROM base.audit ORDER BY seq");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_THAT(rows[0], ElementsAre("base.audit_p20240501", "early", "1", "t"));
  EXPECT_THAT(rows[1], ElementsAre("base.audit_default", "elsewhere", "2", "t"));
  record(entry("later"));
  EXPECT_EQ(database.sql("SELECT max(seq) FROM base.audit")[0][0], "3");
}

TEST_F(BaseStores, OldPartitionsAreDroppedWhenTheirTimeToStayIsOverAndNotBefore) {
  keep_partitions(*pool, database.deadline(), day(2024, 5, 1), 1);
  EXPECT_THAT(keep_partitions(*pool, database.deadline(), day(2024, 6, 1) - 1us, 0).dropped,
              Contains("base.request_journal_p20240501").Times(0));
  const auto later = keep_partitions(*pool, database.deadline(), day(2024, 6, 1), 0);
  EXPECT_THAT(later.dropped, ElementsAre("base.request_journal_p20240501"));
  // Evidence has no time to stay.
  EXPECT_THAT(database.sql("SELECT to_regclass('base.audit_p20240501')::text")[0][0], "base.audit_p20240501");
}

TEST_F(BaseStores, ATimeInTheFutureDropsNothing) {
  const auto now = std::chrono::floor<std::chrono::days>(base::SystemProtocolClock().now());
  keep_partitions(*pool, database.deadline(), now, 0);
  EXPECT_THAT(keep_partitions(*pool, database.deadline(), now + 24h * 3650, 0).dropped, IsEmpty());
}

TEST_F(BaseStores, ManyNodesKeepPartitionsAtOnce) {
  std::vector<std::future<PartitionReport>> nodes;
  for (int i = 0; i < 4; ++i)
    nodes.push_back(std::async(std::launch::async,
                               [&] { return keep_partitions(*pool, database.deadline(60s), day(2024, 5, 30), 3); }));
  std::size_t made = 0;
  for (auto& node : nodes) made += node.get().made.size();
  EXPECT_EQ(made, 8u);
}

std::vector<Migration> with(std::vector<Migration> more) {
  auto all = base::migrations();
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

TEST(Migrate, AppliesInOrderOnceAndRecordsWhatItDid) {
  const auto database = tests::Database::empty();
  const auto all = with({{"shop", 1, "0001_goods", "CREATE TABLE shop.goods (id int);"},
                         {"shop", 2, "0002_price", "ALTER TABLE shop.goods ADD price int;"}});
  EXPECT_THAT(pending(database->owner_conninfo(), all), Contains("shop/0002_price"));
  EXPECT_THAT(migrate(database->owner_conninfo(), all).applied, Contains("shop/0001_goods"));
  EXPECT_THAT(pending(database->owner_conninfo(), all), IsEmpty());
  EXPECT_THAT(pending(database->service_conninfo(), all), IsEmpty());
  EXPECT_THAT(migrate(database->owner_conninfo(), all).applied, IsEmpty());
  const auto rows =
      database->sql("SELECT module, number, applied_by FROM base.migration WHERE module = 'shop' ORDER BY number");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_THAT(rows[1], ElementsAre("shop", "2", "aldgate_owner"));
  EXPECT_EQ(database->sql("SELECT has_schema_privilege('aldgate_service', 'shop', 'USAGE'),"
                          " has_schema_privilege('aldgate_service', 'shop', 'CREATE')")[0],
            (std::vector<std::string>{"t", "f"}));
}

TEST(Migrate, AChangedTextIsRefusedBeforeAnythingIsDone) {
  const auto database = tests::Database::empty();
  migrate(database->owner_conninfo(), with({{"shop", 1, "0001_goods", "CREATE TABLE shop.goods (id int);"}}));
  const auto changed = with({{"shop", 1, "0001_goods", "CREATE TABLE shop.goods (id bigint);"},
                             {"shop", 2, "0002_more", "CREATE TABLE shop.more (id int);"}});
  try {
    migrate(database->owner_conninfo(), changed);
    FAIL() << "it went on";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("shop/0001_goods"));
  }
  EXPECT_THROW(pending(database->owner_conninfo(), changed), std::runtime_error);
  EXPECT_EQ(database->sql("SELECT to_regclass('shop.more') IS NULL")[0][0], "t");
}

TEST(Migrate, AFailingMigrationChangesNothingAndThoseBeforeItStay) {
  const auto database = tests::Database::empty();
  const auto all = with({{"shop", 1, "0001_goods", "CREATE TABLE shop.goods (id int);"},
                         {"shop", 2, "0002_bad", "CREATE TABLE shop.half (id int); SELECT 1/0;"}});
  try {
    migrate(database->owner_conninfo(), all);
    FAIL() << "it went on";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("shop/0002_bad"));
  }
  EXPECT_EQ(database->sql("SELECT to_regclass('shop.goods') IS NOT NULL, to_regclass('shop.half') IS NULL")[0],
            (std::vector<std::string>{"t", "t"}));
  EXPECT_THAT(pending(database->owner_conninfo(), all), ElementsAre("shop/0002_bad"));
}

TEST(Migrate, GapsDoublesAndOddNamesAreRefused) {
  const auto database = tests::Database::empty();
  for (const auto& bad : std::vector<std::vector<Migration>>{{{"shop", 2, "0002_gap", ""}},
                                                             {{"shop", 1, "0001_a", ""}, {"shop", 1, "0001_b", ""}},
                                                             {{"shop; DROP", 1, "0001_a", ""}},
                                                             {{"", 1, "0001_a", ""}}})
    EXPECT_THROW(migrate(database->owner_conninfo(), with(bad)), std::runtime_error);
}

TEST(Migrate, ManyAtOnceApplyEachOnce) {
  const auto database = tests::Database::empty();
  const auto all = with({{"shop", 1, "0001_goods", "CREATE TABLE shop.goods (id int);"}});
  std::vector<std::future<std::size_t>> nodes;
  for (int i = 0; i < 4; ++i)
    nodes.push_back(
        std::async(std::launch::async, [&] { return migrate(database->owner_conninfo(), all).applied.size(); }));
  std::size_t applied = 0;
  for (auto& node : nodes) applied += node.get();
  EXPECT_EQ(applied, all.size());
}

TEST(Migrate, NoServerIsOnePlainSentence) {
  try {
    migrate("host=/nonexistent dbname=x", base::migrations());
    FAIL() << "it connected";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("no connection to PostgreSQL"));
    EXPECT_THAT(error.what(), Not(HasSubstr("\n")));
  }
}

}  // namespace
}  // namespace base::db
