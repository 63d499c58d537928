// A bank's account information behind its guards, from the outside in: retry budget (reads only, once), deadline,
// bulkhead, circuit breaker. The bank behind does not know of them, its callers only see Retryable.
#pragma once

#include <chrono>
#include <string>

#include "base/clock.h"
#include "base/observe/metrics.h"
#include "connectors/bank.h"
#include "connectors/resilience/bulkhead.h"
#include "connectors/resilience/circuit_breaker.h"
#include "connectors/resilience/retry_budget.h"

namespace connectors {

struct GuardSettings {
  std::chrono::nanoseconds read_deadline =
      std::chrono::seconds(5);  // of one call, cut with what is left of the request
  int concurrent_calls = 16;
  double retry_ratio = 0.1;
  double retries_saved = 10;
  CircuitBreakerSettings breaker;
};

class GuardedAccountInformation final : public AccountInformation {
 public:
  // `bank_label` stands in metrics: a name from the configuration.
  GuardedAccountInformation(AccountInformation& bank, std::string bank_label, GuardSettings settings,
                            const base::MonotonicClock& clock, base::observe::Metrics& metrics);

  Outcome<std::vector<Account>> accounts(const CallContext& context, const policy::AuthorisedAccess& access) override;
  Outcome<Account> account(const CallContext& context, const policy::AuthorisedAccess& access) override;
  Outcome<std::vector<Balance>> balances(const CallContext& context, const policy::AuthorisedAccess& access) override;
  Outcome<TransactionPage> transactions(const CallContext& context, const policy::AuthorisedAccess& access,
                                        const TransactionFilter& filter) override;
  Outcome<bool> account_exists(const CallContext& context, const base::AccountId& account) override;

  const CircuitBreaker& breaker() const { return breaker_; }

 private:
  template <class T, class Call>
  Outcome<T> guarded(const char* operation, const CallContext& context, const Call& call);
  template <class T, class Call>
  Outcome<T> once(const CallContext& context, const Call& call);

  AccountInformation& bank_;
  const std::string bank_label_;
  const GuardSettings settings_;
  const base::MonotonicClock& clock_;
  base::observe::Metrics& metrics_;
  CircuitBreaker breaker_;
  Bulkhead bulkhead_;
  RetryBudget retries_;
};

}  // namespace connectors
