// Why the consent engine refuses. Facades map the codes to their own words and HTTP statuses.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace consent {

enum class ConsentErrorCode : std::uint8_t {
  unknown,                // no such consent, or removed by its TPP.                   OBIE: 400 U011
  foreign_client,         // another TPP's consent.                                    OBIE: 403
  foreign_psu,            // bound to another customer.                                pages: as unknown (404)
  permissions_invalid,    // missing, unsupported or a forbidden combination.          OBIE: 400 U002
  expiration_invalid,     // in the past.                                              OBIE: 400 U003
  period_invalid,         // transaction period ends before it begins.                 OBIE: 400 U003
  status_conflict,        // the state does not allow it (used, rejected, ended).      OBIE: 400 U009
  expired,                // a status conflict whose reason is the passed expiry.      OBIE: 400 U009
  no_account_selected,    // the customer chose none
  account_not_shareable,  // an account that is not among the customer's own
  too_many_accounts,      // a payment has one payer's account
  idempotency_conflict,   // the key came with another body.               OBIE: 400 U006
  terms_changed,          // not what the customer agreed to.              OBIE: 400 U008
};

struct ConsentError {
  ConsentErrorCode code;
  std::string field;        // the member it is about ("Permissions", "ExpirationDateTime"), empty when none
  std::string public_text;  // may leave the process
  std::string log_text;     // names ids and states; stays inside
};

std::string_view to_text(ConsentErrorCode code);

}  // namespace consent
