// The sandbox bank on the real PostgreSQL: seed, ledger, authentication, pages.
#include "connectors/sandbox/sandbox_bank.h"

#include <gtest/gtest.h>

#include <set>

#include "base/crypto/totp.h"
#include "base/db/sql.h"
#include "base/migrations.h"
#include "connectors/migrations.h"
#include "connectors/sandbox/seed.h"
#include "connectors/store/sandbox_ledger.h"
#include "connectors/store/statements.h"
#include "tests/support/database.h"
#include "tests/support/fakes.h"

namespace connectors {
namespace {

using namespace std::chrono_literals;
using policy::Capability;
using policy::Permission;

const base::Instant kNow = base::Instant(std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)) + 15h;
const base::Tenant kTenant{base::BrandId("aldgate"), base::BankId("sandbox")};

std::vector<base::db::Migration> schema() {
  auto all = base::migrations();
  for (auto& migration : migrations()) all.push_back(std::move(migration));
  return all;
}

// One seeded database for all tests: they add customers' history only to accounts of their own.
class SandboxBankTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    world_ = new World;
    base::db::with_transaction(*world_->pool, world_->database.deadline(60s), [](base::db::Transaction& tx) {
      return seed_sandbox(tx, caller(), world_->key, world_->entropy).customers;
    });
  }
  static void TearDownTestSuite() {
    delete world_;
    world_ = nullptr;
  }

  struct World {
    tests::Database database{schema()};
    std::unique_ptr<base::db::PostgresPool> pool = database.pool(statements());
    base::crypto::KeyEncryptionKey key =
        base::crypto::KeyEncryptionKey::from_bytes(base::Secret::copy_of(std::string(32, 'k')));
    tests::SeededEntropy entropy;
    SandboxBank bank{*pool, key};
  };
  static World* world_;

  static base::Caller caller(base::Instant now = kNow) {
    return {kTenant, {now, now}, base::InteractionId(""), world_->database.deadline(60s)};
  }
  static CallContext context(base::Instant now = kNow) { return {.caller = caller(now), .idempotency_key = ""}; }

  static base::PsuId psu(const std::string& username) {
    return *world_->bank.find_username(context(), username).value();
  }
  static std::vector<ShareableAccount> shareable(const std::string& username) {
    return world_->bank.shareable_accounts(context(), psu(username)).value();
  }

  static policy::AccessFacts facts(const std::string& username, Capability capability) {
    policy::AccessFacts made;
    made.tenant = kTenant;
    made.now = kNow;
    made.client = base::ClientId("tpp");
    made.scope_allows = true;
    made.consent = base::ConsentId("consent");
    made.consent_authorised = true;
    made.psu = psu(username);
    for (const auto& [permission, name] : policy::kPermissionNames) made.permissions.insert(permission);
    for (const auto& account : shareable(username)) made.selected_accounts.insert(account.account);
    made.capability = capability;
    return made;
  }
  static policy::AuthorisedAccess access(const std::string& username, Capability capability) {
    return *policy::authorise(facts(username, capability));
  }

  static std::vector<TransactionId> ids_of(const TransactionPage& page) {
    std::vector<TransactionId> ids;
    for (const auto& transaction : page.transactions) ids.push_back(transaction.id);
    return ids;
  }
};
SandboxBankTest::World* SandboxBankTest::world_ = nullptr;

TEST_F(SandboxBankTest, SeedingAgainAddsNothing) {
  const auto again =
      base::db::with_transaction(*world_->pool, world_->database.deadline(60s), [](base::db::Transaction& tx) {
        return seed_sandbox(tx, caller(kNow + 24h * 40), world_->key, world_->entropy);
      });
  EXPECT_EQ(again.customers, 0);
  EXPECT_EQ(again.accounts, 0);
  EXPECT_EQ(again.transactions, 0);
}

