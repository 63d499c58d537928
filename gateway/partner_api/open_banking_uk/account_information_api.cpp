#include "gateway/partner_api/open_banking_uk/account_information_api.h"

#include "gateway/partner_api/open_banking_uk/aisp_endpoints.h"

namespace gateway {
namespace {

using base::http::Call;
using base::http::Response;

TokenFacts facts_of(const oauth::PresentedAccess& access) {
  return {.client = access.client(),
          .grant = access.grant(),
          .consent = access.consent(),
          .psu = access.psu(),
          .accounts_scope = access.has_scope("accounts")};
}

base::AccountId path_account(const Call& call) { return base::AccountId(call.path_values.at(0)); }

}  // namespace

Response AccountInformationApi::create_consent(Call& call, const oauth::PresentedAccess& access) {
  return AispEndpoints(deps_).create_consent(call, facts_of(access));
}
Response AccountInformationApi::read_consent(Call& call, const oauth::PresentedAccess& access) {
  return AispEndpoints(deps_).read_consent(call, facts_of(access));
}
Response AccountInformationApi::delete_consent(Call& call, const oauth::PresentedAccess& access) {
  return AispEndpoints(deps_).delete_consent(call, facts_of(access));
}
Response AccountInformationApi::accounts(Call& call, const oauth::PresentedAccess& access) {
  return AispEndpoints(deps_).accounts(call, facts_of(access), std::nullopt);
}
Response AccountInformationApi::account(Call& call, const oauth::PresentedAccess& access) {
  return AispEndpoints(deps_).accounts(call, facts_of(access), path_account(call));
}
Response AccountInformationApi::account_balances(Call& call, const oauth::PresentedAccess& access) {
  return AispEndpoints(deps_).balances(call, facts_of(access), path_account(call));
}
Response AccountInformationApi::account_transactions(Call& call, const oauth::PresentedAccess& access) {
  return AispEndpoints(deps_).transactions(call, facts_of(access), path_account(call));
}
Response AccountInformationApi::balances(Call& call, const oauth::PresentedAccess& access) {
  return AispEndpoints(deps_).balances(call, facts_of(access), std::nullopt);
}
Response AccountInformationApi::transactions(Call& call, const oauth::PresentedAccess& access) {
  return AispEndpoints(deps_).transactions(call, facts_of(access), std::nullopt);
}

}  // namespace gateway
