#include "oauth/store/grant_store.h"

#include "base/db/sql.h"

namespace oauth {
namespace {

using base::db::Bytes;
using base::db::exec;
using base::db::exec_demand;
using base::db::exec_last;
using base::db::exec_row;
using base::db::Statement;
using base::db::value;

constexpr Statement kInsert{"oauth.grant.insert", R"sql(
  INSERT INTO oauth.authorization_grant (brand_id, grant_id, client_id, psu_id, consent_id, scope, authorization_details,
                                         long_lived, auth_time, acr, created_at, status, requested_claims)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'live', $12))sql"};
constexpr Statement kFind{"oauth.grant.find_live", R"sql(
  SELECT grant_id, client_id, psu_id, consent_id, scope, authorization_details, long_lived, auth_time, acr,
         requested_claims
    FROM oauth.authorization_grant
   WHERE brand_id = $1 AND grant_id = $2 AND status = 'live')sql"};
constexpr Statement kFindShared{"oauth.grant.find_live_shared", R"sql(
  SELECT grant_id, client_id, psu_id, consent_id, scope, authorization_details, long_lived, auth_time, acr,
         requested_claims
    FROM oauth.authorization_grant
   WHERE brand_id = $1 AND grant_id = $2 AND status = 'live'
     FOR SHARE)sql"};
constexpr Statement kEndOfConsent{"oauth.grant.end_of_consent", R"sql(
  UPDATE oauth.authorization_grant SET status = 'ended', ended_at = $3, ended_reason = $4
   WHERE brand_id = $1 AND consent_id = $2 AND consent_id <> '' AND status = 'live'
  RETURNING grant_id, client_id)sql"};
constexpr Statement kEnd{"oauth.grant.end", R"sql(
  UPDATE oauth.authorization_grant SET status = 'ended', ended_at = $3, ended_reason = $4
   WHERE brand_id = $1 AND grant_id = $2 AND status = 'live'
  RETURNING grant_id, client_id)sql"};
constexpr Statement kInsertRefresh{"oauth.refresh_token.insert", R"sql(
  INSERT INTO oauth.refresh_token (brand_id, token_hash, client_id, grant_id, issued_at) VALUES ($1, $2, $3, $4, $5))sql"};
constexpr Statement kFindRefresh{"oauth.refresh_token.find", R"sql(
  SELECT r.client_id, r.grant_id, g.consent_id, g.status = 'live', r.issued_at, r.replaced_at
    FROM oauth.refresh_token r
    JOIN oauth.authorization_grant g ON g.brand_id = r.brand_id AND g.grant_id = r.grant_id
   WHERE r.brand_id = $1 AND r.token_hash = $2)sql"};
constexpr Statement kMarkReplaced{"oauth.refresh_token.mark_replaced", R"sql(
  UPDATE oauth.refresh_token SET replaced_at = $3
   WHERE brand_id = $1 AND token_hash = $2 AND replaced_at IS NULL)sql"};
constexpr Statement kInsertReplacement{"oauth.refresh_token.insert_replacement", R"sql(
  INSERT INTO oauth.refresh_token (brand_id, token_hash, client_id, grant_id, issued_at) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT DO NOTHING)sql"};
constexpr Statement kFindRefreshGrant{"oauth.refresh_token.find_with_grant", R"sql(
  SELECT g.grant_id, g.client_id, g.psu_id, g.consent_id, g.scope, g.authorization_details, g.long_lived, g.auth_time,
         g.acr, g.requested_claims, r.client_id, g.status = 'live', r.issued_at,
         r.replaced_at
    FROM oauth.refresh_token r
    JOIN oauth.authorization_grant g ON g.brand_id = r.brand_id AND g.grant_id = r.grant_id
   WHERE r.brand_id = $1 AND r.token_hash = $2)sql"};
// Divides by zero when there is none to hold.
constexpr Statement kDemandLive{"oauth.grant.demand_live", R"sql(
  SELECT 1 / count(*)
    FROM (SELECT FROM oauth.authorization_grant
           WHERE brand_id = $1 AND grant_id = $2 AND status = 'live'
             FOR SHARE) AS held)sql"};
constexpr Statement kSweep{"oauth.grant.sweep", "SELECT oauth.sweep_grants($1, $2)"};
constexpr Statement kDemandUnchanged{"oauth.refresh_token.demand_unchanged", R"sql(
  SELECT 1 / count(*)
    FROM (SELECT FROM oauth.refresh_token r
            JOIN oauth.authorization_grant g ON g.brand_id = r.brand_id AND g.grant_id = r.grant_id
           WHERE r.brand_id = $1 AND r.token_hash = $2 AND r.replaced_at IS NULL
             AND g.grant_id = $3 AND g.status = 'live'
             FOR SHARE OF g) AS held)sql"};
// One row whatever is missing. $3 is null for a token without a grant.
constexpr Statement kFacts{"oauth.access.facts", R"sql(
  SELECT c.client_id IS NOT NULL,
         $3::uuid IS NULL OR g.grant_id IS NOT NULL,
         EXISTS (SELECT FROM oauth.revoked_access_token r WHERE r.brand_id = $1 AND r.jti_hash = $4),
         EXISTS (SELECT FROM oauth.signing_key k WHERE k.brand_id = $1 AND k.kid = $5 AND k.compromised_at IS NULL),
         coalesce(g.psu_id, ''), coalesce(g.consent_id, ''), coalesce(c.subject_type, 'public'), coalesce(c.sector, ''),
         coalesce(c.require_dpop_nonce, false)
    FROM (VALUES (1)) AS one (row)
    LEFT JOIN oauth.client c ON c.brand_id = $1 AND c.client_id = $2 AND c.status = 'live'
    LEFT JOIN oauth.authorization_grant g
      ON g.brand_id = $1 AND g.grant_id = $3::uuid AND g.client_id = $2 AND g.status = 'live')sql"};

std::vector<EndedGrant> ended_of(const base::db::Rows& rows) {
  std::vector<EndedGrant> ended;
  for (const auto& row : rows) ended.push_back({value<base::GrantId>(row[0]), value<base::ClientId>(row[1])});
  return ended;
}

Grant grant_of(const base::db::Row& row) {
  Grant found;
  found.id = value<base::GrantId>(row[0]);
  found.client = value<base::ClientId>(row[1]);
  found.psu = value<base::PsuId>(row[2]);
  found.consent = value<base::ConsentId>(row[3]);
  found.scope = value<std::string>(row[4]);
  found.authorization_details = value<std::string>(row[5]);
  found.long_lived = value<bool>(row[6]);
  found.auth_time = value<base::Instant>(row[7]);
  found.acr = value<std::string>(row[8]);
  found.requested_claims = value<std::string>(row[9]);
  return found;
}

}  // namespace

