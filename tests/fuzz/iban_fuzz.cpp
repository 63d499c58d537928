// IBANs: what parses is read back from its electronic form, and one wrong digit is found.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/ensure.h"
#include "base/iban.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using base::Iban;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)base::masked_number(text);
  if (size >= 2) {
    if (const auto made = Iban::from_bban(text.substr(0, 2), text.substr(2))) {
      const auto read = Iban::parse(made->reveal());
      ENSURE(read.has_value() && *read == *made, "what was made is good");
    }
  }
  const auto iban = Iban::parse(text);
  if (!iban) return 0;
  const auto again = Iban::parse(iban->reveal());
  ENSURE(again.has_value() && *again == *iban, "the electronic form is the same IBAN");
  ENSURE(iban->masked().find(iban->reveal().substr(4, iban->reveal().size() - 8)) == std::string::npos,
         "masking hides the middle");
  // ISO 7064 mod 97-10 finds every single wrong digit.
  for (std::size_t i = 2; i < iban->reveal().size(); ++i) {
    std::string wrong = iban->reveal();
    if (wrong[i] < '0' || wrong[i] > '9') continue;
    wrong[i] = wrong[i] == '9' ? '0' : static_cast<char>(wrong[i] + 1);
    ENSURE(!Iban::parse(wrong), "a wrong digit is found");
  }
  return 0;
}
