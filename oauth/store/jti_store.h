// Ids that may be used once: oauth.assertion_jti, oauth.proof_jti; and oauth.revoked_access_token.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/db/statement.h"
#include "base/db/transaction.h"
#include "base/id.h"

namespace oauth {

enum class UseOnce { first, again };

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
