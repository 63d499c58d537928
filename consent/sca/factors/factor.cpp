#include "consent/sca/factors/factor.h"

#include <array>

namespace consent {
namespace {

constexpr std::array kKinds{FactorKind::bank_code, FactorKind::device, FactorKind::totp,
                            FactorKind::passkey,   FactorKind::sms,    FactorKind::email};

}  // namespace

std::string_view to_text(FactorKind kind) {
  switch (kind) {
    case FactorKind::bank_code:
      return "bank_code";
    case FactorKind::device:
      return "device";
    case FactorKind::totp:
      return "totp";
    case FactorKind::passkey:
      return "passkey";
    case FactorKind::sms:
      return "sms";
    case FactorKind::email:
      return "email";
  }
  return "";
}

std::optional<FactorKind> factor_kind_from_text(std::string_view text) {
  for (const FactorKind kind : kKinds) {
    if (to_text(kind) == text) return kind;
  }
  return std::nullopt;
}

}  // namespace consent
