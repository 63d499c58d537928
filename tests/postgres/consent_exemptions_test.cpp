// Exemptions with their counters, records and quarters on the real database.
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <thread>

#include "base/db/audit_store.h"
#include "base/migrations.h"
#include "consent/migrations.h"
#include "consent/sca/customer_authentication.h"
#include "consent/services/sca_exemptions.h"
#include "consent/store/statements.h"
#include "tests/support/database.h"
#include "tests/support/fake_customer_bank.h"

namespace {

using namespace std::chrono_literals;
using std::chrono::year;

const base::Instant kStart{std::chrono::sys_days(year(2026) / 11 / 22)};

std::vector<base::db::Migration> all_migrations() {
  auto all = base::migrations();
  for (auto& migration : consent::migrations()) all.push_back(migration);
  return all;
}

std::vector<base::db::Statement> all_statements() {
  auto all = consent::statements();
  for (const auto& statement : base::db::AuditStore::statements()) all.push_back(statement);
  return all;
}

class ConsentExemptions : public ::testing::Test {
 protected:
  base::Caller caller(std::chrono::microseconds after = 0s) const {
    return {{base::BrandId("brand"), base::BankId("bank")},
            {kStart + after, kStart + after},
            base::InteractionId("an-interaction"),
            database.deadline(20s)};
  }

  consent::ExemptionQuestion paying(std::int64_t minor) const {
    consent::ExemptionQuestion question{tests::kAlice, base::ClientId("tpp"), "consent-1", {}};
    question.facts.region = policy::Region::eu;
    question.facts.amount = base::Amount::of_minor(minor, *base::Currency::parse("EUR"));
    return question;
  }

  policy::ExemptionDecision decide(const consent::ExemptionQuestion& question) {
    return base::db::with_transaction(
        *pool, caller().deadline, [&](base::db::Transaction& tx) { return exemptions.decide(tx, caller(), question); });
  }

  base::Result<void, std::string> enter(std::chrono::sys_days begins, std::int64_t total, std::int64_t fraud) {
    return base::db::in_transaction(*pool, caller().deadline, [&](base::db::Transaction& tx) {
      return exemptions.enter_quarter(tx, caller(), "kim", policy::Instrument::credit_transfer, {begins, total, fraud});
    });
  }

  tests::Database database{all_migrations()};
  std::unique_ptr<base::db::PostgresPool> pool = database.pool(all_statements(), 8);
  base::db::AuditStore audit;
  consent::ScaExemptions exemptions{policy::every_exemption(), audit};
};

TEST_F(ConsentExemptions, CountsUseByUseUntilTheCustomerAuthenticates) {
  EXPECT_TRUE(decide(paying(3000)).exempt);
  EXPECT_TRUE(decide(paying(3000)).exempt);
  EXPECT_TRUE(decide(paying(3000)).exempt);
  EXPECT_FALSE(decide(paying(1001)).exempt);
  EXPECT_TRUE(decide(paying(1000)).exempt);
  EXPECT_FALSE(decide(paying(1)).exempt);

  base::SystemEntropy entropy;
  tests::FakeCustomerBank bank;
  const auto key = base::crypto::KeyEncryptionKey::from_bytes(base::Secret(std::string(32, 'q')));
  consent::CustomerSessions sessions{*pool, entropy, {}};
  consent::AttemptCounter attempts{*pool, base::Secret(std::string(32, 'k')), {}};
  consent::CustomerAuthentication authentication{{{"bank.example", {"https://bank.example"}}, "The Bank"},
                                                 {*pool, sessions, attempts, bank, nullptr, audit, entropy, key}};
  const std::string handle(sessions.start(caller()).handle.reveal());
  const auto logged_in = authentication.login(caller(), handle, "alice", "alice");
  ASSERT_TRUE(logged_in);
  EXPECT_FALSE(decide(paying(1)).exempt) << "a password is no strong authentication";
  ASSERT_TRUE(authentication.one_time_code(caller(), logged_in->session.handle.reveal(), "123456"));
  EXPECT_TRUE(decide(paying(3000)).exempt);
}

TEST_F(ConsentExemptions, EveryDecisionIsRecordedWithItsReason) {
  decide(paying(3000));
  decide(paying(3001));
  const auto rows = database.sql(
      "SELECT exempt, article, reason, minor, currency, psu_id, client_id, consent_id, interaction FROM "
      "consent.exemption_decision ORDER BY seq");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0][0], "t");
  EXPECT_EQ(rows[0][1], "art16_low_value");
  EXPECT_EQ(rows[0][3], "3000");
  EXPECT_EQ(rows[0][5], tests::kAlice.str());
  EXPECT_EQ(rows[0][7], "consent-1");
  EXPECT_EQ(rows[0][8], "an-interaction");
  EXPECT_EQ(rows[1][0], "f");
  EXPECT_EQ(rows[1][1], "");
  EXPECT_TRUE(rows[1][2].starts_with("[RTS-SCA-16] more than 30.00 EUR at once")) << rows[1][2];
}

