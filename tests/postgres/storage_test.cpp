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
#include "oauth/store/grant_store.h"
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

// What of a grant is over, and what is not yet or never is by itself.
TEST_F(Storage, GrantsGoWithTheirRefreshTokensWhenNothingRestsOnThemAnyMore) {
  now = base::SystemProtocolClock().now();
  oauth::Client client;
  client.id = base::ClientId("app");
  client.name = "App";
  client.scope = "accounts";
  base::db::with_transaction(*pool, caller().deadline,
                             [&](base::db::Transaction& tx) { return oauth::insert_client(tx, brand, client, now); });
  struct Case {
    const char* name;
    bool long_lived;
    const char* consent;
    std::chrono::hours made;                  // ago
    std::optional<std::chrono::hours> ended;  // ago
    bool stays;
  };
  const std::vector<Case> cases{
      {"ended long ago", true, "c1", 24h * 90, 24h * 31, false},
      {"ended lately", true, "c2", 24h * 90, 24h * 29, true},
      {"of a consent that lasts", true, "c3", 24h * 900, std::nullopt, true},
      {"of a consent, without a refresh token", false, "c4", 24h * 90, std::nullopt, true},
      {"refreshed for ever", true, "", 24h * 900, std::nullopt, true},
      {"one access token, yesterday", false, "", 25h, std::nullopt, false},
      {"one access token, today", false, "", 23h, std::nullopt, true},
  };
  std::map<std::string, std::pair<base::GrantId, std::string>> of;
  for (const Case& one : cases) {
    oauth::Grant grant;
    grant.id = base::new_id<base::GrantId>(now, entropy);
    grant.client = base::ClientId("app");
    grant.psu = base::PsuId("psu-alice");
    grant.consent = base::ConsentId(one.consent);
    grant.long_lived = one.long_lived;
    grant.auth_time = now - one.made;
    const std::string token = hash();
    base::db::with_transaction(*pool, caller().deadline, [&](base::db::Transaction& tx) {
      oauth::insert_grant(tx, brand, grant, now - one.made);
      if (one.long_lived) oauth::insert_refresh_token(tx, brand, token, grant.client, grant.id, now - one.made);
      if (one.ended) oauth::end_live_grant(tx, brand, grant.id, now - *one.ended, "revoked");
      return 0;
    });
    of.emplace(one.name, std::pair(grant.id, token));
  }
  const auto sweep = [&](base::Instant at) {
    return base::db::with_transaction(*pool, caller().deadline, [&](base::db::Transaction& tx) {
      return oauth::delete_grants_past_use(tx, at, 100);
    });
  };
  EXPECT_EQ(sweep(now), 2);
  EXPECT_EQ(sweep(now), 0);
  EXPECT_EQ(sweep(now + 24h * 365), 0) << "a clock that runs ahead deletes nothing";
  for (const Case& one : cases) {
    const auto& [id, token] = of.at(one.name);
    EXPECT_EQ(rows("oauth.authorization_grant WHERE grant_id = '" + id.str() + "'"), one.stays ? 1 : 0) << one.name;
    const bool known =
        base::db::with_transaction(*pool, caller().deadline, [&, &token = token](base::db::Transaction& tx) {
          return oauth::find_refresh_token(tx, brand, token).has_value();
        });
    EXPECT_EQ(known, one.stays && one.long_lived) << one.name;
  }
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
