#include "base/iban.h"

#include <algorithm>
#include <optional>

namespace base {
namespace {

struct Country {
  std::string_view code;
  std::size_t length;
};
// SWIFT IBAN registry: total length per country, sorted by code.
constexpr Country kCountries[] = {
    {"AD", 24}, {"AE", 23}, {"AL", 28}, {"AT", 20}, {"AZ", 28}, {"BA", 20}, {"BE", 16}, {"BG", 22}, {"BH", 22},
    {"BR", 29}, {"BY", 28}, {"CH", 21}, {"CR", 22}, {"CY", 28}, {"CZ", 24}, {"DE", 22}, {"DK", 18}, {"DO", 28},
    {"EE", 20}, {"EG", 29}, {"ES", 24}, {"FI", 18}, {"FO", 18}, {"FR", 27}, {"GB", 22}, {"GE", 22}, {"GI", 23},
    {"GL", 18}, {"GR", 27}, {"GT", 28}, {"HR", 21}, {"HU", 28}, {"IE", 22}, {"IL", 23}, {"IQ", 23}, {"IS", 26},
    {"IT", 27}, {"JO", 30}, {"KW", 30}, {"KZ", 20}, {"LB", 28}, {"LC", 32}, {"LI", 21}, {"LT", 20}, {"LU", 20},
    {"LV", 21}, {"LY", 25}, {"MC", 27}, {"MD", 24}, {"ME", 22}, {"MK", 19}, {"MR", 27}, {"MT", 31}, {"MU", 30},
    {"NL", 18}, {"NO", 15}, {"PK", 24}, {"PL", 28}, {"PS", 29}, {"PT", 25}, {"QA", 29}, {"RO", 24}, {"RS", 22},
    {"SA", 24}, {"SC", 31}, {"SE", 24}, {"SI", 19}, {"SK", 24}, {"SM", 27}, {"ST", 25}, {"SV", 28}, {"TL", 23},
    {"TN", 24}, {"TR", 26}, {"UA", 29}, {"VA", 22}, {"VG", 24}, {"XK", 20},
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return c >= 'A' && c <= 'Z'; }

std::optional<std::size_t> length_of(std::string_view country) {
  const auto found = std::lower_bound(std::begin(kCountries), std::end(kCountries), country,
                                      [](const Country& row, std::string_view wanted) { return row.code < wanted; });
  if (found == std::end(kCountries) || found->code != country) return std::nullopt;
  return found->length;
}

// ISO 7064 mod 97-10 over the text with letters as 10 to 35.
int mod97(std::string_view text) {
  int rest = 0;
  for (const char c : text) rest = is_digit(c) ? (rest * 10 + (c - '0')) % 97 : (rest * 100 + (c - 'A' + 10)) % 97;
  return rest;
}

// "GB33 BUKB 2020 …": groups of four, the last may be shorter, one blank between.
std::optional<std::string> without_groups(std::string_view text) {
  if (text.find(' ') == std::string_view::npos) return std::string(text);
  std::string joined;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool separator = i % 5 == 4;
    if ((text[i] == ' ') != separator) return std::nullopt;
    if (!separator) joined += text[i];
  }
  if (text.back() == ' ') return std::nullopt;
  return joined;
}

}  // namespace

std::string_view to_text(IbanError error) {
  switch (error) {
    case IbanError::malformed:
      return "not the form of an IBAN";
    case IbanError::unknown_country:
      return "not a country that uses IBANs";
    case IbanError::wrong_length:
      return "not the length of an IBAN of that country";
    case IbanError::wrong_check_digits:
      return "check digits do not match";
  }
  return "not the form of an IBAN";
}

Result<Iban, IbanError> Iban::parse(std::string_view text) {
  auto joined = without_groups(text);
  if (!joined || joined->size() < 5 || joined->size() > 34) return failure(IbanError::malformed);
  const std::string& iban = *joined;
  if (!std::all_of(iban.begin(), iban.end(), [](char c) { return is_digit(c) || is_letter(c); })) {
    return failure(IbanError::malformed);
  }
  if (!is_letter(iban[0]) || !is_letter(iban[1]) || !is_digit(iban[2]) || !is_digit(iban[3])) {
    return failure(IbanError::malformed);
  }
  const auto length = length_of(std::string_view(iban).substr(0, 2));
  if (!length) return failure(IbanError::unknown_country);
  if (iban.size() != *length) return failure(IbanError::wrong_length);
  // [ISO13616-6] check digits run from 02 to 98: 00, 01 and 99 are congruent to others and never issued.
  const int check = (iban[2] - '0') * 10 + (iban[3] - '0');
  if (check < 2 || check > 98 || mod97(iban.substr(4) + iban.substr(0, 4)) != 1)
    return failure(IbanError::wrong_check_digits);
  return Iban(std::move(*joined));
}

Result<Iban, IbanError> Iban::from_bban(std::string_view country, std::string_view bban) {
  const bool sound = std::all_of(bban.begin(), bban.end(), [](char c) { return is_digit(c) || is_letter(c); });
  if (!sound || country.size() != 2 || !is_letter(country[0]) || !is_letter(country[1]))
    return failure(IbanError::malformed);
  const int check = 98 - mod97(std::string(bban) + std::string(country) + "00");
  const std::string digits{static_cast<char>('0' + check / 10), static_cast<char>('0' + check % 10)};
  return parse(std::string(country) + digits + std::string(bban));
}

std::string Iban::masked() const { return text_.substr(0, 2) + "•• " + masked_number(text_); }

std::string masked_number(std::string_view number) {
  if (number.size() < 8) return "••••";
  return "•••• " + std::string(number.substr(number.size() - 4));
}

}  // namespace base
