// The domain events of this module. Thin: ids and status, never account data, names or permissions.
// data: {"consent_id", "client_id", "status", "status_reason", "occurred_at"}; status and status_reason are the
// internal words (consent_status.h), occurred_at is RFC 3339 in UTC (business time).
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "consent/consent.h"
#include "policy/access_clocks.h"

namespace consent {

inline constexpr std::string_view kConsentAuthorised = "consent.authorised";
inline constexpr std::string_view kConsentRejected = "consent.rejected";
inline constexpr std::string_view kConsentRevoked = "consent.revoked";
inline constexpr std::string_view kConsentExpired = "consent.expired";
inline constexpr std::string_view kConsentConsumed = "consent.consumed";
inline constexpr std::string_view kConsentExpiring = "consent.expiring";
inline constexpr std::string_view kConsentAccountRemoved = "consent.account_removed";

struct EventType {
  std::string_view type;
  std::string_view description;  // for the catalogue and the portal
};

inline constexpr std::array<EventType, 7> kEventTypes{{
    {kConsentAuthorised, "A customer authorised the consent, for the first time or again."},
    {kConsentRejected, "A customer denied the consent, or it was not authorised in time."},
    {kConsentRevoked, "The customer, the bank or the TPP ended an authorised consent; its tokens ended with it."},
    {kConsentExpired, "The consent's expiry passed; its tokens ended with it."},
    {kConsentConsumed, "The payment that the consent was for was taken in; the consent is used up."},
    {kConsentExpiring,
     "The access will end in 30 days, 7 days or 1 day unless it is renewed. data also has ends_at, ends_by (expiry, "
     "sca_renewal, reconfirmation) and days_left."},
    {kConsentAccountRemoved,
     "An account left the consent because it was closed; the rest of the consent stands. data "
     "also has account_id."},
}};

// The event's `data` member for a consent in the state it has now.
std::string event_data_json(const Consent& consent, base::Instant occurred_at);
// As above, with "ends_at", "ends_by" and "days_left".
std::string expiring_data_json(const Consent& consent, base::Instant occurred_at, const policy::NextEnd& end,
                               int days_left);
// As above, with "account_id".
std::string account_removed_data_json(const Consent& consent, base::Instant occurred_at,
                                      const base::AccountId& account);

}  // namespace consent
