#include "consent/signatures.h"

#include <algorithm>

namespace consent {

bool complete(const std::vector<SigningRule>& rules, const std::set<base::PsuId>& signed_by) {
  return std::all_of(rules.begin(), rules.end(), [&](const SigningRule& rule) {
    const auto count = std::count_if(signed_by.begin(), signed_by.end(),
                                     [&](const base::PsuId& psu) { return rule.signatories.contains(psu); });
    return count >= rule.needed;
  });
}

bool is_signatory(const std::vector<SigningRule>& rules, const base::PsuId& psu) {
  return std::any_of(rules.begin(), rules.end(),
                     [&](const SigningRule& rule) { return rule.signatories.contains(psu); });
}

}  // namespace consent
