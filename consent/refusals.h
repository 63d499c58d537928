// The refusals that several services give, worded once. Public texts tell a TPP or customer nothing about other
// people's consents; log texts name them.
#pragma once

#include <optional>

#include "base/id.h"
#include "consent/consent.h"
#include "consent/consent_error.h"

namespace consent {

ConsentError unknown_consent(const base::ConsentId& id);
ConsentError foreign_client(const Consent& consent, const base::ClientId& caller);
ConsentError foreign_psu(const Consent& consent, const base::PsuId& caller);
// `effective`: as_of(). The code is `expired` when a passed expiry is the reason, else status_conflict.
ConsentError not_in_state(const Consent& effective, ConsentEvent event);

// May this TPP see it? nullopt: yes.
std::optional<ConsentError> refuse_to_client(const std::optional<Consent>& found, const base::ConsentId& id,
                                             const base::ClientId& client);

}  // namespace consent
