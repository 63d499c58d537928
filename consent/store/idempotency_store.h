// consent.idempotency_key: which consent a TPP's x-idempotency-key made.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/db/statement.h"
#include "base/db/transaction.h"
#include "base/id.h"
#include "consent/consent_kind.h"

namespace consent {

struct IdempotencyKey {
  std::string key;        // 1 to 40 characters
  std::string body_hash;  // of the request's body
};

struct KeptAnswer {
  std::string body_hash;
  base::ConsentId consent;
};

class IdempotencyStore {
 public:
  static std::vector<base::db::Statement> statements();

  // True: the key is this consent's from now on (it was free, or taken before `free_before`).
  static bool claim(base::db::Transaction& tx, const base::Tenant& tenant, const base::ClientId& client,
                    ConsentKind kind, const IdempotencyKey& key, const base::ConsentId& consent, base::Instant now,
                    base::Instant free_before);
  static std::optional<KeptAnswer> find(base::db::Transaction& tx, const base::Tenant& tenant,
                                        const base::ClientId& client, ConsentKind kind, const std::string& key);
  static int purge(base::db::Transaction& tx, base::Instant older_than, int limit);
};

}  // namespace consent
