// The Account and Transaction API from request to response, over the real consents, policy and sandbox bank in
// PostgreSQL.
#include "gateway/partner_api/open_banking_uk/aisp_endpoints.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/encoding.h"
#include "base/json/strict.h"
#include "base/migrations.h"
#include "connectors/migrations.h"
#include "connectors/sandbox/sandbox_bank.h"
#include "connectors/sandbox/seed.h"
#include "connectors/store/statements.h"
#include "consent/migrations.h"
#include "consent/services/account_access_consents.h"
#include "consent/services/consent_access.h"
#include "consent/services/consent_authorisation.h"
#include "consent/store/statements.h"
#include "tests/support/database.h"
#include "tests/support/fakes.h"

namespace gateway {
namespace {

using namespace std::chrono_literals;
using base::http::Header;
using base::http::Response;
using base::json::Value;

const base::Instant kNow = base::Instant(std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)) + 15h;
const base::Tenant kTenant{base::BrandId("aldgate"), base::BankId("sandbox")};
const base::ClientId kTpp("tpp"), kOtherTpp("other-tpp");
const std::string kBase = "https://bank.test/open-banking/v4.0";

class SilentOutbox final : public base::db::Outbox {
 public:
  void append(base::db::Transaction&, const base::db::Event&) override {}
};
class SilentAudit final : public base::db::AuditTrail {
 public:
  void record(base::db::Transaction&, const base::db::AuditEntry&) override {}
};
class NoGrants final : public consent::GrantEnder {
 public:
  int end_grants(base::db::Transaction&, const base::Caller&, const base::ConsentId&, const std::string&) override {
    return 0;
  }
};
class NoLimits final : public base::http::AfterAuthentication {
 public:
  std::optional<Response> refuse(base::http::Call&, const base::ClientId&) override { return std::nullopt; }
};

std::vector<base::db::Migration> schema() {
  auto all = base::migrations();
  for (auto&& list : {consent::migrations(), connectors::migrations()}) all.insert(all.end(), list.begin(), list.end());
  return all;
}
std::vector<base::db::Statement> all_statements() {
  auto all = connectors::statements();
  for (const auto& statement : consent::statements()) all.push_back(statement);
  return all;
}

struct World {
  tests::Database database{schema()};
  std::unique_ptr<base::db::PostgresPool> pool = database.pool(all_statements());
  base::crypto::KeyEncryptionKey key =
      base::crypto::KeyEncryptionKey::from_bytes(base::Secret::copy_of(std::string(32, 'k')));
  tests::SeededEntropy entropy;
  connectors::SandboxBank bank{*pool, key};
  connectors::Registry banks{{{kTenant.bank, {connectors::sandbox_capabilities(), &bank, &bank, &bank}}}};
  SilentOutbox outbox;
  SilentAudit audit;
  NoGrants grants;
  consent::ConsentChanges changes{outbox, audit, grants, entropy};
  consent::AccountAccessConsents consents{*pool, changes, entropy, consent::served_permissions()};
  consent::ConsentAuthorisation authorisation{*pool, changes};
  consent::ConsentAccess access;
  policy::AccessClocks clocks = policy::access_clocks(policy::Region::eu);
  consent::UnattendedAccess unattended{clocks};
  AccountInformationApiDeps deps{
      *pool, consents, access, unattended, clocks, banks, kBase, "https://mtls.test/open-banking/v4.0", 100};
};

class AispEndpointsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    world_ = new World;
    base::db::with_transaction(*world_->pool, world_->database.deadline(60s), [](base::db::Transaction& tx) {
      return connectors::seed_sandbox(tx, caller(kNow), world_->key, world_->entropy).customers;
    });
  }
  static void TearDownTestSuite() {
    delete world_;
    world_ = nullptr;
  }
  static World* world_;

  static base::Caller caller(base::Instant now) {
    return {kTenant,
            {now, now},
            base::InteractionId("93bac548-d2de-4546-b106-880a5018460d"),
            world_->database.deadline(60s)};
  }
  static base::PsuId psu(const std::string& username) {
    return *world_->bank.find_username({.caller = caller(kNow), .idempotency_key = ""}, username).value();
  }
  static std::set<base::AccountId> accounts_of(const std::string& username) {
    std::set<base::AccountId> ids;
    for (const auto& account :
         world_->bank.shareable_accounts({.caller = caller(kNow), .idempotency_key = ""}, psu(username)).value()) {
      ids.insert(account.account);
    }
    return ids;
  }

  struct Reply {
    int status;
    base::http::Headers headers;
    Value body;
    std::string raw;
    std::string error, reason;
    std::string code() const { return body.is_object() ? body["Errors"][0]["ErrorCode"].get<std::string>() : ""; }
  };
  // `endpoint` gets the AispEndpoints and the call.
  template <class Endpoint>
  static Reply send(const Endpoint& endpoint, const std::vector<Header>& headers = {}, const std::string& body = "",
                    const std::string& query = "", std::vector<std::string> path_values = {},
                    base::Instant now = kNow, bool attended = true) {
    base::http::Request request;
    for (const auto& header : headers) request.headers.add(header.name, header.value);
    // The customer is there unless a test says otherwise: uses without are counted.
    if (attended && request.headers.count("x-fapi-customer-ip-address") == 0) {
      request.headers.add("x-fapi-customer-ip-address", "198.51.100.7");
    }
    request.body = body;
    request.raw_query = query;
    base::observe::RequestEvent event;
    event.interaction = base::InteractionId("93bac548-d2de-4546-b106-880a5018460d");
    NoLimits no_limits;
    base::http::Call call{request, caller(now), std::move(path_values), event, no_limits};
    AispEndpoints endpoints(world_->deps);
    const Response response = endpoint(endpoints, call);
    const auto parsed = base::json::parse_strict(response.body, {.max_bytes = 1 << 24});
    return {response.status, response.headers, parsed ? *parsed : Value(nullptr),
            response.body,   event.error,      event.reason};
  }

  static TokenFacts client_token(const base::ClientId& client = kTpp) {
    TokenFacts token;
    token.client = client;
    token.accounts_scope = true;
    return token;
  }
  static Reply create(const std::string& body, const TokenFacts& token = client_token()) {
    return send([&](AispEndpoints& e, base::http::Call& call) { return e.create_consent(call, token); },
                {{"Content-Type", "application/json"}}, body);
  }
  static Reply read(const std::string& id, const TokenFacts& token = client_token(), base::Instant now = kNow) {
    return send([&](AispEndpoints& e, base::http::Call& call) { return e.read_consent(call, token); }, {}, "", "", {id},
                now);
  }
  static Reply remove(const std::string& id, const TokenFacts& token = client_token()) {
    return send([&](AispEndpoints& e, base::http::Call& call) { return e.delete_consent(call, token); }, {}, "", "",
                {id});
  }

  // A consent that the customer authorised for these accounts, and the token under it.
  static TokenFacts authorised(const std::string& username, const std::string& permissions,
                               std::set<base::AccountId> chosen, const std::string& more = "") {
    const Reply created = create(R"({"Data":{"Permissions":[)" + permissions + "]" + more + R"(},"Risk":{}})");
    EXPECT_EQ(created.status, 201) << created.raw;
    TokenFacts token = client_token();
    token.consent = base::ConsentId(created.body["Data"]["ConsentId"].get<std::string>());
    token.psu = psu(username);
    const auto result =
        base::db::in_transaction(*world_->pool, world_->database.deadline(), [&](base::db::Transaction& tx) {
          return world_->authorisation.authorise(tx, caller(kNow),
                                                 {.client = kTpp,
                                                  .consent = token.consent,
                                                  .psu = token.psu,
                                                  .chosen = chosen,
                                                  .shareable = accounts_of(username),
                                                  .evidence = {"session", "shown"}});
        });
    EXPECT_TRUE(result.has_value());
    return token;
  }
  static constexpr const char* kEverything =
      R"("ReadAccountsDetail","ReadBalances","ReadTransactionsDetail","ReadTransactionsCredits","ReadTransactionsDebits")";

  static Reply accounts(const TokenFacts& token, std::optional<base::AccountId> account = std::nullopt,
                        base::Instant now = kNow) {
    return send([&](AispEndpoints& e, base::http::Call& call) { return e.accounts(call, token, account); }, {}, "", "",
                {}, now);
  }
  static Reply balances(const TokenFacts& token, std::optional<base::AccountId> account = std::nullopt) {
    return send([&](AispEndpoints& e, base::http::Call& call) { return e.balances(call, token, account); });
  }
  static Reply transactions(const TokenFacts& token, std::optional<base::AccountId> account = std::nullopt,
                            const std::string& query = "") {
    return send([&](AispEndpoints& e, base::http::Call& call) { return e.transactions(call, token, account); }, {}, "",
                query);
  }
};
World* AispEndpointsTest::world_ = nullptr;

