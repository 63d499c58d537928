// When a TPP must ask its customer again, and its word that it did. No standard has an address for it: in the UK the
// asking is the TPP's duty, and what the bank adds is the date and the reminders.
#pragma once

#include "base/http/call.h"
#include "base/http/message.h"
#include "oauth/resource_server.h"
#include "policy/access_clocks.h"

namespace consent {
class AccountAccessConsents;
class ConsentUpkeep;
}  // namespace consent

namespace gateway {

class ReconfirmationApi {
 public:
  ReconfirmationApi(consent::AccountAccessConsents& consents, consent::ConsentUpkeep& upkeep,
                    policy::AccessClocks clocks)
      : consents_(consents), upkeep_(upkeep), clocks_(clocks) {}

  // /reconfirmation/v1/consents/{ConsentId}: client-credentials tokens, scope accounts.
  base::http::Response read(base::http::Call& call, const oauth::PresentedAccess& access);
  base::http::Response create(base::http::Call& call, const oauth::PresentedAccess& access);

 private:
  consent::AccountAccessConsents& consents_;
  consent::ConsentUpkeep& upkeep_;
  const policy::AccessClocks clocks_;
};

}  // namespace gateway
