#include "policy/rule_table.h"

#include <array>

#include "policy/rules/account_selected.h"
#include "policy/rules/consent_authorised.h"
#include "policy/rules/consent_unexpired.h"
#include "policy/rules/permission_given.h"
#include "policy/rules/sca_current.h"
#include "policy/rules/scope_covers.h"

namespace policy {
namespace {

// Dead ground first (401), then what a live token may not do (403): a revoked consent answers 401 whatever is asked.
constexpr std::array kAccessRules{
    AccessRule{"consent_authorised", consent_authorised},
    AccessRule{"consent_unexpired", consent_unexpired},
    AccessRule{"scope_covers", scope_covers},
    AccessRule{"sca_current", sca_current},
    AccessRule{"permission_given", permission_given},
    AccessRule{"account_selected", account_selected},
};

}  // namespace

std::span<const AccessRule> access_rules() { return kAccessRules; }

}  // namespace policy
