// Money: an integer number of minor units and an ISO 4217 currency with its exponent. Arithmetic that would overflow or
// mix currencies is a failure, never a wrong sum. The text form is a decimal string with exactly the currency's
// decimals.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace base {

// ISO 4217 alphabetic code. Only currencies in our table exist, so that an exponent is never guessed.
class Currency {
 public:
  static std::optional<Currency> parse(std::string_view code);  // upper case, exactly three letters
  std::string code() const { return {code_.begin(), code_.end()}; }
  int exponent() const { return exponent_; }  // 0 JPY, 2 GBP, 3 KWD
  bool operator==(const Currency&) const = default;

 private:
  constexpr Currency(std::array<char, 3> code, std::uint8_t exponent) : code_(code), exponent_(exponent) {}
  std::array<char, 3> code_;
  std::uint8_t exponent_;
};

enum class MoneyError { overflow, mixed_currencies, malformed, too_many_decimals };
std::string_view to_text(MoneyError error);

class Amount {
 public:
  static Amount of_minor(std::int64_t minor, Currency currency) { return Amount(minor, currency); }
  // "12", "12.3", "-0.05". Refused: sign '+', exponents, blanks, a bare dot, more decimals than the currency has.
  static Result<Amount, MoneyError> parse(std::string_view decimal, Currency currency);

  std::int64_t minor() const { return minor_; }
  const Currency& currency() const { return currency_; }
  bool negative() const { return minor_ < 0; }

  Result<Amount, MoneyError> plus(const Amount& other) const;
  Result<Amount, MoneyError> minus(const Amount& other) const;
  Result<Amount, MoneyError> negated() const;  // the smallest int64 has no opposite

  std::string decimal() const;           // "-12.30"; JPY "500"; KWD "1.250"
  std::string unsigned_decimal() const;  // "12.30": where a credit/debit indicator tells the sign
  bool operator==(const Amount&) const = default;

 private:
  Amount(std::int64_t minor, Currency currency) : minor_(minor), currency_(currency) {}
  std::int64_t minor_;
  Currency currency_;
};

}  // namespace base
