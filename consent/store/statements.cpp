#include "consent/store/statements.h"

#include "consent/store/attempt_store.h"
#include "consent/store/challenge_store.h"
#include "consent/store/consent_store.h"
#include "consent/store/exemption_store.h"
#include "consent/store/factor_store.h"
#include "consent/store/idempotency_store.h"
#include "consent/store/payment_file_store.h"
#include "consent/store/session_store.h"
#include "consent/store/signature_store.h"
#include "consent/store/unattended_store.h"

namespace consent {

std::vector<base::db::Statement> statements() {
  std::vector<base::db::Statement> all = ConsentStore::statements();
  for (const auto& list :
       {SessionStore::statements(), AttemptStore::statements(), FactorStore::statements(), ChallengeStore::statements(),
        SignatureStore::statements(), UnattendedStore::statements(), IdempotencyStore::statements(),
        ExemptionStore::statements(), PaymentFileStore::statements()}) {
    all.insert(all.end(), list.begin(), list.end());
  }
  return all;
}

}  // namespace consent
