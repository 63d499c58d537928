// Several signatories: joint and corporate accounts on which n of m must agree. Pure.
#pragma once

#include <set>
#include <vector>

#include "base/id.h"

namespace consent {

// For one account. Accounts that one customer may share or pay from alone need no rule.
struct SigningRule {
  base::AccountId account;
  int needed = 1;
  std::set<base::PsuId> signatories;
  bool operator==(const SigningRule&) const = default;
};

// Does every account have the signatures it needs? Signatures of others do not count.
bool complete(const std::vector<SigningRule>& rules, const std::set<base::PsuId>& signed_by);
// May this customer sign? Without rules: nobody but the one whose consent it is.
bool is_signatory(const std::vector<SigningRule>& rules, const base::PsuId& psu);

}  // namespace consent
