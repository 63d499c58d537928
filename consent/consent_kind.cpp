#include "consent/consent_kind.h"

#include <array>

#include "base/ensure.h"

namespace consent {
namespace {

using K = ConsentKind;

constexpr std::array<KindPolicy, 8> kKinds{{
    {K::account_access, "account_access", "accounts", Uses::many, Upload::none},
    {K::domestic_payment, "domestic_payment", "payments", Uses::once, Upload::none},
    {K::domestic_scheduled_payment, "domestic_scheduled_payment", "payments", Uses::once, Upload::none},
    {K::domestic_standing_order, "domestic_standing_order", "payments", Uses::once, Upload::none},
    {K::international_payment, "international_payment", "payments", Uses::once, Upload::none},
    {K::file_payment, "file_payment", "payments", Uses::once, Upload::of_a_file},
    {K::funds_confirmation, "funds_confirmation", "fundsconfirmations", Uses::many, Upload::none},
    {K::domestic_vrp, "domestic_vrp", "payments", Uses::many, Upload::none},
}};

}  // namespace

std::span<const KindPolicy> kind_policies() { return kKinds; }

const KindPolicy& kind_policy(ConsentKind kind) {
  for (const KindPolicy& policy : kKinds) {
    if (policy.kind == kind) return policy;
  }
  throw base::BrokenInvariant("a kind without a policy");
}

std::string_view to_text(ConsentKind kind) { return kind_policy(kind).text; }

std::optional<ConsentKind> consent_kind_from_text(std::string_view text) {
  for (const KindPolicy& policy : kKinds) {
    if (policy.text == text) return policy.kind;
  }
  return std::nullopt;
}

}  // namespace consent