TEST_F(ConsentExemptions, PaymentsAtOnceDoNotShareAnAllowance) {
  std::barrier start(8);
  std::atomic<int> exempted{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      start.arrive_and_wait();
      if (decide(paying(2500)).exempt) ++exempted;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(exempted, 4) << "four times 25 are the 100 of article 16";
}

TEST_F(ConsentExemptions, AnotherCustomerHasAnAllowanceOfTheirOwn) {
  for (int i = 0; i < 4; ++i) decide(paying(2500));
  auto bob = paying(2500);
  bob.psu = tests::kBob;
  EXPECT_FALSE(decide(paying(2500)).exempt);
  EXPECT_TRUE(decide(bob).exempt);
}

TEST_F(ConsentExemptions, QuartersOpenAndCloseTheBands) {
  auto large = paying(40'000);
  large.facts.risk.analysed = true;
  EXPECT_FALSE(decide(large).exempt) << "no quarter is known";
  ASSERT_TRUE(enter(year(2026) / 1 / 1, 1'000'000'000, 50'000));
  EXPECT_TRUE(decide(large).exempt) << "0.005 %";
  ASSERT_TRUE(enter(year(2026) / 4 / 1, 1'000'000'000, 50'001));
  EXPECT_TRUE(decide(large).exempt) << "one quarter above";
  ASSERT_TRUE(enter(year(2026) / 7 / 1, 1'000'000'000, 50'001));
  EXPECT_FALSE(decide(large).exempt) << "two";
  large.facts.amount = base::Amount::of_minor(25'000, *base::Currency::parse("EUR"));
  EXPECT_TRUE(decide(large).exempt) << "the band of 250 stands";
  ASSERT_TRUE(enter(year(2026) / 7 / 1, 1'000'000'000, 50'000)) << "a correction";
  large.facts.amount = base::Amount::of_minor(50'000, *base::Currency::parse("EUR"));
  EXPECT_TRUE(decide(large).exempt);

  const auto bands = base::db::read_only(*pool, caller().deadline, [&](base::db::Transaction& tx) {
    return exemptions.bands(tx, caller(), policy::Region::eu);
  });
  ASSERT_EQ(bands.size(), 6U);
  EXPECT_EQ(bands[0].state, policy::BandState::unproven) << "cards";
  EXPECT_EQ(bands[5].state, policy::BandState::usable);
  EXPECT_EQ(bands[5].up_to_minor, 50'000);
}

TEST_F(ConsentExemptions, OnlyWholeQuartersThatAreOverAreEntered) {
  EXPECT_EQ(enter(year(2026) / 2 / 1, 1, 0).error(),
            "a quarter begins on the first of January, April, July or October");
  EXPECT_EQ(enter(year(2026) / 1 / 2, 1, 0).error(),
            "a quarter begins on the first of January, April, July or October");
  EXPECT_EQ(enter(year(2026) / 10 / 1, 1, 0).error(), "the quarter is not over");
  EXPECT_EQ(enter(year(2026) / 7 / 1, 1, 2).error(), "the fraudulent value is a part of the total");
  EXPECT_EQ(enter(year(2026) / 7 / 1, -1, -1).error(), "the fraudulent value is a part of the total");
}

}  // namespace
