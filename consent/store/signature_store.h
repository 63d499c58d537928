// consent.signing_rule and consent.signature. The consent is locked before anything is written here.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/db/statement.h"
#include "base/db/transaction.h"
#include "consent/consent.h"
#include "consent/signatures.h"

namespace consent {

class SignatureStore {
 public:
  static std::vector<base::db::Statement> statements();

  static std::vector<SigningRule> rules(base::db::Transaction& tx, const Consent& consent);
  static void replace_rules(base::db::Transaction& tx, const Consent& consent, const std::vector<SigningRule>& rules);
  // Who signed after `since`; nullopt: ever.
  static std::set<base::PsuId> signed_since(base::db::Transaction& tx, const Consent& consent,
                                            std::optional<base::Instant> since);
  // Of the authorisation that is under way: what was signed for an earlier one, or before the customer ended the
  // access, is spent.
  static std::set<base::PsuId> under_way(base::db::Transaction& tx, const Consent& consent);
  // Again by the same customer: the later instant stands.
  static void sign(base::db::Transaction& tx, const Consent& consent, const base::PsuId& psu, base::Instant at);
  static void forget_signatures(base::db::Transaction& tx, const Consent& consent);
  // Open consents in whose rules this customer stands, newest first.
  static std::vector<base::ConsentId> of_signatory(base::db::Transaction& tx, const base::Tenant& tenant,
                                                   const base::PsuId& psu, int limit);
};

}  // namespace consent
