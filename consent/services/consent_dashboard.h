// The customer's dashboard, and the same ending for the bank. Queries begin with the owner: another customer's consent
// is unknown. Where several customers must agree, it is the consent of each of them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/caller.h"
#include "base/db/transaction.h"
#include "base/result.h"
#include "consent/consent.h"
#include "consent/consent_error.h"
#include "consent/services/consent_changes.h"

namespace consent {

// Where several must agree and somebody has begun.
enum class Signature : std::uint8_t { none, wanted, given };  // of this customer

struct ListedConsent {
  Consent consent;
  Signature signature = Signature::none;
};

struct ConsentWithHistory {
  Consent consent;
  Signature signature = Signature::none;
  std::vector<HistoryEntry> history;  // oldest first
};

class ConsentDashboard {
 public:
  ConsentDashboard(base::db::Pool& pool, ConsentChanges& changes) : pool_(pool), changes_(changes) {}

  // Newest first, at most 500.
  std::vector<ListedConsent> list(const base::Caller& caller, const base::PsuId& psu);
  base::Result<ConsentWithHistory, ConsentError> show(const base::Caller& caller, const base::PsuId& psu,
                                                      const base::ConsentId& consent);
  // unknown, status_conflict (already ended), expired. State, tokens, history, audit and event in one transaction.
  base::Result<Consent, ConsentError> revoke(const base::Caller& caller, const base::PsuId& psu,
                                             const base::ConsentId& consent, const Evidence& evidence);
  // By the bank's staff or a rule of the bank; `why` is plain words for the record.
  base::Result<Consent, ConsentError> revoke_by_bank(const base::Caller& caller, const base::ConsentId& consent,
                                                     const Actor& actor, const std::string& why);

 private:
  base::db::Pool& pool_;
  ConsentChanges& changes_;
};

}  // namespace consent