TEST_F(AispEndpointsTest, AConsentIsCreatedReadAndRemoved) {
  const Reply created = create(
      R"({"Data":{"Permissions":["ReadAccountsBasic","ReadBalances"],"ExpirationDateTime":"2027-01-01T00:00:00Z"},"Risk":{}})");
  ASSERT_EQ(created.status, 201) << created.raw;
  const std::string id = created.body["Data"]["ConsentId"].get<std::string>();
  EXPECT_EQ(created.body["Data"]["Status"], "AWAU");
  EXPECT_EQ(created.body["Data"]["ExpirationDateTime"], "2027-01-01T00:00:00+00:00");
  EXPECT_EQ(created.body["Links"]["Self"], kBase + "/aisp/account-access-consents/" + id);
  EXPECT_EQ(read(id).body, created.body);
  EXPECT_EQ(read(id, client_token(), kNow + 24h * 365).body["Data"]["Status"], "RJCT")
      << "nobody authorised it in time";
  const Reply removed = remove(id);
  EXPECT_EQ(removed.status, 204);
  EXPECT_TRUE(removed.raw.empty());
  for (const Reply& gone : {read(id), remove(id)}) {
    EXPECT_EQ(gone.status, 400);
    EXPECT_EQ(gone.code(), "U011");
  }
}

