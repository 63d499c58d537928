// The UK Open Banking words for our states. Read/Write v4.0, Account Access Consents, "Account Access Consent Status";
// code sets OBExternalConsentProprietaryCode and ExternalStatusReason1Code.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "consent/consent_status.h"

namespace consent {

struct ObieStatusReason {
  std::string_view code;         // StatusReasonCode
  std::string_view description;  // StatusReasonDescription, at most 500 characters
};

// "AWAU", "AUTH", "RJCT", "CANC", "EXPD", "COND", "AWUP"; nullopt: the consent cannot be seen through this facade any
// more (GET is 400 U011).
// Payments know four statuses alone: what ended otherwise is "RJCT" there, with the reason beside it.
std::optional<std::string_view> obie_status_code(ConsentStatus status, ConsentKind kind);
// Data.StatusReason, possibly empty (an authorised consent needs no reason).
std::vector<ObieStatusReason> obie_status_reasons(ConsentStatus status, StatusReason reason, ConsentKind kind);

}  // namespace consent
