#include "consent/consent.h"

#include "base/ensure.h"

namespace consent {

Consent as_of(Consent consent, base::Instant now) {
  if (!consent.expires || now < *consent.expires) return consent;
  const Transition* row = transition(consent.status, ConsentEvent::expire, policy_of(consent.facade));
  if (row == nullptr) return consent;
  consent.status = row->to;
  consent.status_reason = row->reason;
  consent.status_updated = *consent.expires;
  return consent;
}

std::string_view to_text(ConsentKind kind) {
  switch (kind) {
    case ConsentKind::account_access:
      return "account_access";
  }
  throw base::BrokenInvariant("a kind outside its enumeration");
}

std::optional<ConsentKind> consent_kind_from_text(std::string_view text) {
  if (text == "account_access") return ConsentKind::account_access;
  return std::nullopt;
}

}  // namespace consent
