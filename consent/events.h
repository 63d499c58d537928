// The domain events of this module. Thin: ids and status, never account data, names or permissions.
// data: {"consent_id", "client_id", "status", "status_reason", "occurred_at"}; status and status_reason are the
// internal words (consent_status.h), occurred_at is RFC 3339 in UTC (business time).
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "consent/consent.h"

namespace consent {

inline constexpr std::string_view kConsentAuthorised = "consent.authorised";
inline constexpr std::string_view kConsentRejected = "consent.rejected";
inline constexpr std::string_view kConsentRevoked = "consent.revoked";
inline constexpr std::string_view kConsentExpired = "consent.expired";
inline constexpr std::string_view kConsentConsumed = "consent.consumed";

struct EventType {
  std::string_view type;
  std::string_view description;  // for the catalogue and the portal
};

inline constexpr std::array<EventType, 5> kEventTypes{{
    {kConsentAuthorised, "A customer authorised the consent, for the first time or again."},
    {kConsentRejected, "A customer denied the consent, or it was not authorised in time."},
    {kConsentRevoked, "The customer, the bank or the TPP ended an authorised consent; its tokens ended with it."},
    {kConsentExpired, "The consent's expiry passed; its tokens ended with it."},
    {kConsentConsumed, "The payment that the consent was for was taken in; the consent is used up."},
}};

// The event's `data` member for a consent in the state it has now.
std::string event_data_json(const Consent& consent, base::Instant occurred_at);

}  // namespace consent