TEST_F(SandboxBankTest, TheLedgerSumsToZeroAndBalancesAreSums) {
  const auto sums = world_->database.sql(
      "SELECT currency, sum(amount_minor) FROM connectors.ledger_entry GROUP BY currency ORDER BY 1");
  ASSERT_EQ(sums.size(), 2u);
  for (const auto& row : sums) EXPECT_EQ(row[1], "0") << row[0];
  const auto balances = world_->bank.balances(context(), access("alice", Capability::balances)).value();
  ASSERT_EQ(balances.size(), 4u);
  for (const auto& balance : balances) {
    if (balance.type != BalanceType::interim_booked) continue;
    const auto last = world_->database.sql("SELECT balance_after FROM connectors.movement WHERE account_id = '" +
                                           balance.account.str() + "' AND status = 'booked' ORDER BY seq DESC LIMIT 1");
    EXPECT_EQ(std::to_string(balance.amount.minor()), last.at(0).at(0));
  }
  EXPECT_LT(balances[0].amount.minor(), balances[1].amount.minor()) << "pending card payments are not available";
}

TEST_F(SandboxBankTest, AnUnbalancedPostingIsRefused) {
  EXPECT_THROW(base::db::with_transaction(*world_->pool, world_->database.deadline(),
                                          [](base::db::Transaction& tx) {
                                            append_postings(
                                                tx, kTenant,
                                                {{"00000000-0000-7000-8000-000000000001", 1, "a", 100, "GBP", kNow},
                                                 {"00000000-0000-7000-8000-000000000001", 2, "b", -99, "GBP", kNow}});
                                            return 0;
                                          }),
               std::exception);
  EXPECT_THROW(base::db::with_transaction(*world_->pool, world_->database.deadline(),
                                          [](base::db::Transaction& tx) {
                                            append_postings(
                                                tx, kTenant,
                                                {{"00000000-0000-7000-8000-000000000002", 1, "a", 100, "GBP", kNow},
                                                 {"00000000-0000-7000-8000-000000000002", 2, "b", -100, "EUR", kNow}});
                                            return 0;
                                          }),
               std::exception);
}

TEST_F(SandboxBankTest, HistoryCannotBeChangedByTheService) {
  for (const char* statement :
       {"UPDATE connectors.movement SET amount_minor = 0", "DELETE FROM connectors.ledger_entry",
        "DELETE FROM connectors.movement", "UPDATE connectors.ledger_entry SET amount_minor = 0",
        "UPDATE connectors.customer SET locked = false"}) {
    EXPECT_THROW(world_->database.sql(std::string("SET ROLE aldgate_service; ") + statement), std::exception)
        << statement;
  }
}

TEST_F(SandboxBankTest, NothingPersonalIsReadableAtRest) {
  const auto rows = world_->database.sql(
      "SELECT encode(sealed_profile, 'escape') FROM connectors.customer UNION ALL "
      "SELECT encode(sealed_identity, 'escape') FROM connectors.account UNION ALL SELECT username_index FROM "
      "connectors.customer");
  ASSERT_GT(rows.size(), 20u);
  for (const auto& row : rows) {
    for (const char* personal : {"Alice", "Archer", "alice", "998877", "GB", "123456", "MFWG"}) {
      if (row[0].size() < 60 && std::string(personal) == "GB") continue;  // an index may hold any two letters
      EXPECT_EQ(row[0].find(personal), std::string::npos) << personal;
    }
  }
}

TEST_F(SandboxBankTest, VerifiesPasswords) {
  for (const char* name : {"alice", "bob", "carol", "erin", "frank", "heidi", "ivan", "judy"}) {
    const auto customer = world_->bank.verify_password(context(), name, name);
    ASSERT_TRUE(customer.ok()) << name;
    EXPECT_EQ(customer.value().psu, psu(name));
    EXPECT_FALSE(customer.value().display_name.empty());
  }
}

// [RTS-SCA-4.3a]
TEST_F(SandboxBankTest, RefusesWrongUnknownAndLockedAlike) {
  const std::pair<std::string, std::string> attempts[] = {{"alice", "alic"},    {"alice", ""},     {"alice", "bob"},
                                                          {"nobody", "nobody"}, {"", ""},          {"Alice", "alice"},
                                                          {"alice ", "alice"},  {"grace", "grace"}};
  for (const auto& [username, password] : attempts) {
    EXPECT_NE(world_->bank.verify_password(context(), username, password).get<Denied>(), nullptr) << username;
  }
  EXPECT_FALSE(world_->bank.find_username(context(), "nobody").value().has_value());
}

