// OBReadConsent1: the body of POST /account-access-consents, read strictly. What the permissions may be together and
// what the dates may be is the consent module's to say; this is form only.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "consent/consent_request.h"
#include "gateway/partner_api/open_banking_uk/obie_error.h"

namespace gateway {

base::Result<consent::CreateAccountAccessConsent, ObieFailure> read_consent_body(std::string_view body);

}  // namespace gateway
