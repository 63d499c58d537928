#include "base/money.h"

#include <algorithm>
#include <limits>

namespace base {
namespace {

struct Row {
  std::string_view code;
  std::uint8_t exponent;
};
// ISO 4217 list one, sorted by code.
constexpr Row kCurrencies[] = {
    {"AED", 2}, {"ALL", 2}, {"ARS", 2}, {"AUD", 2}, {"BAM", 2}, {"BGN", 2}, {"BHD", 3}, {"BRL", 2}, {"CAD", 2},
    {"CHF", 2}, {"CLP", 0}, {"CNY", 2}, {"COP", 2}, {"CZK", 2}, {"DKK", 2}, {"EGP", 2}, {"EUR", 2}, {"GBP", 2},
    {"GEL", 2}, {"HKD", 2}, {"HUF", 2}, {"IDR", 2}, {"ILS", 2}, {"INR", 2}, {"IQD", 3}, {"ISK", 0}, {"JOD", 3},
    {"JPY", 0}, {"KES", 2}, {"KRW", 0}, {"KWD", 3}, {"LYD", 3}, {"MAD", 2}, {"MDL", 2}, {"MKD", 2}, {"MXN", 2},
    {"MYR", 2}, {"NGN", 2}, {"NOK", 2}, {"NZD", 2}, {"OMR", 3}, {"PEN", 2}, {"PHP", 2}, {"PKR", 2}, {"PLN", 2},
    {"QAR", 2}, {"RON", 2}, {"RSD", 2}, {"SAR", 2}, {"SEK", 2}, {"SGD", 2}, {"THB", 2}, {"TND", 3}, {"TRY", 2},
    {"TWD", 2}, {"UAH", 2}, {"USD", 2}, {"VND", 0}, {"XAF", 0}, {"XOF", 0}, {"ZAR", 2},
};

bool digits_only(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::optional<Currency> Currency::parse(std::string_view code) {
  const auto found = std::lower_bound(std::begin(kCurrencies), std::end(kCurrencies), code,
                                      [](const Row& row, std::string_view wanted) { return row.code < wanted; });
  if (found == std::end(kCurrencies) || found->code != code) return std::nullopt;
  return Currency({code[0], code[1], code[2]}, found->exponent);
}

std::string_view to_text(MoneyError error) {
  switch (error) {
    case MoneyError::overflow:
      return "amount out of range";
    case MoneyError::mixed_currencies:
      return "amounts of different currencies";
    case MoneyError::malformed:
      return "not a decimal number";
    case MoneyError::too_many_decimals:
      return "more decimals than the currency has";
  }
  return "amount out of range";
}

Result<Amount, MoneyError> Amount::parse(std::string_view decimal, Currency currency) {
  const bool negative = decimal.starts_with('-');
  if (negative) decimal.remove_prefix(1);
  const std::size_t dot = decimal.find('.');
  const std::string_view whole = decimal.substr(0, dot);
  const std::string_view fraction = dot == std::string_view::npos ? std::string_view() : decimal.substr(dot + 1);
  if (!digits_only(whole) || (dot != std::string_view::npos && !digits_only(fraction))) {
    return failure(MoneyError::malformed);
  }
  const auto exponent = static_cast<std::size_t>(currency.exponent());
  if (fraction.size() > exponent) return failure(MoneyError::too_many_decimals);

  // Counted downwards: the negative half of int64 is the larger one.
  std::int64_t minor = 0;
  const auto push = [&](char digit) {
    return !__builtin_mul_overflow(minor, std::int64_t{10}, &minor) &&
           !__builtin_sub_overflow(minor, static_cast<std::int64_t>(digit - '0'), &minor);
  };
  for (const char c : whole) {
    if (!push(c)) return failure(MoneyError::overflow);
  }
  for (std::size_t i = 0; i < exponent; ++i) {
    if (!push(i < fraction.size() ? fraction[i] : '0')) return failure(MoneyError::overflow);
  }
  const Amount amount(minor, currency);
  if (negative) return amount;
  return amount.negated();
}

Result<Amount, MoneyError> Amount::plus(const Amount& other) const {
  if (currency_ != other.currency_) return failure(MoneyError::mixed_currencies);
  std::int64_t sum = 0;
  if (__builtin_add_overflow(minor_, other.minor_, &sum)) return failure(MoneyError::overflow);
  return Amount(sum, currency_);
}

Result<Amount, MoneyError> Amount::minus(const Amount& other) const {
  if (currency_ != other.currency_) return failure(MoneyError::mixed_currencies);
  std::int64_t difference = 0;
  if (__builtin_sub_overflow(minor_, other.minor_, &difference)) return failure(MoneyError::overflow);
  return Amount(difference, currency_);
}

Result<Amount, MoneyError> Amount::negated() const { return of_minor(0, currency_).minus(*this); }

std::string Amount::unsigned_decimal() const {
  const auto magnitude =
      minor_ < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(minor_) : static_cast<std::uint64_t>(minor_);
  std::string text = std::to_string(magnitude);
  const auto exponent = static_cast<std::size_t>(currency_.exponent());
  if (exponent == 0) return text;
  if (text.size() <= exponent) text.insert(0, exponent + 1 - text.size(), '0');
  text.insert(text.size() - exponent, ".");
  return text;
}

std::string Amount::decimal() const { return (negative() ? "-" : "") + unsigned_decimal(); }

}  // namespace base
