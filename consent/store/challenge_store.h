// consent.sca_challenge.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/db/statement.h"
#include "base/db/transaction.h"
#include "base/id.h"
#include "consent/sca/factors/factor.h"

namespace consent {

enum class ChallengePurpose : std::uint8_t { authenticate, enrol };

struct ChallengeRow {
  std::string id;
  std::string session;  // CustomerSession::id
  base::PsuId psu;
  ChallengePurpose purpose = ChallengePurpose::authenticate;
  FactorKind kind = FactorKind::bank_code;
  std::optional<std::string> factor;  // none: the bank's own, or any passkey
  bool preset = false;                // opened by the password alone, before it was asked by what
  std::string terms_hash;
  std::string shown;
  std::string label;
  std::string hint;
  std::string sealed;
  std::string code_mac;  // empty: no code was sent
  int sent = 0;
  std::optional<std::string> decision;  // "approve", "refuse"
  base::Instant created;
  base::Instant ends;
};

class ChallengeStore {
 public:
  static std::vector<base::db::Statement> statements();

  static void insert(base::db::Transaction& tx, const base::Tenant& tenant, const ChallengeRow& row);
  // Open: not closed, and not past its end at `now`.
  static std::optional<ChallengeRow> find_open(base::db::Transaction& tx, const base::Tenant& tenant,
                                               const std::string& id, base::Instant now);
  // False: it was closed already. Single use.
  static bool close(base::db::Transaction& tx, const base::Tenant& tenant, const std::string& id, base::Instant now);
  // A code goes out: false when `most` have gone out for this challenge.
  static bool arm(base::db::Transaction& tx, const base::Tenant& tenant, const std::string& id,
                  const std::string& code_mac, int most);
  // Codes sent to the customer since then.
  static int sent_since(base::db::Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu,
                        base::Instant since);
  // Approvals that wait for the customer's device, oldest first.
  static std::vector<ChallengeRow> waiting(base::db::Transaction& tx, const base::Tenant& tenant,
                                           const base::PsuId& psu, base::Instant now);
  // False: none that waits.
  static bool decide(base::db::Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu,
                     const std::string& id, const std::string& decision, base::Instant now);
  // What is over and bound to nothing; what was bound to terms is evidence, and stays.
  static int purge(base::db::Transaction& tx, base::Instant ended_before, int limit);
};

}  // namespace consent