TEST_F(SandboxBankTest, VerifiesOneTimeCodes) {
  const auto verify = [](const std::string& name, const std::string& code) {
    return world_->bank.verify_one_time_code(context(), psu(name), code).ok();
  };
  EXPECT_TRUE(verify("alice", "123456"));
  EXPECT_TRUE(verify("alice", "123456")) << "the demo code may be used again";
  EXPECT_FALSE(verify("alice", "123457"));
  EXPECT_FALSE(verify("alice", ""));
  EXPECT_FALSE(verify("frank", "123456")) << "this persona's second element always fails";
  EXPECT_FALSE(verify("grace", "123456"));
  EXPECT_FALSE(verify("carol", "123456")) << "decoupled: there is no code";
  EXPECT_FALSE(world_->bank.verify_one_time_code(context(), base::PsuId("not-a-uuid"), "123456").ok());
  EXPECT_FALSE(
      world_->bank.verify_one_time_code(context(), base::PsuId("00000000-0000-7000-8000-000000000000"), "123456").ok());
  EXPECT_EQ(world_->bank.second_element(context(), psu("carol")).value(), ScaMethod::decoupled);
  EXPECT_EQ(world_->bank.second_element(context(), psu("alice")).value(), ScaMethod::one_time_code);
}

// [RFC6238-5.2]
TEST_F(SandboxBankTest, ATotpCodeIsAcceptedOnce) {
  const auto secret = base::crypto::base32_decode(sandbox_personas()[1].totp_secret);
  const base::Instant at = kNow + 1h;
  const std::int64_t step = base::crypto::totp_step(at);
  const auto verify = [&](std::int64_t code_step) {
    return world_->bank.verify_one_time_code(context(at), psu("bob"), base::crypto::totp_code(*secret, code_step)).ok();
  };
  EXPECT_FALSE(verify(step - 2));
  EXPECT_TRUE(verify(step));
  EXPECT_FALSE(verify(step)) << "the same code again";
  EXPECT_FALSE(verify(step - 1)) << "an earlier code after a later one";
  EXPECT_TRUE(verify(step + 1));
  EXPECT_FALSE(verify(step + 1));
}

TEST_F(SandboxBankTest, CustomersSeeTheirOwnAccountsOnly) {
  EXPECT_EQ(shareable("alice").size(), 2u);
  EXPECT_EQ(shareable("bob").size(), 2u);
  EXPECT_EQ(shareable("heidi").size(), 0u);
  ASSERT_EQ(shareable("judy").size(), 1u);
  EXPECT_EQ(shareable("ivan").size(), 2u);
  std::set<base::AccountId> ivans;
  for (const auto& account : shareable("ivan")) ivans.insert(account.account);
  EXPECT_TRUE(ivans.contains(shareable("judy")[0].account)) << "the joint account is one account";

  // Selected, but not (any longer) the customer's: the query begins with the owner.
  auto foreign = facts("alice", Capability::accounts);
  foreign.selected_accounts = {shareable("bob")[0].account};
  EXPECT_TRUE(world_->bank.accounts(context(), *policy::authorise(foreign)).value().empty());
  for (const Capability capability : {Capability::accounts, Capability::balances, Capability::transactions}) {
    auto one = facts("alice", capability);
    one.selected_accounts = {shareable("bob")[0].account};
    one.account = shareable("bob")[0].account;
    const auto authorised = *policy::authorise(one);
    switch (capability) {
      case Capability::accounts:
        EXPECT_NE(world_->bank.account(context(), authorised).get<Denied>(), nullptr);
        break;
      case Capability::balances:
        EXPECT_NE(world_->bank.balances(context(), authorised).get<Denied>(), nullptr);
        break;
      case Capability::transactions:
        EXPECT_NE(world_->bank.transactions(context(), authorised, {}).get<Denied>(), nullptr);
        break;
    }
  }
}

