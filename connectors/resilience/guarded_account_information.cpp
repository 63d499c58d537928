#include "connectors/resilience/guarded_account_information.h"

#include <algorithm>

namespace connectors {
namespace {

std::chrono::seconds whole_seconds(std::chrono::nanoseconds time) {
  return std::max(std::chrono::seconds(1), std::chrono::ceil<std::chrono::seconds>(time));
}

// The bank answered, whatever it said: only silence and "not now" speak against its health.
template <class T>
bool bank_is_well(const Outcome<T>& outcome) {
  return outcome.template get<Retryable>() == nullptr && outcome.template get<Unknown>() == nullptr;
}

}  // namespace

GuardedAccountInformation::GuardedAccountInformation(AccountInformation& bank, std::string bank_label,
                                                     GuardSettings settings, const base::MonotonicClock& clock,
                                                     base::observe::Metrics& metrics)
    : bank_(bank),
      bank_label_(std::move(bank_label)),
      settings_(settings),
      clock_(clock),
      metrics_(metrics),
      breaker_(settings.breaker, clock),
      bulkhead_(settings.concurrent_calls),
      retries_(settings.retry_ratio, settings.retries_saved) {}

template <class T, class Call>
Outcome<T> GuardedAccountInformation::once(const CallContext& context, const Call& call) {
  CallContext limited = context;
  limited.caller.deadline.at = std::min(context.caller.deadline.at, clock_.now() + settings_.read_deadline);
  if (limited.caller.deadline.at <= clock_.now()) return Retryable{std::nullopt, "no time is left for the bank"};
  const auto place = bulkhead_.enter();
  if (!place) return Retryable{std::chrono::seconds(1), "too many calls to this bank at a time"};
  auto permit = breaker_.ask();
  if (!permit) return Retryable{whole_seconds(breaker_.reopens_in()), "the circuit to this bank is open"};
  Outcome<T> outcome = call(limited);
  if (bank_is_well(outcome)) permit.succeed();
  return outcome;
}

template <class T, class Call>
Outcome<T> GuardedAccountInformation::guarded(const char* operation, const CallContext& context, const Call& call) {
  const auto started = clock_.now();
  retries_.earn();
  Outcome<T> outcome = once<T>(context, call);
  // "After" is the bank's or a guard's wish to be left alone for a while; without it one more try may be spent.
  const Retryable* retryable = outcome.template get<Retryable>();
  if (retryable != nullptr && !retryable->after && context.caller.deadline.at > clock_.now() && retries_.spend()) {
    outcome = once<T>(context, call);
    metrics_.count("aldgate_bank_retries_total", {{"bank", bank_label_}, {"operation", operation}});
  }
  const double seconds = std::chrono::duration<double>(clock_.now() - started).count();
  metrics_.observe_seconds("aldgate_bank_call_seconds", seconds, {{"bank", bank_label_}, {"operation", operation}});
  metrics_.count("aldgate_bank_calls_total",
                 {{"bank", bank_label_}, {"operation", operation}, {"outcome", outcome.kind()}});
  return outcome;
}

Outcome<std::vector<Account>> GuardedAccountInformation::accounts(const CallContext& context,
                                                                  const policy::AuthorisedAccess& access) {
  return guarded<std::vector<Account>>("accounts", context,
                                       [&](const CallContext& c) { return bank_.accounts(c, access); });
}
Outcome<Account> GuardedAccountInformation::account(const CallContext& context,
                                                    const policy::AuthorisedAccess& access) {
  return guarded<Account>("account", context, [&](const CallContext& c) { return bank_.account(c, access); });
}
Outcome<std::vector<Balance>> GuardedAccountInformation::balances(const CallContext& context,
                                                                  const policy::AuthorisedAccess& access) {
  return guarded<std::vector<Balance>>("balances", context,
                                       [&](const CallContext& c) { return bank_.balances(c, access); });
}
Outcome<TransactionPage> GuardedAccountInformation::transactions(const CallContext& context,
                                                                 const policy::AuthorisedAccess& access,
                                                                 const TransactionFilter& filter) {
  return guarded<TransactionPage>("transactions", context,
                                  [&](const CallContext& c) { return bank_.transactions(c, access, filter); });
}
Outcome<bool> GuardedAccountInformation::account_exists(const CallContext& context, const base::AccountId& account) {
  return guarded<bool>("account_exists", context,
                       [&](const CallContext& c) { return bank_.account_exists(c, account); });
}

}  // namespace connectors
