#include "consent/facade_obie_v4.h"

#include "base/ensure.h"

namespace consent {

std::optional<std::string_view> obie_status_code(ConsentStatus status) {
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
      return "CANC";
    case ConsentStatus::rejected:
      return "RJCT";
    case ConsentStatus::expired:
      return "EXPD";
    case ConsentStatus::terminated_by_tpp:
    case ConsentStatus::superseded:
      return std::nullopt;
  }
  throw base::BrokenInvariant("a status outside its enumeration");
}

std::vector<ObieStatusReason> obie_status_reasons(ConsentStatus status, StatusReason reason) {
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
    case StatusReason::revoked_by_bank: {
      std::vector<ObieStatusReason> reasons{{"TKSP", "The bank has ended the access."}};
      const FacadePolicy& policy = policy_of(Facade::obie_v4);
      if (is_final(status, policy)) reasons.push_back({"U039", "The consent cannot be reinstated."});
      return reasons;
    }
    case StatusReason::expired:
      return {{"TKXP", "The consent has passed its expiry."}};
  }
  throw base::BrokenInvariant("a reason outside its enumeration");
}

}  // namespace consent