TEST_F(SandboxBankTest, AccountsCarryTheirIdentification) {
  const auto accounts = world_->bank.accounts(context(), access("alice", Capability::accounts)).value();
  ASSERT_EQ(accounts.size(), 2u);
  for (const auto& account : accounts) {
    EXPECT_EQ(account.sort_code_account_number.size(), 14u);
    ASSERT_TRUE(account.iban);
    EXPECT_EQ(account.iban->reveal().substr(8), account.sort_code_account_number);
    EXPECT_EQ(account.owner_name, "Alice Archer");
    EXPECT_TRUE(world_->bank.account_exists(context(), account.id).value());
  }
  EXPECT_FALSE(world_->bank.account_exists(context(), base::AccountId("00000000-0000-7000-8000-000000000000")).value());
  EXPECT_FALSE(world_->bank.account_exists(context(), base::AccountId("'; --")).value());
}

TEST_F(SandboxBankTest, EveryTransactionStandsOnExactlyOnePageForAnyPageSize) {
  const auto all = access("alice", Capability::transactions);
  const auto whole = world_->bank.transactions(context(), all, {.page_size = 100'000}).value();
  ASSERT_GT(whole.transactions.size(), 1000u);
  EXPECT_EQ(whole.total_pages, 1);
  const auto expected = ids_of(whole);
  EXPECT_EQ(std::set<TransactionId>(expected.begin(), expected.end()).size(), expected.size());
  for (std::size_t i = 1; i < whole.transactions.size(); ++i) {
    EXPECT_GE(whole.transactions[i - 1].booked_at, whole.transactions[i].booked_at);
  }
  for (const int size : {97, 250, 1000, static_cast<int>(expected.size()), static_cast<int>(expected.size()) - 1}) {
    std::vector<TransactionId> seen;
    TransactionFilter filter{.page_size = size};
    int pages = 0;
    TransactionPage page;
    do {
      page = world_->bank.transactions(context(), all, filter).value();
      for (const auto& id : ids_of(page)) seen.push_back(id);
      EXPECT_EQ(page.previous.has_value(), pages > 0);
      filter.cursor = page.next;
      ++pages;
    } while (page.next);
    EXPECT_EQ(pages, page.total_pages) << size;
    EXPECT_EQ(seen, expected) << size;
    filter.cursor = page.previous;
    for (int back = pages - 1; back > 0; --back)
      filter.cursor = world_->bank.transactions(context(), all, filter).value().previous;
    EXPECT_FALSE(filter.cursor.has_value());
  }
}

TEST_F(SandboxBankTest, PagesDoNotMoveWhenTransactionsArrive) {
  const base::AccountId account = shareable("erin")[0].account;
  const auto all = access("erin", Capability::transactions);
  const auto before = ids_of(world_->bank.transactions(context(), all, {.page_size = 100'000}).value());
  std::vector<TransactionId> seen;
  TransactionFilter filter{.page_size = 200};
  int arrivals = 0;
  do {
    const auto page = world_->bank.transactions(context(), all, filter).value();
    for (const auto& id : ids_of(page)) seen.push_back(id);
    filter.cursor = page.next;
    // A payment arrives, and a pending one is booked: the pages already begun stay as they were.
    base::db::with_transaction(*world_->pool, world_->database.deadline(), [&](base::db::Transaction& tx) {
      MovementRow row{.account = account,
                      .transaction_id = "00000000-0000-7000-8000-00000000010" + std::to_string(arrivals++),
                      .status = "booked",
                      .booked_at = kNow,
                      .amount_minor = -100,
                      .currency = "GBP"};
      append_movements(tx, kTenant, account, {row});
      return 0;
    });
  } while (filter.cursor);
  EXPECT_EQ(seen, before);
  const auto after = world_->bank.transactions(context(), all, {.page_size = 100'000}).value();
  EXPECT_EQ(after.transactions.size(), before.size() + static_cast<std::size_t>(arrivals));
}

TEST_F(SandboxBankTest, ATransactionKeepsItsIdWhenItIsBooked) {
  const base::AccountId account = shareable("frank")[0].account;
  const auto all = access("frank", Capability::transactions);
  const auto before = world_->bank.transactions(context(), all, {.page_size = 100'000}).value();
  const Transaction* pending = nullptr;
  for (const auto& transaction : before.transactions) {
    if (transaction.status == TransactionStatus::pending) pending = &transaction;
  }
  ASSERT_NE(pending, nullptr);
  base::db::with_transaction(*world_->pool, world_->database.deadline(), [&](base::db::Transaction& tx) {
    MovementRow row{.account = account,
                    .transaction_id = pending->id.str(),
                    .status = "booked",
                    .booked_at = pending->booked_at,
                    .amount_minor = pending->amount.minor(),
                    .currency = "GBP"};
    append_movements(tx, kTenant, account, {row});
    return 0;
  });
  const auto after = world_->bank.transactions(context(), all, {.page_size = 100'000}).value();
  EXPECT_EQ(after.transactions.size(), before.transactions.size());
  int found = 0;
  for (const auto& transaction : after.transactions) {
    if (transaction.id != pending->id) continue;
    ++found;
    EXPECT_EQ(transaction.status, TransactionStatus::booked);
  }
  EXPECT_EQ(found, 1);
}

TEST_F(SandboxBankTest, WindowsAndDirectionsOfTheConsentHold) {
  auto narrow = facts("carol", Capability::transactions);
  narrow.transactions_from = kNow - 24h * 30;
  narrow.transactions_to = kNow - 24h * 10;
  narrow.permissions.erase(Permission::ReadTransactionsCredits);
  const auto page =
      world_->bank.transactions(context(), *policy::authorise(narrow), {.from = kNow - 24h * 300, .page_size = 1000})
          .value();
  ASSERT_FALSE(page.transactions.empty());
  for (const auto& transaction : page.transactions) {
    EXPECT_GE(transaction.booked_at, *narrow.transactions_from);
    EXPECT_LE(transaction.booked_at, *narrow.transactions_to);
    EXPECT_TRUE(transaction.amount.negative());
  }
  EXPECT_GE(page.first_available, narrow.transactions_from);
  EXPECT_LE(page.last_available, narrow.transactions_to);

  auto credits = facts("carol", Capability::transactions);
  credits.permissions.erase(Permission::ReadTransactionsDebits);
  for (const auto& transaction :
       world_->bank.transactions(context(), *policy::authorise(credits), {.page_size = 100'000}).value().transactions) {
    EXPECT_FALSE(transaction.amount.negative());
  }

  auto nothing = facts("carol", Capability::transactions);
  nothing.transactions_from = kNow + 24h * 30;
  const auto empty = world_->bank.transactions(context(), *policy::authorise(nothing), {}).value();
  EXPECT_TRUE(empty.transactions.empty());
  EXPECT_EQ(empty.total_pages, 1);
  EXPECT_FALSE(empty.next.has_value());
}

TEST_F(SandboxBankTest, ACursorOfAnotherQuestionIsDenied) {
  const auto alices = access("alice", Capability::transactions);
  const auto first = world_->bank.transactions(context(), alices, {.page_size = 100}).value();
  ASSERT_TRUE(first.next.has_value());
  const auto denied = [&](const policy::AuthorisedAccess& who, TransactionFilter filter) {
    return world_->bank.transactions(context(), who, filter).get<Denied>() != nullptr;
  };
  EXPECT_TRUE(denied(access("bob", Capability::transactions), {.cursor = first.next, .page_size = 100}));
  EXPECT_TRUE(denied(alices, {.cursor = first.next, .page_size = 101}));
  EXPECT_TRUE(denied(alices, {.from = kNow - 24h, .cursor = first.next, .page_size = 100}));
  EXPECT_TRUE(denied(alices, {.cursor = TransactionCursor("1.2.3"), .page_size = 100}));
  std::string beyond = first.next->str();
  beyond.replace(0, 1, "9999");
  EXPECT_TRUE(denied(alices, {.cursor = TransactionCursor(beyond), .page_size = 100}));
}

}  // namespace
}  // namespace connectors
