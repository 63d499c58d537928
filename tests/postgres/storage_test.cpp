// What expires leaves nothing behind: weeks of it, and no more rows and partitions at the end than after the first
// days.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/crypto/hash.h"
#include "base/db/partitions.h"
#include "base/migrations.h"
#include "base/system_clock.h"
#include "consent/migrations.h"
#include "consent/sca/customer_sessions.h"
#include "consent/store/statements.h"
#include "oauth/migrations.h"
#include "oauth/store/client_store.h"
#include "oauth/store/code_store.h"
#include "oauth/store/jti_store.h"
#include "oauth/store/pushed_request_store.h"
#include "oauth/store/statements.h"
#include "tests/support/database.h"

namespace {

using namespace std::chrono_literals;

constexpr int kWeeks = 2;
constexpr int kAhead = 3;  // partitions made for days to come

std::vector<base::db::Migration> all_migrations() {
  auto all = base::migrations();
  for (auto& migration : oauth::migrations()) all.push_back(std::move(migration));
  for (auto& migration : consent::migrations()) all.push_back(std::move(migration));
  return all;
}

std::vector<base::db::Statement> all_statements() {
  auto all = oauth::statements();
  for (const auto& part : {consent::statements(), base::db::partition_statements()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

struct Storage : testing::Test {
  Storage() {
    database.sql("INSERT INTO base.brand VALUES ('aldgate')");
    database.sql("INSERT INTO base.bank VALUES ('aldgate', 'sandbox')");
  }
  base::Caller caller() const { return {{brand, base::BankId("sandbox")}, {now, now}, {}, database.deadline(30s)}; }
  std::string hash() { return base::crypto::sha256(std::to_string(++counter)); }

  // One of everything that expires, as the endpoints write it.
  void use() {
    base::db::with_transaction(*pool, caller().deadline, [&](base::db::Transaction& tx) {
      oauth::use_assertion_jti(tx, brand, base::ClientId("app"), "client_assertion", hash(), now + 60s);
      oauth::use_assertion_jti(tx, brand, base::ClientId("app"), "request_object", hash(), now + 3600s);
      oauth::use_proof_jti(tx, brand, "jkt", hash(), now + 300s);
      oauth::revoke_access_token(tx, brand, hash(), now + 600s);
      oauth::PushedRequest request;
      request.client = base::ClientId("app");
      request.pushed_at = now;
      request.expires_at = now + 90s;
      request.ends_at = oauth::whole_seconds(now + 1800s);
      oauth::insert_pushed_request(tx, brand, request, oauth::new_handle(request.ends_at, entropy), hash());
      oauth::CodeRow code;
      code.client = base::ClientId("app");
      code.grant = base::new_id<base::GrantId>(now, entropy);
      oauth::insert_code(tx, brand, oauth::new_handle(now + 60s, entropy), code, now);
      return 0;
    });
    sessions.start(caller());
  }

  // What a node does beside requests.
  void clean() {
    base::db::with_transaction(*pool, caller().deadline,
                               [&](base::db::Transaction& tx) { return oauth::delete_expired(tx, now, 10000); });
    sessions.purge(caller());
    base::db::keep_partitions(*pool, caller().deadline, now, kAhead);
  }

  int number(const std::string& query) { return std::stoi(database.sql(query).front().front()); }
  int rows(const std::string& table) { return number("SELECT count(*) FROM " + table); }
  int partitions(const std::string& table) {
    return number("SELECT count(*) FROM pg_inherits WHERE inhparent = '" + table + "'::regclass");
  }

  tests::Database database{all_migrations()};
  std::unique_ptr<base::db::PostgresPool> pool = database.pool(all_statements(), 2);
  base::SystemEntropy entropy;
  consent::CustomerSessions sessions{*pool, entropy, {}};
  const base::BrandId brand{"aldgate"};
  // The partition keeper believes no time to come: weeks that end today.
  base::Instant now = base::SystemProtocolClock().now() - std::chrono::weeks(kWeeks);
  int counter = 0;
};

TEST_F(Storage, WeeksOfUseLeaveNoMoreBehindThanTheFirstDays) {
  const std::vector<std::string> tables{"oauth.assertion_jti",        "oauth.proof_jti",
                                        "oauth.revoked_access_token", "oauth.pushed_request",
                                        "oauth.authorization_code",   "consent.customer_session"};
  std::map<std::string, int> most_rows_in_the_first_week;
  std::map<std::string, int> most_partitions_in_the_first_week;
  base::db::keep_partitions(*pool, caller().deadline, now, kAhead);
  for (int hour = 0; hour < 24 * 7 * kWeeks; hour += 4) {
    use();
    now += 4h;
    clean();
    for (const auto& table : tables) {
      int& most_rows = most_rows_in_the_first_week[table];
      if (hour < 24 * 7) {
        most_rows = std::max(most_rows, rows(table));
      } else {
        ASSERT_LE(rows(table), most_rows) << table << " grows, hour " << hour;
      }
    }
    for (const char* table : {"oauth.pushed_request", "oauth.authorization_code"}) {
      int& most = most_partitions_in_the_first_week[table];
      if (hour < 24 * 7) {
        most = std::max(most, partitions(table));
      } else {
        ASSERT_LE(partitions(table), most) << table << " gains partitions, hour " << hour;
      }
    }
  }

  // What is deleted is gone as soon as it is over; what lies in partitions goes with its day.
  for (const char* swept : {"oauth.assertion_jti", "oauth.proof_jti", "oauth.revoked_access_token"}) {
    EXPECT_EQ(rows(swept), 0) << swept;
  }
  EXPECT_EQ(rows("consent.customer_session"), 0);
  constexpr int kADay = 6;  // uses
  EXPECT_LE(rows("oauth.pushed_request"), 3 * kADay) << "kept a day beyond their own";
  EXPECT_LE(rows("oauth.authorization_code"), 4 * kADay) << "kept two";
  EXPECT_LE(partitions("oauth.pushed_request"), 1 + 1 + 1 + 1 + kAhead)
      << "kept, today, yesterday's rest, default, ahead";
  EXPECT_LE(partitions("oauth.authorization_code"), 1 + 2 + 1 + 1 + kAhead);
  EXPECT_EQ(rows("oauth.pushed_request_default"), 0);
  EXPECT_EQ(rows("oauth.authorization_code_default"), 0);
}

TEST_F(Storage, WithoutTheKeeperWhatExpiresStays) {
  base::db::keep_partitions(*pool, caller().deadline, now, kAhead);
  for (int day = 0; day < 6; ++day) {
    use();
    now += 24h;
  }
  EXPECT_EQ(rows("oauth.pushed_request"), 6);
  EXPECT_EQ(rows("oauth.assertion_jti"), 12);
  EXPECT_GT(rows("oauth.pushed_request_default"), 0) << "days without a partition of their own";
  clean();
  EXPECT_EQ(rows("oauth.assertion_jti"), 0);
  EXPECT_LE(rows("oauth.pushed_request") - rows("oauth.pushed_request_default"), 2);
}

}  // namespace
