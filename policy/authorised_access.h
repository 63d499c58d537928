// Authorisation is a type: connectors take AuthorisedAccess, and only authorise() makes one. Forgetting the check does
// not compile. Pure: facts in, decision out.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/id.h"
#include "base/result.h"
#include "policy/permission.h"

namespace policy {

enum class Capability { accounts, balances, transactions };

struct AccessFacts {
  base::Tenant tenant;
  base::Instant now;  // business time
  // the token
  base::ClientId client;
  base::GrantId grant;
  bool scope_allows = false;  // the token's scope covers this surface
  // the consent behind it
  base::ConsentId consent;
  base::PsuId psu;
  bool consent_authorised = false;
  std::optional<base::Instant> consent_expires;
  std::optional<base::Instant> sca_valid_until;  // exclusive; nullopt: no renewal is asked for
  std::set<Permission> permissions;
  std::set<base::AccountId> selected_accounts;
  std::optional<base::Instant> transactions_from;  // the consent's window, inclusive
  std::optional<base::Instant> transactions_to;
  // the question
  Capability capability = Capability::accounts;
  std::optional<base::AccountId> account;  // nullopt: all selected ones
};

enum class DenialCode {
  consent_not_authorised,  // 401 at the edge: the token's ground is gone
  consent_expired,         // 401
  sca_due,                 // 403: the customer must authenticate again
  scope_missing,           // 403
  permission_missing,      // 403
  account_not_selected     // 403
};

std::string_view to_text(DenialCode code);
// Whether the token lost its ground (401: the TPP needs a new authorization) or only asks for too much (403).
bool ground_is_gone(DenialCode code);

struct Denial {
  DenialCode code;
  std::string why;  // for log and decision record: names the rule and the missing thing
};

class AuthorisedAccess {
 public:
  const AccessFacts& facts() const { return facts_; }
  bool has(Permission permission) const { return facts_.permissions.contains(permission); }

 private:
  explicit AuthorisedAccess(AccessFacts facts) : facts_(std::move(facts)) {}
  AccessFacts facts_;
  friend base::Result<AuthorisedAccess, Denial> authorise(AccessFacts facts);
};

// Runs policy/rule_table in order; the first denial stands.
[[nodiscard]] base::Result<AuthorisedAccess, Denial> authorise(AccessFacts facts);

}  // namespace policy