void insert_grant(base::db::Transaction& tx, const base::BrandId& brand, const Grant& grant, base::Instant now) {
  exec(tx, kInsert, brand, grant.id, grant.client, grant.psu, grant.consent, grant.scope, grant.authorization_details,
       grant.long_lived, grant.auth_time, grant.acr, now, grant.requested_claims);
}

std::optional<Grant> find_live_grant(base::db::Transaction& tx, const base::BrandId& brand, const base::GrantId& grant,
                                     GrantLock lock) {
  const auto row = exec_row(tx, lock == GrantLock::share ? kFindShared : kFind, brand, grant);
  if (!row) return std::nullopt;
  return grant_of(*row);
}

std::vector<EndedGrant> end_live_grants_of_consent(base::db::Transaction& tx, const base::BrandId& brand,
                                                   const base::ConsentId& consent, base::Instant now,
                                                   const std::string& reason) {
  return ended_of(exec(tx, kEndOfConsent, brand, consent, now, reason));
}

std::optional<EndedGrant> end_live_grant(base::db::Transaction& tx, const base::BrandId& brand,
                                         const base::GrantId& grant, base::Instant now, const std::string& reason) {
  auto ended = ended_of(exec(tx, kEnd, brand, grant, now, reason));
  if (ended.empty()) return std::nullopt;
  return std::move(ended.front());
}

void insert_refresh_token(base::db::Transaction& tx, const base::BrandId& brand, const std::string& token_hash,
                          const base::ClientId& client, const base::GrantId& grant, base::Instant now) {
  exec(tx, kInsertRefresh, brand, Bytes{token_hash}, client, grant, now);
}

