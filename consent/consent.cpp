#include "consent/consent.h"

namespace consent {

FacadePolicy policy_of(const Consent& consent) { return policy_of(consent.facade, consent.kind); }

Consent as_of(Consent consent, base::Instant now) {
  if (!consent.expires || now < *consent.expires) return consent;
  const Transition* row = transition(consent.status, ConsentEvent::expire, policy_of(consent));
  if (row == nullptr) return consent;
  consent.status = row->to;
  consent.status_reason = row->reason;
  consent.status_updated = *consent.expires;
  return consent;
}

}  // namespace consent
