// Customer sessions and strong customer authentication on the real database: single use, limits, lockout and its races.
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/db/audit_store.h"
#include "base/ensure.h"
#include "base/migrations.h"
#include "consent/migrations.h"
#include "consent/sca/customer_authentication.h"
#include "consent/store/statements.h"
#include "tests/support/database.h"
#include "tests/support/fake_customer_bank.h"

namespace {

using namespace std::chrono_literals;
using consent::AuthenticationRefusalCode;
using consent::BankFailure;

const base::Instant kStart{std::chrono::seconds(1'790'000'000)};
const base::PsuId kAlice = tests::kAlice;

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

using FakeBank = tests::FakeCustomerBank;

class ConsentAuthentication : public ::testing::Test {
 protected:
  base::Caller caller(std::chrono::microseconds after = 0s) const {
    // Business time stands elsewhere: nothing here may follow it.
    return {{base::BrandId("brand"), base::BankId("bank")},
            {kStart + after, kStart + 24h * 180},
            base::InteractionId(""),
            database.deadline(20s)};
  }

  std::string started() { return std::string(sessions.start(caller()).handle.reveal()); }

  // A session that waits for its one-time code.
  std::string with_password(const std::string& username = "alice", std::chrono::microseconds after = 0s) {
    std::string handle(sessions.start(caller(after)).handle.reveal());
    const auto logged_in = authentication.login(caller(after), handle, username, username);
    EXPECT_TRUE(logged_in);
    return logged_in ? std::string(logged_in->session.handle.reveal()) : std::string();
  }

  AuthenticationRefusalCode wrong_password(std::chrono::microseconds after = 0s,
                                           const std::string& username = "alice") {
    std::string handle(sessions.start(caller(after)).handle.reveal());
    const auto outcome = authentication.login(caller(after), handle, username, "wrong");
    EXPECT_FALSE(outcome);
    return outcome.error().code;
  }

  int count(const std::string& from) const { return std::stoi(database.sql("SELECT count(*) FROM " + from)[0][0]); }

  tests::Database database{all_migrations()};
  std::unique_ptr<base::db::PostgresPool> pool = database.pool(all_statements(), 8);
  base::SystemEntropy entropy;
  base::db::AuditStore audit;
  FakeBank bank;
  consent::CustomerSessions sessions{*pool, entropy, {}};
  consent::AttemptCounter attempts{*pool, base::Secret(std::string(32, 'k')), {}};
  base::crypto::KeyEncryptionKey key = base::crypto::KeyEncryptionKey::from_bytes(base::Secret(std::string(32, 'q')));
  tests::Mailbox mailbox;
  const consent::webauthn::RelyingParty bank_example{"bank.example", {"https://bank.example"}};
  consent::CustomerAuthentication authentication{{bank_example, "The Bank"},
                                                 {*pool, sessions, attempts, bank, &mailbox, audit, entropy, key}};
};

TEST_F(ConsentAuthentication, TwoElementsMakeASessionThatActsForTheCustomer) {
  const std::string first = started();
  EXPECT_FALSE(sessions.find(caller(), first)->authenticated());
  const auto logged_in = authentication.login(caller(), first, "alice", "alice");
  ASSERT_TRUE(logged_in);
  EXPECT_FALSE(logged_in->session.session.authenticated());
  const std::string second(logged_in->session.handle.reveal());
  const auto verified = authentication.one_time_code(caller(), second, "123456");
  ASSERT_TRUE(verified);
  const std::string third(verified->handle.reveal());
  EXPECT_TRUE(verified->session.authenticated());
  const auto session = sessions.find(caller(), third);
  ASSERT_TRUE(session);
  EXPECT_TRUE(session->authenticated());
  EXPECT_EQ(session->psu, kAlice);
  EXPECT_EQ(session->id, logged_in->session.session.id);
}

TEST_F(ConsentAuthentication, EachElementChangesTheHandleAndKillsTheOldOne) {
  const std::string first = started();
  const auto logged_in = authentication.login(caller(), first, "alice", "alice");
  ASSERT_TRUE(logged_in);
  const std::string second(logged_in->session.handle.reveal());
  EXPECT_NE(first, second);
  EXPECT_FALSE(sessions.find(caller(), first));
  const auto verified = authentication.one_time_code(caller(), second, "123456");
  ASSERT_TRUE(verified);
  EXPECT_FALSE(sessions.find(caller(), second));
  EXPECT_FALSE(consent::csrf_token_matches(verified->handle.reveal(), consent::csrf_token(second)));
}

TEST_F(ConsentAuthentication, StoresNoHandle) {
  const std::string handle = started();
  EXPECT_EQ(count("consent.customer_session s WHERE s::text LIKE '%" + handle + "%'"), 0);
  EXPECT_EQ(count("consent.customer_session"), 1);
}

TEST_F(ConsentAuthentication, UnknownAndForgedHandlesAreNoSessions) {
  started();
  EXPECT_FALSE(sessions.find(caller(), ""));
  EXPECT_FALSE(sessions.find(caller(), std::string(43, 'A')));
  EXPECT_EQ(authentication.login(caller(), std::string(43, 'A'), "alice", "alice").error().code,
            AuthenticationRefusalCode::session_ended);
  EXPECT_EQ(bank.passwords, 0);
}

TEST_F(ConsentAuthentication, AnotherBrandsSessionIsNoSession) {
  const std::string handle = started();
  base::Caller elsewhere = caller();
  elsewhere.tenant.brand = base::BrandId("other-brand");
  EXPECT_FALSE(sessions.find(elsewhere, handle));
}

// [RTS-SCA-4.3d]
TEST_F(ConsentAuthentication, FiveIdleMinutesEndASession) {
  const std::string handle = started();
  EXPECT_TRUE(sessions.find(caller(5min - 1us), handle, consent::Activity::does_not_count));
  EXPECT_FALSE(sessions.find(caller(5min), handle));
}

TEST_F(ConsentAuthentication, ActivityKeepsASessionUntilItsAbsoluteEnd) {
  const std::string handle = started();
  for (auto at = 4min; at < 60min; at += 4min) ASSERT_TRUE(sessions.find(caller(at), handle)) << at.count();
  EXPECT_EQ(sessions.find(caller(59min), handle)->idle_ends, kStart + 60min);
  EXPECT_FALSE(sessions.find(caller(60min), handle));
}

TEST_F(ConsentAuthentication, ActivityIsWrittenAtMostEveryThirtySeconds) {
  const std::string handle = started();
  const auto written = [&] { return database.sql("SELECT last_active_at FROM consent.customer_session")[0][0]; };
  const std::string at_start = written();
  ASSERT_TRUE(sessions.find(caller(29s), handle));
  EXPECT_EQ(written(), at_start);
  ASSERT_TRUE(sessions.find(caller(30s), handle));
  EXPECT_NE(written(), at_start);
}

TEST_F(ConsentAuthentication, AnEndedSessionIsGoneAndPurgingTakesOnlyTheDead) {
  const std::string handle = started();
  const std::string other = started();
  sessions.end(caller(), handle);
  sessions.end(caller(), handle);
  EXPECT_FALSE(sessions.find(caller(), handle));
  EXPECT_TRUE(sessions.find(caller(4min), other));
  EXPECT_EQ(sessions.purge(caller(6min)), 0);
  EXPECT_EQ(sessions.purge(caller(9min)), 1);
}

TEST_F(ConsentAuthentication, EndingAllSessionsOfACustomerLeavesOthers) {
  const std::string alice = with_password("alice");
  const std::string bob = with_password("bob");
  EXPECT_EQ(sessions.end_all(caller(), kAlice), 1);
  EXPECT_FALSE(sessions.find(caller(), alice));
  EXPECT_TRUE(sessions.find(caller(), bob));
}

TEST(SessionLimits, RefuseMoreThanFiveIdleMinutes) {
  tests::Database database(all_migrations());
  const auto pool = database.pool(all_statements(), 1);
  base::SystemEntropy entropy;
  consent::SessionLimits limits;
  limits.idle = 301s;
  EXPECT_THROW(consent::CustomerSessions(*pool, entropy, limits), base::BrokenInvariant);
  consent::LockoutPolicy policy;
  policy.attempts = 6;
  EXPECT_THROW(consent::AttemptCounter(*pool, base::Secret(std::string(32, 'k')), policy), base::BrokenInvariant);
  EXPECT_THROW(consent::AttemptCounter(*pool, base::Secret(std::string(31, 'k')), {}), base::BrokenInvariant);
}

// [RTS-SCA-4.3a] the answer is the same, whatever was wrong.
TEST_F(ConsentAuthentication, AFailureTellsNeitherElementNorWhetherTheCustomerExists) {
  const auto known = authentication.login(caller(), started(), "alice", "wrong");
  const auto unknown = authentication.login(caller(), started(), "mallory", "wrong");
  const auto code = authentication.one_time_code(caller(), with_password("bob"), "000000");
  ASSERT_FALSE(known);
  ASSERT_FALSE(unknown);
  ASSERT_FALSE(code);
  for (const auto& refusal : {known.error(), unknown.error(), code.error()}) {
    EXPECT_EQ(refusal.code, AuthenticationRefusalCode::refused);
    EXPECT_EQ(refusal.attempts_left, 4);
    EXPECT_EQ(refusal.blocked_until, std::nullopt);
  }
}

// [RTS-SCA-4.3b], [RTS-SCA-4.4]
TEST_F(ConsentAuthentication, TheFifthFailureBlocksAfterAWarning) {
  const std::string handle = with_password();
  std::vector<bool> warned;
  for (int i = 0; i < 4; ++i) {
    const auto outcome = authentication.one_time_code(caller(), handle, "000000");
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, AuthenticationRefusalCode::refused);
    EXPECT_EQ(outcome.error().attempts_left, 4 - i);
    warned.push_back(outcome.error().warn);
  }
  EXPECT_EQ(warned, (std::vector<bool>{false, false, true, true}));
  const auto fifth = authentication.one_time_code(caller(), handle, "000000");
  ASSERT_FALSE(fifth);
  EXPECT_EQ(fifth.error().code, AuthenticationRefusalCode::blocked);
  EXPECT_EQ(fifth.error().blocked_until, kStart + 15min);
  // The right answer does not help now, at either door, and the bank is not asked.
  const int asked = bank.codes;
  EXPECT_EQ(authentication.one_time_code(caller(), handle, "123456").error().code, AuthenticationRefusalCode::blocked);
  EXPECT_EQ(authentication.login(caller(), started(), "alice", "alice").error().code,
            AuthenticationRefusalCode::blocked);
  EXPECT_EQ(bank.codes, asked);
  // Another customer is not touched.
  EXPECT_FALSE(with_password("bob").empty());
}

TEST_F(ConsentAuthentication, AnUnknownNameIsBlockedLikeAKnownOne) {
  std::vector<AuthenticationRefusalCode> unknown;
  std::vector<AuthenticationRefusalCode> known;
  for (int i = 0; i < 7; ++i) {
    unknown.push_back(wrong_password(0s, "mallory"));
    known.push_back(wrong_password(0s, "alice"));
  }
  EXPECT_EQ(unknown, known);
  EXPECT_EQ(unknown.back(), AuthenticationRefusalCode::blocked);
}

TEST_F(ConsentAuthentication, WrongPasswordsAndWrongCodesAreCountedTogether) {
  wrong_password();
  wrong_password();
  const std::string handle = with_password();
  EXPECT_EQ(authentication.one_time_code(caller(), handle, "000000").error().attempts_left, 2);
  wrong_password();
  EXPECT_EQ(authentication.one_time_code(caller(), handle, "000000").error().code, AuthenticationRefusalCode::blocked);
}

TEST_F(ConsentAuthentication, ARightPasswordAloneDoesNotResetTheCount) {
  for (int i = 0; i < 3; ++i) wrong_password();
  const std::string handle = with_password();
  for (int i = 0; i < 10; ++i) with_password();
  EXPECT_EQ(authentication.one_time_code(caller(), handle, "000000").error().attempts_left, 1);
}

TEST_F(ConsentAuthentication, BothElementsResetTheCount) {
  for (int i = 0; i < 4; ++i) wrong_password();
  ASSERT_TRUE(authentication.one_time_code(caller(), with_password(), "123456"));
  EXPECT_EQ(authentication.login(caller(), started(), "alice", "wrong").error().attempts_left, 4);
}

TEST_F(ConsentAuthentication, BlocksEndByThemselvesAndGrow) {
  for (int i = 0; i < 5; ++i) wrong_password();
  EXPECT_EQ(wrong_password(15min - 1us), AuthenticationRefusalCode::blocked);
  EXPECT_EQ(wrong_password(15min), AuthenticationRefusalCode::refused);
  for (int i = 0; i < 3; ++i) wrong_password(15min);
  std::string handle(sessions.start(caller(15min)).handle.reveal());
  const auto second = authentication.login(caller(15min), handle, "alice", "wrong");
  EXPECT_EQ(second.error().blocked_until, kStart + 15min + 1h);
  // After a full success the first block is short again.
  ASSERT_TRUE(authentication.one_time_code(caller(75min), with_password("alice", 75min), "123456"));
  for (int i = 0; i < 4; ++i) wrong_password(75min);
  std::string again(sessions.start(caller(75min)).handle.reveal());
  EXPECT_EQ(authentication.login(caller(75min), again, "alice", "wrong").error().blocked_until, kStart + 90min);
}

TEST_F(ConsentAuthentication, UnlockingLetsTheCustomerInAtOnce) {
  for (int i = 0; i < 6; ++i) wrong_password();
  attempts.unlock(caller(), kAlice);
  EXPECT_TRUE(authentication.one_time_code(caller(), with_password(), "123456"));
}

TEST_F(ConsentAuthentication, ABankThatIsAwayCostsNoAttempt) {
  const std::string handle = with_password();
  bank.away = true;
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(authentication.one_time_code(caller(), handle, "123456").error().code,
              AuthenticationRefusalCode::bank_unavailable);
    EXPECT_EQ(authentication.login(caller(), started(), "alice", "alice").error().code,
              AuthenticationRefusalCode::bank_unavailable);
  }
  bank.away = false;
  EXPECT_EQ(authentication.one_time_code(caller(), handle, "000000").error().attempts_left, 4);
  EXPECT_TRUE(authentication.one_time_code(caller(), handle, "123456"));
}

// [RTS-SCA-4.1]
TEST_F(ConsentAuthentication, AChallengeSucceedsOnceAndNotLate) {
  EXPECT_EQ(authentication.one_time_code(caller(), started(), "123456").error().code,
            AuthenticationRefusalCode::no_challenge);
  const auto verified = authentication.one_time_code(caller(), with_password(), "123456");
  ASSERT_TRUE(verified);
  EXPECT_EQ(authentication.one_time_code(caller(), verified->handle.reveal(), "123456").error().code,
            AuthenticationRefusalCode::no_challenge);
  const std::string late = with_password();
  ASSERT_TRUE(sessions.find(caller(4min), late));
  EXPECT_EQ(authentication.one_time_code(caller(5min), late, "123456").error().code,
            AuthenticationRefusalCode::no_challenge);
}

TEST_F(ConsentAuthentication, ManyRightAnswersToOneChallengeMakeOneSession) {
  const std::string handle = with_password();
  std::barrier hold(4);
  bank.hold = &hold;  // all four are verified before the first of them is written
  std::atomic<int> succeeded{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        if (authentication.one_time_code(caller(), handle, "123456")) ++succeeded;
      });
    }
  }
  bank.hold = nullptr;
  EXPECT_EQ(succeeded, 1);
  EXPECT_EQ(count("consent.customer_session WHERE possession_at IS NOT NULL"), 1);
}