// [OBIE-4.0-400-404] [OBIE-4.0-Security]
TEST_F(AispEndpointsTest, ConsentResourcesRefuse) {
  const std::string good = R"({"Data":{"Permissions":["ReadAccountsBasic"]},"Risk":{}})";
  const std::string id = create(good).body["Data"]["ConsentId"].get<std::string>();
  for (const std::string& unknown :
       {std::string("0195a000-0000-7000-8000-000000000001"), std::string("x"), std::string("'; --"), id + "0"}) {
    EXPECT_EQ(read(unknown).status, 400) << unknown;
    EXPECT_EQ(read(unknown).code(), "U011") << unknown;
    EXPECT_EQ(remove(unknown).code(), "U011") << unknown;
  }
  EXPECT_EQ(read(id, client_token(kOtherTpp)).status, 403);
  EXPECT_EQ(remove(id, client_token(kOtherTpp)).status, 403);
  EXPECT_EQ(read(id).status, 200) << "another TPP's attempt changed nothing";

  TokenFacts customers = client_token();
  customers.psu = psu("alice");
  customers.consent = base::ConsentId(id);
  TokenFacts scopeless = client_token();
  scopeless.accounts_scope = false;
  for (const TokenFacts& wrong : {customers, scopeless}) {
    EXPECT_EQ(create(good, wrong).status, 403);
    EXPECT_EQ(read(id, wrong).status, 403);
    EXPECT_EQ(remove(id, wrong).status, 403);
  }
}

TEST_F(AispEndpointsTest, ConsentBodiesAreRefusedWithCodeAndPathAndNothingIsWritten) {
  const auto before = world_->database.sql("SELECT count(*) FROM consent.consent");
  struct Case {
    const char* data;
    const char* code;
    const char* path;
  };
  for (
      const Case& c :
      {Case{R"("Permissions":["ReadBalances"])", "U002", "Data.Permissions"},
       Case{R"("Permissions":["ReadAccountsBasic","ReadTransactionsBasic"])", "U002", "Data.Permissions"},
       Case{R"("Permissions":["ReadAccountsBasic","ReadTransactionsDebits"])", "U002", "Data.Permissions"},
       Case{R"("Permissions":["ReadAccountsBasic","ReadOffers"])", "U002", "Data.Permissions"},
       Case{R"("Permissions":["ReadAccountsBasic","Nonsense"])", "U002", "Data.Permissions[1]"},
       Case{R"("Permissions":["ReadAccountsBasic"],"ExpirationDateTime":"2026-11-22T15:00:00Z")", "U003",
            "Data.ExpirationDateTime"},
       Case{
           R"("Permissions":["ReadAccountsBasic"],"TransactionFromDateTime":"2026-02-02T00:00:00Z","TransactionToDateTime":"2026-02-01T00:00:00Z")",
           "U003", "Data.TransactionToDateTime"},
       Case{R"("Permissions":["ReadAccountsBasic"],"Extra":1)", "U005", "Data.Extra"},
       Case{"", "U004", "Data.Permissions"}}) {
    const Reply reply = create(std::string(R"({"Data":{)") + c.data + R"(},"Risk":{}})");
    EXPECT_EQ(reply.status, 400) << c.data;
    EXPECT_EQ(reply.code(), c.code) << c.data;
    EXPECT_EQ(reply.body["Errors"][0]["Path"], c.path) << c.data;
    EXPECT_EQ(reply.body["Id"], "93bac548-d2de-4546-b106-880a5018460d");
    EXPECT_EQ(reply.error, std::string("UK.OBIE.") + c.code);
  }
  EXPECT_EQ(world_->database.sql("SELECT count(*) FROM consent.consent"), before);
}

