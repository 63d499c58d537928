// Ids that may be used once: oauth.assertion_jti, oauth.proof_jti; and oauth.revoked_access_token.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/db/statement.h"
#include "base/db/transaction.h"
#include "base/id.h"
#include "oauth/client.h"

namespace oauth {

enum class UseOnce { first, again };

// The use of a client's assertion, as a demand of the transaction: never used before, by a client that is live and
// still of that revision. Told by the exception that the transaction ends with.
void demand_assertion_jti(base::db::Transaction& tx, const base::BrandId& brand, const Client& client,
                          const std::string& jti_hash, base::Instant expires_at);
enum class AssertionUnmet { used_before, client_changed };
std::optional<AssertionUnmet> assertion_unmet(const base::db::Unmet& unmet);  // nullopt: another demand's

// Waits for a concurrent use of the same id, and sees it when it committed.
UseOnce use_assertion_jti(base::db::Transaction& tx, const base::BrandId& brand, const base::ClientId& client,
                          const std::string& kind, const std::string& jti_hash, base::Instant expires_at);
UseOnce use_proof_jti(base::db::Transaction& tx, const base::BrandId& brand, const std::string& jkt,
                      const std::string& jti_hash, base::Instant expires_at);
void revoke_access_token(base::db::Transaction& tx, const base::BrandId& brand, const std::string& jti_hash,
                         base::Instant expires_at);
// Deletes at most `batch` rows of each kind that ended before `now`. How many went.
int delete_expired(base::db::Transaction& tx, base::Instant now, int batch);

std::vector<base::db::Statement> jti_statements();

}  // namespace oauth
