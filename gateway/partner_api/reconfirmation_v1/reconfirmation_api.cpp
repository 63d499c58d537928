#include "gateway/partner_api/reconfirmation_v1/reconfirmation_api.h"

#include <optional>
#include <string>

#include "base/json/strict.h"
#include "consent/services/account_access_consents.h"
#include "consent/services/consent_upkeep.h"
#include "gateway/partner_api/open_banking_uk/obie_time.h"
#include "gateway/pipeline/refusal.h"

namespace gateway {
namespace {

using base::http::Call;
using base::http::Response;
using base::json::Value;

Response refused(Call& call, int status, std::string_view code, std::string_view title, std::string_view detail,
                 const std::string& log_text) {
  call.event.refuse(std::string(code), log_text);
  return refuse(Surface::problem, {status, code, title, detail}, call.caller.interaction);
}

Response refused(Call& call, const consent::ConsentError& error) {
  // Another TPP's consent is as unknown as one that never was.
  if (error.code == consent::ConsentErrorCode::unknown || error.code == consent::ConsentErrorCode::foreign_client) {
    return refused(call, 404, "unknown-consent", "Unknown consent", "There is no such consent.", error.log_text);
  }
  return refused(call, 409, "consent-not-authorised", "Consent not authorised",
                 "Only an authorised consent can be reconfirmed.", error.log_text);
}

// nullopt: a token of the TPP itself.
std::optional<Response> refuse_token(Call& call, const oauth::PresentedAccess& access) {
  if (access.psu().empty() && access.consent().empty()) return std::nullopt;
  return refused(call, 403, "client-token-needed", "Client token needed",
                 "A client-credentials token with scope accounts is needed.",
                 "a customer's token at a consent resource");
}

Response answer(const consent::Consent& consent, const policy::AccessClocks& clocks) {
  Value body = {{"consentId", consent.id.str()}};
  const auto put = [&](const char* member, std::optional<base::Instant> at) {
    if (at) body[member] = obie_time(*at);
  };
  put("lastConfirmedAt", consent.reconfirmed ? consent.reconfirmed : consent.authorised);
  put("reconfirmBy", policy::reconfirm_by(clocks, consent.authorised, consent.reconfirmed));
  put("authenticateBy", policy::sca_valid_until(clocks, consent.authorised));
  put("expiresAt", consent.expires);
  return {200, {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}}, base::json::dump(body)};
}

}  // namespace

Response ReconfirmationApi::read(Call& call, const oauth::PresentedAccess& access) {
  if (auto refusal = refuse_token(call, access)) return std::move(*refusal);
  const base::ConsentId id(call.path_values.at(0));
  const auto found = consents_.find(call.caller, access.client(), id);
  if (!found) return refused(call, found.error());
  call.event.consent = id;
  return answer(*found, clocks_);
}

Response ReconfirmationApi::create(Call& call, const oauth::PresentedAccess& access) {
  if (auto refusal = refuse_token(call, access)) return std::move(*refusal);
  const base::ConsentId id(call.path_values.at(0));
  const auto confirmed = upkeep_.reconfirm(call.caller, access.client(), id);
  if (!confirmed) return refused(call, confirmed.error());
  call.event.consent = id;
  return answer(*confirmed, clocks_);
}

}  // namespace gateway