TEST_F(AispEndpointsTest, SelectedAccountsOnly) {
  const auto all = accounts_of("alice");
  const base::AccountId chosen = *all.begin(), other = *all.rbegin();
  const TokenFacts token = authorised("alice", kEverything, {chosen});
  const Reply list = accounts(token);
  ASSERT_EQ(list.status, 200) << list.raw;
  ASSERT_EQ(list.body["Data"]["Account"].size(), 1u);
  EXPECT_EQ(list.body["Data"]["Account"][0]["AccountId"], chosen.str());
  EXPECT_EQ(list.body["Data"]["Account"][0]["Account"].size(), 2u);
  EXPECT_EQ(accounts(token, chosen).body["Data"], list.body["Data"]);
  EXPECT_EQ(balances(token).body["Data"]["Balance"].size(), 2u);
  EXPECT_EQ(balances(token, chosen).status, 200);
  EXPECT_EQ(transactions(token, chosen).status, 200);

  for (const auto& foreign : {other, *accounts_of("bob").begin()}) {
    for (const Reply& reply : {accounts(token, foreign), balances(token, foreign), transactions(token, foreign)}) {
      EXPECT_EQ(reply.status, 403);
      EXPECT_EQ(reply.code(), "U008");
    }
  }
  for (const char* unknown : {"0195a000-0000-7000-8000-000000000001", "x", "%00"}) {
    const Reply reply = accounts(token, base::AccountId(unknown));
    EXPECT_EQ(reply.status, 400) << unknown;
    EXPECT_EQ(reply.code(), "U011") << unknown;
  }
}

TEST_F(AispEndpointsTest, PermissionsAreEnforced) {
  const auto all = accounts_of("alice");
  const TokenFacts basic = authorised("alice", R"("ReadAccountsBasic")", all);
  EXPECT_EQ(accounts(basic).status, 200);
  EXPECT_EQ(accounts(basic).raw.find("SchemeName"), std::string::npos);
  EXPECT_EQ(balances(basic).status, 403);
  EXPECT_EQ(transactions(basic).status, 403);

  const TokenFacts debits =
      authorised("alice", R"("ReadAccountsBasic","ReadTransactionsBasic","ReadTransactionsDebits")", all);
  const Reply page = transactions(debits, *all.begin());
  ASSERT_EQ(page.status, 200);
  for (const Value& transaction : page.body["Data"]["Transaction"]) {
    EXPECT_EQ(transaction["CreditDebitIndicator"], "Debit");
    EXPECT_FALSE(transaction.contains("TransactionInformation"));
  }
}

TEST_F(AispEndpointsTest, ADeadConsentIs401WhateverIsAsked) {
  const auto all = accounts_of("carol");
  const TokenFacts token = authorised("carol", kEverything, all, R"(,"ExpirationDateTime":"2026-12-01T00:00:00Z")");
  const base::Instant expiry = base::Instant(std::chrono::sys_days(std::chrono::year(2026) / 12 / 1));
  EXPECT_EQ(accounts(token, std::nullopt, expiry - 1us).status, 200);
  const Reply expired = accounts(token, std::nullopt, expiry);
  EXPECT_EQ(expired.status, 401);
  EXPECT_TRUE(expired.raw.empty());

  TokenFacts another = token;
  another.psu = psu("bob");
  EXPECT_EQ(accounts(another).status, 401) << "the consent is another customer's";
  TokenFacts stolen = token;
  stolen.client = kOtherTpp;
  EXPECT_EQ(accounts(stolen).status, 401) << "the consent is another TPP's";
  TokenFacts narrow = token;
  narrow.accounts_scope = false;
  EXPECT_EQ(accounts(narrow).status, 403);
  EXPECT_EQ(accounts(client_token()).status, 403) << "no customer behind the token";

  ASSERT_EQ(remove(token.consent.str()).status, 204);
  EXPECT_EQ(accounts(token).status, 401);
  EXPECT_EQ(accounts(token, base::AccountId("x")).status, 401);
  EXPECT_EQ(transactions(token).status, 401);
}

