#include "connectors/resilience/guarded_account_information.h"

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>
#include <utility>

#include "tests/support/fakes.h"

namespace connectors {
namespace {

using namespace std::chrono_literals;

class ScriptedBank final : public AccountInformation {
 public:
  std::function<Outcome<bool>(const CallContext&)> answer = [](const CallContext&) { return Outcome<bool>(true); };
  int calls = 0;

  Outcome<std::vector<Account>> accounts(const CallContext&, const policy::AuthorisedAccess&) override {
    return NotSupported{};
  }
  Outcome<Account> account(const CallContext&, const policy::AuthorisedAccess&) override { return NotSupported{}; }
  Outcome<std::vector<Balance>> balances(const CallContext&, const policy::AuthorisedAccess&) override {
    return NotSupported{};
  }
  Outcome<TransactionPage> transactions(const CallContext&, const policy::AuthorisedAccess&,
                                        const TransactionFilter&) override {
    return NotSupported{};
  }
  Outcome<bool> account_exists(const CallContext& context, const base::AccountId&) override {
    ++calls;
    return answer(context);
  }
};

struct Bench {
  tests::FakeMonotonicClock clock;
  base::observe::Metrics metrics;
  ScriptedBank bank;
  GuardSettings settings{.read_deadline = 5s,
                         .concurrent_calls = 1,
                         .retry_ratio = 0.1,
                         .retries_saved = 1,
                         .breaker = {.minimum_calls = 4, .open_for = 10s}};
  std::unique_ptr<GuardedAccountInformation> guarded =
      std::make_unique<GuardedAccountInformation>(bank, "test", settings, clock, metrics);

  CallContext context(std::chrono::nanoseconds left = 60s) {
    CallContext made;
    made.caller.deadline.at = clock.now() + left;
    return made;
  }
  Outcome<bool> call(std::chrono::nanoseconds left = 60s) {
    return guarded->account_exists(context(left), base::AccountId("x"));
  }
};

TEST(GuardedBank, PassesTheAnswerOn) {
  Bench b;
  const auto outcome = b.call();
  ASSERT_TRUE(outcome.ok());
  EXPECT_TRUE(outcome.value());
  EXPECT_EQ(b.bank.calls, 1);
}

TEST(GuardedBank, CutsTheDeadlineAndKeepsAShorterOne) {
  Bench b;
  std::chrono::nanoseconds seen{0};
  b.bank.answer = [&](const CallContext& context) {
    seen = context.caller.deadline.at - b.clock.now();
    return Outcome<bool>(true);
  };
  (void)b.call(60s);
  EXPECT_EQ(seen, 5s);
  (void)b.call(2s);
  EXPECT_EQ(seen, 2s);
}

TEST(GuardedBank, DoesNotCallWithoutTime) {
  Bench b;
  const auto outcome = b.call(0s);
  EXPECT_NE(outcome.get<Retryable>(), nullptr);
  EXPECT_EQ(b.bank.calls, 0);
}

TEST(GuardedBank, RetriesAReadOnceWithinItsBudget) {
  Bench b;
  b.bank.answer = [&](const CallContext&) -> Outcome<bool> {
    if (b.bank.calls == 1) return Retryable{std::nullopt, "hiccup"};
    return true;
  };
  EXPECT_TRUE(b.call().ok());
  EXPECT_EQ(b.bank.calls, 2);
  b.bank.answer = [](const CallContext&) -> Outcome<bool> { return Retryable{std::nullopt, "down"}; };
  EXPECT_FALSE(b.call().ok());
  EXPECT_EQ(b.bank.calls, 3) << "the budget is spent: no second try";
}

TEST(GuardedBank, NeverRepeatsWhatTheBankAskedToWaitForOrWhatIsUncertain) {
  Bench b;
  b.bank.answer = [](const CallContext&) -> Outcome<bool> { return Retryable{1s, "later"}; };
  EXPECT_FALSE(b.call().ok());
  b.bank.answer = [](const CallContext&) -> Outcome<bool> { return Unknown{"lost"}; };
  EXPECT_NE(b.call().get<Unknown>(), nullptr);
  EXPECT_EQ(b.bank.calls, 2);
}

TEST(GuardedBank, ARefusalIsTheAnswerOfAHealthyBank) {
  Bench b;
  b.bank.answer = [](const CallContext&) -> Outcome<bool> { return Denied{"no"}; };
  for (int i = 0; i < 20; ++i) EXPECT_NE(b.call().get<Denied>(), nullptr);
  EXPECT_EQ(b.guarded->breaker().state(), CircuitState::closed);
}

TEST(GuardedBank, StopsCallingABankThatIsDownAndSaysWhenToComeBack) {
  Bench b;
  b.bank.answer = [](const CallContext&) -> Outcome<bool> { return Retryable{1s, "down"}; };
  for (int i = 0; i < 4; ++i) (void)b.call();
  const int calls = b.bank.calls;
  const auto outcome = b.call();
  EXPECT_EQ(b.bank.calls, calls);
  ASSERT_NE(outcome.get<Retryable>(), nullptr);
  EXPECT_EQ(outcome.get<Retryable>()->after, 10s);
}

TEST(GuardedBank, AnExceptionCountsAsFailureAndPassesThrough) {
  Bench b;
  b.bank.answer = [](const CallContext&) -> Outcome<bool> { throw std::runtime_error("gone"); };
  for (int i = 0; i < 4; ++i) EXPECT_THROW((void)b.call(), std::runtime_error);
  EXPECT_EQ(b.guarded->breaker().state(), CircuitState::open);
}

TEST(GuardedBank, HasNoPlaceForMoreCallsThanItsBulkhead) {
  Bench b;
  Outcome<bool> inner = NotSupported{};
  bool inside = false;
  b.bank.answer = [&](const CallContext&) {
    if (!std::exchange(inside, true)) inner = b.call();  // while the only place is taken
    return Outcome<bool>(true);
  };
  EXPECT_TRUE(b.call().ok());
  ASSERT_NE(inner.get<Retryable>(), nullptr);
  EXPECT_TRUE(b.call().ok()) << "the place is free again";
}

}  // namespace
}  // namespace connectors
