// consent.sca_factor and consent.sign_in. Removed factors stay as rows and are never found.
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

struct FactorRow {
  Factor factor;
  base::PsuId psu;
  std::string sealed;
  std::string credential_id;  // raw; empty but for passkeys
  std::string public_key;
  std::int64_t counter = 0;
};

class FactorStore {
 public:
  static std::vector<base::db::Statement> statements();

  // False: the credential is enrolled already, by whomever.
  static bool insert(base::db::Transaction& tx, const base::Tenant& tenant, const FactorRow& row);
  static std::vector<FactorRow> of_psu(base::db::Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu);
  static std::optional<FactorRow> find(base::db::Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu,
                                       const std::string& id);
  static std::optional<FactorRow> find_credential(base::db::Transaction& tx, const base::Tenant& tenant,
                                                  const std::string& credential_id);
  // Moves the counter from one value to a later one: false when it stands elsewhere by now. Of a passkey without a
  // counter both are zero.
  static bool advance(base::db::Transaction& tx, const base::Tenant& tenant, const std::string& id, std::int64_t from,
                      std::int64_t to, base::Instant used);
  static bool remove(base::db::Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu,
                     const std::string& id, base::Instant at);

  // Newest first.
  static std::vector<FactorChange> changes(base::db::Transaction& tx, const base::Tenant& tenant,
                                           const base::PsuId& psu, int limit);

  static void record_sign_in(base::db::Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu,
                             const std::string& session, const SignIn& sign_in);
  static std::vector<SignIn> sign_ins(base::db::Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu,
                                      int limit);
};

}  // namespace consent
