// What a bank can answer (DESIGN decision 16). Closed on purpose: every caller says what it does with each.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace connectors {

struct Denied {
  std::string log_text;  // the bank said no, and asking again changes nothing
};
enum class ScaMethod { one_time_code, decoupled };
struct NeedsSca {
  std::vector<ScaMethod> methods;
};
enum class ExemptionKind {
  account_information,
  trusted_beneficiary,
  recurring,
  own_account,
  low_value,
  transaction_risk
};
struct Exempted {  // the step was not needed: the bank waives the second element
  ExemptionKind kind;
};
struct Retryable {  // nothing happened at the bank; the same call may be made again
  std::optional<std::chrono::seconds> after;
  std::string log_text;
};
struct Unknown {  // it may have happened: ask by idempotency key, then reconcile, never repeat blindly
  std::string log_text;
};
struct NotSupported {};

template <class T>
class Outcome {
 public:
  using Variant = std::variant<T, Denied, NeedsSca, Exempted, Retryable, Unknown, NotSupported>;
  template <class Alternative>
  requires std::is_constructible_v<Variant, Alternative&&> Outcome(Alternative&& alternative)
      : value_(std::forward<Alternative>(alternative)) {}  // NOLINT: a sum type

  bool ok() const { return std::holds_alternative<T>(value_); }
  const T& value() const& { return std::get<T>(value_); }
  T& value() & { return std::get<T>(value_); }
  T value() && { return std::get<T>(std::move(value_)); }  // by value: f().value() outlives the Outcome
  template <class Alternative>
  const Alternative* get() const {
    return std::get_if<Alternative>(&value_);
  }
  // Closed set, fit for metric labels: "ok", "denied", "needs_sca", "exempted", "retryable", "unknown",
  // "not_supported".
  const char* kind() const {
    constexpr const char* kKinds[] = {"ok", "denied", "needs_sca", "exempted", "retryable", "unknown", "not_supported"};
    return kKinds[value_.index()];
  }
  // Every alternative but Ok, carried over to another payload type.
  template <class U>
  Outcome<U> failure_as() const {
    if (const auto* denied = get<Denied>()) return *denied;
    if (const auto* needs = get<NeedsSca>()) return *needs;
    if (const auto* exempted = get<Exempted>()) return *exempted;
    if (const auto* retryable = get<Retryable>()) return *retryable;
    if (const auto* unknown = get<Unknown>()) return *unknown;
    return NotSupported{};
  }

 private:
  Variant value_;
};

}  // namespace connectors
