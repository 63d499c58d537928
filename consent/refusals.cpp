#include "consent/refusals.h"

#include <string>

namespace consent {

ConsentError unknown_consent(const base::ConsentId& id) {
  return ConsentError{ConsentErrorCode::unknown, "ConsentId", "There is no such consent.",
                      "no consent " + id.str() + " for this caller"};
}

ConsentError foreign_client(const Consent& consent, const base::ClientId& caller) {
  return ConsentError{ConsentErrorCode::foreign_client, "ConsentId", "This consent is not yours.",
                      "consent " + consent.id.str() + " of " + consent.client.str() + " asked for by " + caller.str()};
}

ConsentError foreign_psu(const Consent& consent, const base::PsuId& caller) {
  return ConsentError{ConsentErrorCode::foreign_psu, "", "There is no such consent.",
                      "consent " + consent.id.str() + " is bound to another customer than " + caller.str()};
}

ConsentError not_in_state(const Consent& effective, ConsentEvent event) {
  const bool by_expiry = effective.status_reason == StatusReason::expired ||
                         effective.status_reason == StatusReason::authorisation_not_completed;
  return ConsentError{by_expiry ? ConsentErrorCode::expired : ConsentErrorCode::status_conflict, "ConsentId",
                      by_expiry ? "The consent has expired." : "The consent's status does not allow this.",
                      "consent " + effective.id.str() + " is " + std::string(to_text(effective.status)) + ": " +
                          std::string(to_text(event)) + " is not possible"};
}

std::optional<ConsentError> refuse_to_client(const std::optional<Consent>& found, const base::ConsentId& id,
                                             const base::ClientId& client) {
  if (!found) return unknown_consent(id);
  if (found->client != client) return foreign_client(*found, client);
  // [OBIE-AISP-4.0-DELETE] what was deleted is gone for the TPP.
  if (found->removed && policy_of(*found).after_termination == AfterTermination::hidden) return unknown_consent(id);
  return std::nullopt;
}

}  // namespace consent
