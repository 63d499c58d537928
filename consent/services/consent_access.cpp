#include "consent/services/consent_access.h"

#include <chrono>

#include "base/ensure.h"
#include "consent/consent.h"
#include "consent/store/consent_store.h"

namespace consent {
namespace {

constexpr std::chrono::hours kTouchEvery{1};

}  // namespace

std::optional<ConsentInUse> ConsentAccess::for_use(base::db::Transaction& tx, const base::Caller& caller,
                                                   const base::ClientId& client, const base::ConsentId& consent) {
  auto facts = ConsentStore::facts(tx, caller.tenant, client, consent);
  if (!facts) return std::nullopt;
  Consent stored;
  stored.facade = facts->facade;
  stored.kind = facts->kind;
  stored.status = facts->status;
  stored.status_reason = facts->reason;
  stored.expires = facts->expires;
  ConsentInUse in_use;
  in_use.kind = facts->kind;
  in_use.authorised = facts->authorised;
  in_use.status = as_of(std::move(stored), caller.now.business).status;
  if (facts->psu) in_use.psu = *facts->psu;
  for (const std::string& name : facts->permissions) {
    const auto permission = policy::permission_from_text(name);
    ENSURE(permission.has_value(), "a permission in the database that this program does not know");
    in_use.permissions.insert(*permission);
  }
  for (std::string& account : facts->accounts) in_use.accounts.emplace(std::move(account));
  for (std::string& psu : facts->signatories) in_use.signatories.emplace(std::move(psu));
  in_use.expires = facts->expires;
  in_use.transactions_from = facts->transactions_from;
  in_use.transactions_to = facts->transactions_to;
  in_use.touch_due = !facts->last_access || *facts->last_access + kTouchEvery < caller.now.business;
  return in_use;
}

void ConsentAccess::touch(base::db::Transaction& tx, const base::Caller& caller, const base::ConsentId& consent) {
  ConsentStore::touch(tx, caller.tenant, consent, caller.now.business, caller.now.business - kTouchEvery);
}

}  // namespace consent
