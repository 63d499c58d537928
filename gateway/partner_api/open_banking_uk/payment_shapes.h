// The requests of the UK surface that create consents to payments, VRP and confirmation of funds, as shapes:
// OBWriteDomesticConsent4, OBWriteDomesticScheduledConsent4, OBWriteDomesticStandingOrderConsent5,
// OBWriteInternationalConsent5, OBWriteFileConsent3, OBDomesticVRPConsentRequest, OBFundsConfirmationConsent1
// (everything).
#pragma once

#include "consent/consent_kind.h"
#include "gateway/partner_api/open_banking_uk/obie_shape.h"

namespace gateway {

// nullptr: account access has its own.
const Shape* consent_shape(consent::ConsentKind kind);
// The file of a file payment consent, FileType UK.OBIE.PaymentInitiation.4.0: payments as in a domestic payment
// consent.
const Shape& payment_file_shape();

}  // namespace gateway