std::optional<RefreshTokenRow> find_refresh_token(base::db::Transaction& tx, const base::BrandId& brand,
                                                  const std::string& token_hash) {
  const auto row = exec_row(tx, kFindRefresh, brand, Bytes{token_hash});
  if (!row) return std::nullopt;
  return RefreshTokenRow{value<base::ClientId>((*row)[0]),  value<base::GrantId>((*row)[1]),
                         value<base::ConsentId>((*row)[2]), value<bool>((*row)[3]),
                         value<base::Instant>((*row)[4]),   value<std::optional<base::Instant>>((*row)[5])};
}

void replace_refresh_token(base::db::Transaction& tx, const base::BrandId& brand, const std::string& old_hash,
                           const std::string& new_hash, const RefreshTokenRow& row, base::Instant issued_at,
                           base::Instant now) {
  exec(tx, kMarkReplaced, brand, Bytes{old_hash}, now);
  exec(tx, kInsertReplacement, brand, Bytes{new_hash}, row.client, row.grant, issued_at);
}

std::optional<RefreshGrant> find_refresh_grant(base::db::Transaction& tx, const base::BrandId& brand,
                                               const std::string& token_hash) {
  const auto row = exec_row(tx, kFindRefreshGrant, brand, Bytes{token_hash});
  if (!row) return std::nullopt;
  Grant grant = grant_of(*row);
  RefreshTokenRow token{value<base::ClientId>((*row)[10]),
                        grant.id,
                        grant.consent,
                        value<bool>((*row)[11]),
                        value<base::Instant>((*row)[12]),
                        value<std::optional<base::Instant>>((*row)[13])};
  return RefreshGrant{std::move(token), std::move(grant)};
}

void demand_live_grant(base::db::Transaction& tx, const base::BrandId& brand, const base::GrantId& grant) {
  exec_demand(tx, kDemandLive, brand, grant);
}
bool is_grant_unmet(const base::db::Unmet& unmet) { return unmet.is(kDemandLive); }

void demand_unchanged(base::db::Transaction& tx, const base::BrandId& brand, const std::string& token_hash,
                      const RefreshGrant& read) {
  ENSURE(read.token.live && !read.token.replaced_at, "what is over is read each time");
  exec_demand(tx, kDemandUnchanged, brand, Bytes{token_hash}, read.token.grant);
}

AccessFacts read_access_facts(base::db::Transaction& tx, const AccessFactsQuery& query, FactsAre facts_are) {
  const std::optional<std::string> grant =
      query.grant.empty() ? std::nullopt : std::optional<std::string>(query.grant.str());
  const Bytes jti{query.jti_hash};
  const base::db::Rows rows = facts_are == FactsAre::last
                                  ? exec_last(tx, kFacts, query.brand, query.client, grant, jti, query.kid)
                                  : exec(tx, kFacts, query.brand, query.client, grant, jti, query.kid);
  ENSURE(rows.size() == 1, "the read of an access token's facts always yields a row");
  const std::optional<base::db::Row> row = rows.front();
  const auto subject_type = subject_type_from_text(value<std::string>((*row)[6]));
  ENSURE(subject_type.has_value(), "a client's row has a subject type this program does not know");
  return {value<bool>((*row)[0]), value<bool>((*row)[1]),        value<bool>((*row)[2]),
          value<bool>((*row)[3]), value<std::string>((*row)[4]), value<std::string>((*row)[5]),
          *subject_type,          value<std::string>((*row)[7]), value<bool>((*row)[8])};
}

int delete_grants_past_use(base::db::Transaction& tx, base::Instant now, int batch) {
  const auto row = exec_row(tx, kSweep, now, batch);
  ENSURE(row.has_value(), "a function without a set returns one row");
  return static_cast<int>(value<std::int64_t>((*row)[0]));
}

std::vector<base::db::Statement> grant_statements() {
  return {kFindRefreshGrant, kDemandUnchanged,   kDemandLive, kInsert,        kFind,
          kFindShared,       kEndOfConsent,      kEnd,        kInsertRefresh, kFindRefresh,
          kMarkReplaced,     kInsertReplacement, kFacts,      kSweep};
}

}  // namespace oauth
