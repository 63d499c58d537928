// A request for a consent to a payment, VRP or confirmation of funds: the body in the official shape, read into terms.
#pragma once

#include <string_view>

#include "base/result.h"
#include "consent/services/payment_consents.h"
#include "gateway/partner_api/open_banking_uk/obie_error.h"

namespace gateway {

// The idempotency key is not the body's. `request` keeps the body's own members, for the answers.
base::Result<consent::CreatePaymentConsent, ObieFailure> read_payment_body(consent::ConsentKind kind,
                                                                           std::string_view body);

// The file of a file payment consent against what the consent declared: its hash, the number of payments and the
// control sum where they were said. What the payments come to, for the customer to decide on.
constexpr std::size_t kLongestPaymentFile = 512 * 1024;
base::Result<consent::Terms, ObieFailure> read_payment_file(const consent::Consent& consent, std::string_view content);

}  // namespace gateway