TEST_F(AispEndpointsTest, AnAwaitingConsentGivesNothing) {
  TokenFacts token = client_token();
  token.consent = base::ConsentId(create(R"({"Data":{"Permissions":["ReadAccountsBasic"]},"Risk":{}})")
                                      .body["Data"]["ConsentId"]
                                      .get<std::string>());
  token.psu = psu("alice");
  EXPECT_EQ(accounts(token).status, 401);
}

TEST_F(AispEndpointsTest, FollowingNextMeetsEveryTransactionOnce) {
  const auto all = accounts_of("alice");
  const TokenFacts token = authorised("alice", kEverything, all);
  for (const std::optional<base::AccountId>& account :
       {std::optional<base::AccountId>(*all.begin()), std::optional<base::AccountId>()}) {
    std::string query = "fromBookingDateTime=2026-01-01T00:00:00&toBookingDateTime=2026-10-31";
    std::set<std::string> ids, pages;
    std::size_t records = 0;
    int total = 0;
    while (true) {
      const Reply reply = transactions(token, account, query);
      ASSERT_EQ(reply.status, 200) << reply.raw;
      const Value& links = reply.body["Links"];
      EXPECT_TRUE(pages.insert(query).second) << "Next never leads back";
      EXPECT_EQ(links["Self"].get<std::string>().find(kBase + "/aisp/"), 0u);
      total = reply.body["Meta"]["TotalPages"].get<int>();
      for (const Value& transaction : reply.body["Data"]["Transaction"]) {
        ++records;
        EXPECT_TRUE(ids.insert(transaction["TransactionId"].get<std::string>()).second);
        const std::string booked = transaction["BookingDateTime"].get<std::string>();
        EXPECT_GE(booked, "2026-01-01T00:00:00+00:00");
        EXPECT_LE(booked, "2026-10-31T00:00:00+00:00");
      }
      EXPECT_GE(reply.body["Meta"]["FirstAvailableDateTime"].get<std::string>(), "2024-11-22");
      if (!links.contains("Next")) break;
      const std::string next = links["Next"].get<std::string>();
      EXPECT_NE(next, links["Self"].get<std::string>());
      query = next.substr(next.find('?') + 1);
      EXPECT_EQ(query.find("fromBookingDateTime=2026-01-01T00%3A00%3A00&toBookingDateTime=2026-10-31&page="), 0u);
    }
    EXPECT_EQ(pages.size(), static_cast<std::size_t>(total));
    EXPECT_GT(records, 300u);
  }
}

TEST_F(AispEndpointsTest, TransactionsStayInsideTheConsentsPeriod) {
  const TokenFacts token =
      authorised("alice", kEverything, accounts_of("alice"),
                 R"(,"TransactionFromDateTime":"2026-10-01T00:00:00Z","TransactionToDateTime":"2026-10-10T00:00:00Z")");
  const Reply reply = transactions(token, std::nullopt, "fromBookingDateTime=2020-01-01&toBookingDateTime=2030-01-01");
  ASSERT_EQ(reply.status, 200);
  ASSERT_FALSE(reply.body["Data"]["Transaction"].empty());
  for (const Value& transaction : reply.body["Data"]["Transaction"]) {
    EXPECT_GE(transaction["BookingDateTime"].get<std::string>(), "2026-10-01T00:00:00+00:00");
    EXPECT_LE(transaction["BookingDateTime"].get<std::string>(), "2026-10-10T00:00:00+00:00");
  }
}

TEST_F(AispEndpointsTest, QueriesAreRefused) {
  const TokenFacts token = authorised("alice", kEverything, accounts_of("alice"));
  const std::pair<const char*, const char*> cases[] = {{"fromBookingDateTime=x", "U003"},
                                                       {"toBookingDateTime=2026-13-01", "U003"},
                                                       {"page=x", "U002"},
                                                       {"page=9999.1.1.abc", "U002"},
                                                       {"page=", "U002"},
                                                       {"page=1&page=1", "U002"},
                                                       {"%", "U010"}};
  for (const auto& [query, code] : cases) {
    const Reply reply = transactions(token, std::nullopt, query);
    EXPECT_EQ(reply.status, 400) << query;
    EXPECT_EQ(reply.code(), code) << query;
  }
}

}  // namespace
}  // namespace gateway