TEST_F(ConsentAuthentication, ThirtyTwoGuessesAtOnceGetFiveAnswers) {
  std::vector<std::string> handles;
  for (int i = 0; i < 32; ++i) handles.push_back(with_password());
  bank.codes = 0;
  std::atomic<int> refused{0};
  std::atomic<int> blocked{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 32; ++i) {
      threads.emplace_back([&, i] {
        const auto outcome = authentication.one_time_code(caller(), handles[static_cast<std::size_t>(i)], "000000");
        ASSERT_FALSE(outcome);
        if (outcome.error().code == AuthenticationRefusalCode::refused) ++refused;
        if (outcome.error().code == AuthenticationRefusalCode::blocked ||
            outcome.error().code == AuthenticationRefusalCode::busy) {
          ++blocked;
        }
      });
    }
  }
  EXPECT_EQ(bank.codes, 5);
  EXPECT_EQ(refused, 4);
  EXPECT_EQ(blocked, 28);
  EXPECT_EQ(authentication.one_time_code(caller(), handles[0], "123456").error().code,
            AuthenticationRefusalCode::blocked);
  EXPECT_EQ(bank.codes, 5);
}

TEST_F(ConsentAuthentication, WhileAllAttemptsAreBeingVerifiedTheNextIsToldToWaitNotBlocked) {
  std::vector<std::string> handles;
  for (int i = 0; i < 5; ++i) handles.push_back(with_password());
  std::barrier hold(6);
  bank.hold = &hold;
  std::atomic<int> succeeded{0};
  {
    std::vector<std::jthread> threads;
    for (const std::string& handle : handles) {
      threads.emplace_back([&, handle] {
        if (authentication.one_time_code(caller(), handle, "123456")) ++succeeded;
      });
    }
    while (bank.codes < 5) std::this_thread::yield();
    EXPECT_EQ(authentication.login(caller(), started(), "alice", "alice").error().code,
              AuthenticationRefusalCode::busy);
    hold.arrive_and_wait();
  }
  bank.hold = nullptr;
  EXPECT_EQ(succeeded, 5);
  EXPECT_FALSE(with_password().empty());
}

TEST_F(ConsentAuthentication, LeavesEvidenceWithoutNamesOrCodes) {
  wrong_password();
  wrong_password(0s, "mallory");
  ASSERT_TRUE(authentication.one_time_code(caller(), with_password(), "123456"));
  EXPECT_EQ(count("base.audit WHERE action = 'psu.login' AND outcome = 'refused'"), 2);
  EXPECT_EQ(count("base.audit WHERE action = 'psu.one_time_code' AND outcome = 'ok' AND actor = 'psu-alice'"), 1);
  EXPECT_EQ(count("base.audit a WHERE a::text LIKE '%mallory%' OR a::text LIKE '%123456%' OR a::text LIKE '%A Name%'"),
            0);
  EXPECT_EQ(count("consent.authentication_counter c WHERE c::text LIKE '%mallory%'"), 0);
}

TEST_F(ConsentAuthentication, ForgetsCountersThatSayNothingAnyMore) {
  for (int i = 0; i < 5; ++i) wrong_password(0s, "mallory");
  EXPECT_EQ(attempts.purge(caller(24h * 29)), 0);
  EXPECT_EQ(attempts.purge(caller(24h * 31)), 1);
}

}  // namespace
