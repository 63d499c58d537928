// IBAN (ISO 13616): country, length of that country, check digits by ISO 7064 mod 97-10. Personal data: it cannot be
// streamed, and reading it is spelled reveal().
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

#include "base/result.h"

namespace base {

enum class IbanError { malformed, unknown_country, wrong_length, wrong_check_digits };
std::string_view to_text(IbanError error);

class Iban {
 public:
  // Electronic form (no blanks, upper case) or the printed form in groups of four.
  static Result<Iban, IbanError> parse(std::string_view text);
  // Country code and national part (BBAN); the check digits are computed.
  static Result<Iban, IbanError> from_bban(std::string_view country, std::string_view bban);

  const std::string& reveal() const { return text_; }  // electronic form
  std::string masked() const;                          // "GB•• •••• 4321": country and last four
  bool operator==(const Iban&) const = default;

 private:
  explicit Iban(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

std::ostream& operator<<(std::ostream&, const Iban&) = delete;

// "•••• 4321": the last four characters of any account number; all hidden when it has fewer than eight.
std::string masked_number(std::string_view number);

}  // namespace base
