// consent.customer_session. `hash` is the SHA-256 of a handle, 32 bytes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/db/statement.h"
#include "base/db/transaction.h"
#include "base/id.h"

namespace consent {

struct SessionRow {
  std::string id;
  std::optional<base::PsuId> psu;
  std::optional<base::Instant> knowledge_at;
  std::optional<base::Instant> possession_at;
  std::optional<std::string> challenge;
  std::optional<base::Instant> challenge_ends;
  base::Instant created;
  base::Instant last_active;
  base::Instant ends;
  std::string bound_terms;
  std::string method;
};

struct SecondElement {
  std::string challenge;  // the one that it answers
  std::string new_hash;
  std::string bound_terms;
  std::string method;
};

// Both at once: a device-bound passkey.
struct BothElements {
  std::string new_hash;
  base::PsuId psu;
  std::string method;
  base::Instant ends;
};

struct FirstElement {
  std::string new_hash;
  base::PsuId psu;
  std::string challenge;
  base::Instant challenge_ends;
  base::Instant ends;
};

class SessionStore {
 public:
  static std::vector<base::db::Statement> statements();

  static void insert(base::db::Transaction& tx, const base::Tenant& tenant, const std::string& hash,
                     const SessionRow& row);
  // Alive: last active at or after `active_since` and not past its end at `now`.
  static std::optional<SessionRow> find(base::db::Transaction& tx, const base::Tenant& tenant, const std::string& hash,
                                        base::Instant now, base::Instant active_since);
  static bool touch(base::db::Transaction& tx, const base::Tenant& tenant, const std::string& hash, base::Instant now,
                    base::Instant if_before);
  // Replaces handle and authentication where the handle is still `hash`: nullopt when it changed or died meanwhile.
  static std::optional<SessionRow> first_element(base::db::Transaction& tx, const base::Tenant& tenant,
                                                 const std::string& hash, base::Instant now,
                                                 const FirstElement& verified);
  // Closes the challenge: only one caller can.
  static std::optional<SessionRow> second_element(base::db::Transaction& tx, const base::Tenant& tenant,
                                                  const std::string& hash, const SecondElement& verified,
                                                  base::Instant now);
  static std::optional<SessionRow> both_elements(base::db::Transaction& tx, const base::Tenant& tenant,
                                                 const std::string& hash, const BothElements& verified,
                                                 base::Instant now);
  // Another challenge in place of the one that stands: false when the handle changed or died meanwhile, or the first
  // element is missing.
  static bool open_challenge(base::db::Transaction& tx, const base::Tenant& tenant, const std::string& hash,
                             const std::string& challenge, base::Instant ends, base::Instant now);
  // The second element's binding is gone from now on: false when it is not to these terms, or gone already.
  static bool spend_binding(base::db::Transaction& tx, const base::Tenant& tenant, const std::string& hash,
                            const std::string& terms);
  static void end(base::db::Transaction& tx, const base::Tenant& tenant, const std::string& hash);
  static int end_of_psu(base::db::Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu);
  static int purge(base::db::Transaction& tx, base::Instant now, base::Instant active_since, int limit);
};

}  // namespace consent
