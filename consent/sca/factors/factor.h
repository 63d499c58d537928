// Elements of authentication that a customer has enrolled with us, beside those that the bank verifies itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace consent {

// bank_code and device are the bank's own: a code it verifies, an approval in its app. The others are enrolled here.
enum class FactorKind : std::uint8_t { bank_code, device, totp, passkey, sms, email };
std::string_view to_text(FactorKind kind);  // "bank_code"
std::optional<FactorKind> factor_kind_from_text(std::string_view text);

// The id of the bank's own factor, which has no row.
inline constexpr std::string_view kBankFactor = "bank";
// Stands for all passkeys of a customer in a choice: the device knows which it has.
inline constexpr std::string_view kAnyPasskey = "passkey";

struct Factor {
  std::string id;  // a UUID; in a choice also kBankFactor, kAnyPasskey
  FactorKind kind = FactorKind::bank_code;
  std::string label;  // the customer's own name for it; empty for the bank's
  std::string hint;   // "•••• 4321", "a•••@example.org"; empty where there is none
  // Passkeys: the key cannot leave its device. Only such a key counts as possession and, with its user verification, as
  // both elements (docs/sca.md).
  bool device_bound = false;
  base::Instant created;
  std::optional<base::Instant> last_used;
};

// A factor that came or went.
struct FactorChange {
  base::Instant at;
  enum class What : std::uint8_t { added, removed } what = What::added;
  FactorKind kind = FactorKind::bank_code;
  std::string label;
  std::string hint;
};

// One try to sign in, as the customer may see it. Append-only.
struct SignIn {
  base::Instant at;
  std::optional<FactorKind> by;  // none: the password, which was wrong
  enum class Outcome : std::uint8_t { ok, refused, blocked } outcome = Outcome::ok;
};

}  // namespace consent
