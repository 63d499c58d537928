// oauth.authorization_grant, oauth.refresh_token, and the one read behind each use of an access token.
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

struct Grant {
  base::GrantId id;
  base::ClientId client;
  base::PsuId psu;
  base::ConsentId consent;  // empty: none
  std::string scope;
  std::string authorization_details;  // JSON as granted; empty: none
  bool long_lived = false;
  base::Instant auth_time;
  std::string acr;
  std::string requested_claims;  // the claims parameter, canonical JSON; empty: none
};

enum class GrantLock { none, share };

void insert_grant(base::db::Transaction& tx, const base::BrandId& brand, const Grant& grant, base::Instant now);
// Live ones only.
std::optional<Grant> find_live_grant(base::db::Transaction& tx, const base::BrandId& brand, const base::GrantId& grant,
                                     GrantLock lock);

struct EndedGrant {
  base::GrantId grant;
  base::ClientId client;
};
std::vector<EndedGrant> end_live_grants_of_consent(base::db::Transaction& tx, const base::BrandId& brand,
                                                   const base::ConsentId& consent, base::Instant now,
                                                   const std::string& reason);
std::optional<EndedGrant> end_live_grant(base::db::Transaction& tx, const base::BrandId& brand,
                                         const base::GrantId& grant, base::Instant now, const std::string& reason);

void insert_refresh_token(base::db::Transaction& tx, const base::BrandId& brand, const std::string& token_hash,
                          const base::ClientId& client, const base::GrantId& grant, base::Instant now);
struct RefreshTokenRow {
  base::ClientId client;
  base::GrantId grant;
  base::ConsentId consent;  // of the grant: which lock to take first
  bool live = false;
  base::Instant issued_at;
  std::optional<base::Instant> replaced_at;  // when its replacement was given out first
};
std::optional<RefreshTokenRow> find_refresh_token(base::db::Transaction& tx, const base::BrandId& brand,
                                                  const std::string& token_hash);

// The old one remembers when it was replaced first; the new one is there from then on. Any number of times, at once
// too.
void replace_refresh_token(base::db::Transaction& tx, const base::BrandId& brand, const std::string& old_hash,
                           const std::string& new_hash, const RefreshTokenRow& row, base::Instant issued_at,
                           base::Instant now);

// The token and what it is of, in one read without locks: what changes of a grant is its status alone.
struct RefreshGrant {
  RefreshTokenRow token;
  Grant grant;
};
std::optional<RefreshGrant> find_refresh_grant(base::db::Transaction& tx, const base::BrandId& brand,
                                               const std::string& token_hash);
// Held FOR SHARE until the transaction ends, which is Unmet when it is not live.
void demand_live_grant(base::db::Transaction& tx, const base::BrandId& brand, const base::GrantId& grant);
bool is_grant_unmet(const base::db::Unmet& unmet);
// The same for a token and a grant that were read in an earlier transaction, live and not replaced: all that the
// service may change of either is compared.
void demand_unchanged(base::db::Transaction& tx, const base::BrandId& brand, const std::string& token_hash,
                      const RefreshGrant& read);

struct AccessFactsQuery {
  base::BrandId brand;
  base::ClientId client;
  base::GrantId grant;  // empty: client credentials
  std::string jti_hash;
  std::string kid;
};
struct AccessFacts {
  bool client_live = false;
  bool grant_live = false;  // true when there is none to be live
  bool revoked = false;
  bool key_good = false;  // neither compromised nor unknown
  std::string psu;        // of the grant: the token's own claims are compared with it
  std::string consent;
  SubjectType subject_type = SubjectType::public_;  // of the client
  std::string sector;
  bool require_dpop_nonce = false;
};
// last: the transaction commits with them, and whatever they say.
enum class FactsAre { first, last };
AccessFacts read_access_facts(base::db::Transaction& tx, const AccessFactsQuery& query, FactsAre facts_are);

// Deletes at most `batch` grants that ended 30 days ago, with their refresh tokens, and as many made a day ago that
// gave no refresh token and are of no consent: their one access token lived minutes. A refresh token without its grant
// is unknown, as that of an ended one is refused: the TPP reads invalid_grant before and after. How many grants went.
int delete_grants_past_use(base::db::Transaction& tx, base::Instant now, int batch);

std::vector<base::db::Statement> grant_statements();

}  // namespace oauth
