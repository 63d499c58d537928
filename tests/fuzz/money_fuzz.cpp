// Amounts: what parses is written back as the same amount, and sums come out right or are refused.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/ensure.h"
#include "base/money.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace base;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (size < 3) return 0;
  const auto currency = Currency::parse(text.substr(0, 3));
  if (!currency) return 0;
  const std::string_view rest = text.substr(3);
  const std::size_t middle = rest.find('|');
  const auto a = Amount::parse(rest.substr(0, middle), *currency);
  if (!a) return 0;
  const auto again = Amount::parse(a->decimal(), *currency);
  ENSURE(again.has_value() && *again == *a, "what was written is read as the same amount");
  ENSURE(a->decimal().find_first_not_of("-0123456789.") == std::string::npos, "a decimal string and nothing else");
  ENSURE((a->decimal().front() == '-') == a->negative(), "the sign is the amount's");
  if (middle == std::string_view::npos) return 0;
  const auto b = Amount::parse(rest.substr(middle + 1), *currency);
  if (!b) return 0;
  __extension__ using Wide = __int128;
  const Wide sum = static_cast<Wide>(a->minor()) + b->minor();
  const auto plus = a->plus(*b);
  ENSURE(plus.has_value() == (sum >= INT64_MIN && sum <= INT64_MAX),
         "a sum is refused when it does not fit, and only then");
  ENSURE(!plus || static_cast<Wide>(plus->minor()) == sum, "a sum is the sum");
  const Wide difference = static_cast<Wide>(a->minor()) - b->minor();
  const auto minus = a->minus(*b);
  ENSURE(minus.has_value() == (difference >= INT64_MIN && difference <= INT64_MAX), "so is a difference");
  ENSURE(!minus || static_cast<Wide>(minus->minor()) == difference, "a difference is the difference");
  return 0;
}
