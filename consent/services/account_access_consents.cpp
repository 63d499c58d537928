#include "consent/services/account_access_consents.h"

#include "consent/services/client_consents.h"

namespace consent {

base::Result<Consent, ConsentError> AccountAccessConsents::create(const base::Caller& caller,
                                                                  const base::ClientId& client,
                                                                  const CreateAccountAccessConsent& request) {
  TRY_VOID(check(request, supported_, caller.now.business));
  Consent consent;
  consent.id = base::new_id<base::ConsentId>(caller.now.protocol, entropy_);
  consent.tenant = caller.tenant;
  consent.client = client;
  consent.permissions = request.permissions;
  // [OBIE-AISP-4.0-Expiration] "ASPSP must not modify the ExpirationDateTime for an account access consent"
  consent.expires = request.expiration;
  consent.transactions_from = request.transactions_from;
  consent.transactions_to = request.transactions_to;
  consent.created = caller.now.business;
  consent.status_updated = caller.now.business;
  return base::db::with_transaction(pool_, caller.deadline, [&](base::db::Transaction& tx) {
    changes_.create(tx, caller, consent);
    return base::Result<Consent, ConsentError>(consent);
  });
}

base::Result<Consent, ConsentError> AccountAccessConsents::find(const base::Caller& caller,
                                                                const base::ClientId& client,
                                                                const base::ConsentId& consent) {
  return ClientConsents(pool_, changes_).find(caller, client, ConsentKind::account_access, consent);
}

base::Result<void, ConsentError> AccountAccessConsents::remove(const base::Caller& caller, const base::ClientId& client,
                                                               const base::ConsentId& consent) {
  return ClientConsents(pool_, changes_).remove(caller, client, ConsentKind::account_access, consent);
}

}  // namespace consent
