#include "consent/facade_obie_v4.h"

#include "base/ensure.h"

namespace consent {

std::optional<std::string_view> obie_status_code(ConsentStatus status, ConsentKind kind) {
  // OBWriteDomesticConsentResponse5: Status is one of "AWAU", "RJCT", "AUTH", "COND"
  const bool payment = kind_policy(kind).uses == Uses::once;
  switch (status) {
    case ConsentStatus::awaiting_upload:
      return "AWUP";
    case ConsentStatus::awaiting_authorisation:
    case ConsentStatus::partially_authorised:
      return "AWAU";
    case ConsentStatus::authorised:
      return "AUTH";
    case ConsentStatus::consumed:
      return "COND";
    // [OBIE-AISP-4.0-Access-Revocation] "The status of the account-access-consent must be changed to CANC"
    case ConsentStatus::access_revoked_by_psu:
    case ConsentStatus::access_revoked_by_bank:
      return payment ? "RJCT" : "CANC";
    case ConsentStatus::rejected:
      return "RJCT";
    case ConsentStatus::expired:
      return payment ? "RJCT" : "EXPD";
    case ConsentStatus::terminated_by_tpp:
    case ConsentStatus::superseded:
      return std::nullopt;
  }
  throw base::BrokenInvariant("a status outside its enumeration");
}

std::vector<ObieStatusReason> obie_status_reasons(ConsentStatus status, StatusReason reason, ConsentKind kind) {
  const auto ended = [&](std::string_view code, std::string_view why) {
    std::vector<ObieStatusReason> reasons{{code, why}};
    if (is_final(status, policy_of(Facade::obie_v4, kind)))
      reasons.push_back({"U039", "The consent cannot be reinstated."});
    return reasons;
  };
  switch (reason) {
    case StatusReason::none:
    case StatusReason::terminated_by_tpp:
    case StatusReason::superseded:
      return {};
    case StatusReason::awaiting_file:
      return {{"U036", "Authorisation not completed: the file has not been uploaded."}};
    case StatusReason::awaiting_customer:
      return {{"U036", "Waiting for the customer to complete the authorisation of the consent."}};
    case StatusReason::awaiting_further_signatories:
      return {{"U040", "Waiting for the authorisation of further customers."}};
    case StatusReason::denied_by_psu:
      return {{"U037", "The customer denied the consent."}};
    case StatusReason::authorisation_not_completed:
      return {{"U036", "The authorisation was not completed before the consent's expiry."}};
    case StatusReason::used:
      return {{"U038", "The consent has been used."}};
    case StatusReason::revoked_by_psu:
      return {{"CUST", "The customer cancelled the access on the bank's dashboard."}};
    case StatusReason::revoked_by_bank:
      return ended("TKSP", "The bank has ended the access.");
    case StatusReason::fraud_suspected:
      return ended("FR01", "The bank has ended the access because fraud is suspected.");
    case StatusReason::client_ended:
      return ended("TKSP", "The registration of the client has ended.");
    case StatusReason::account_closed:
      return ended("AC04", "Every account of the consent has been closed.");
    case StatusReason::expired:
      return {{"TKXP", "The consent has passed its expiry."}};
  }
  throw base::BrokenInvariant("a reason outside its enumeration");
}

}  // namespace consent
