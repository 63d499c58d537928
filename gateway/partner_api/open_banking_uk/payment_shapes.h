// The requests of the UK surface that create consents to payments, VRP and confirmation of funds, as shapes:
// OBWriteDomesticConsent4, OBWriteDomesticScheduledConsent4, OBWriteDomesticStandingOrderConsent5,
// OBDomesticVRPConsentRequest, OBFundsConfirmationConsent1 (everything).
#pragma once

#include "consent/consent_kind.h"
#include "gateway/partner_api/open_banking_uk/obie_shape.h"

namespace gateway {

// nullptr: this surface does not create such consents here.
const Shape* consent_shape(consent::ConsentKind kind);

}  // namespace gateway
