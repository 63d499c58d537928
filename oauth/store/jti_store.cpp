#include "oauth/store/jti_store.h"

#include "base/db/sql.h"

namespace oauth {
namespace {

using base::db::Bytes;
using base::db::exec;
using base::db::exec_count;
using base::db::exec_demand;
using base::db::Statement;

constexpr Statement kUseAssertion{"oauth.jti.use_assertion", R"sql(
  INSERT INTO oauth.assertion_jti (brand_id, client_id, kind, jti_hash, expires_at)
  VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING)sql"};
// NULL for a client that is not as it was read: the column takes none.
constexpr Statement kDemandAssertion{"oauth.jti.demand_assertion", R"sql(
  INSERT INTO oauth.assertion_jti (brand_id, client_id, kind, jti_hash, expires_at)
  VALUES ($1, $2, 'client_assertion', $3,
          (SELECT $4::timestamptz FROM oauth.client
            WHERE brand_id = $1 AND client_id = $2 AND status = 'live' AND revision = $5)))sql"};
constexpr Statement kUseProof{"oauth.jti.use_proof", R"sql(
  INSERT INTO oauth.proof_jti (brand_id, jkt, jti_hash, expires_at)
  VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING)sql"};
constexpr Statement kRevoke{"oauth.jti.revoke_access_token", R"sql(
  INSERT INTO oauth.revoked_access_token (brand_id, jti_hash, expires_at)
  VALUES ($1, $2, $3) ON CONFLICT DO NOTHING)sql"};
constexpr Statement kSweepAssertion{"oauth.jti.sweep_assertion", R"sql(
  DELETE FROM oauth.assertion_jti a
   USING (SELECT brand_id, client_id, kind, jti_hash FROM oauth.assertion_jti
           WHERE expires_at < $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED) over_now
   WHERE a.brand_id = over_now.brand_id AND a.client_id = over_now.client_id AND a.kind = over_now.kind
     AND a.jti_hash = over_now.jti_hash)sql"};
constexpr Statement kSweepProof{"oauth.jti.sweep_proof", R"sql(
  DELETE FROM oauth.proof_jti p
   USING (SELECT brand_id, jkt, jti_hash FROM oauth.proof_jti
           WHERE expires_at < $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED) over_now
   WHERE p.brand_id = over_now.brand_id AND p.jkt = over_now.jkt AND p.jti_hash = over_now.jti_hash)sql"};
constexpr Statement kSweepRevoked{"oauth.jti.sweep_revoked", R"sql(
  DELETE FROM oauth.revoked_access_token r
   USING (SELECT brand_id, jti_hash FROM oauth.revoked_access_token
           WHERE expires_at < $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED) over_now
   WHERE r.brand_id = over_now.brand_id AND r.jti_hash = over_now.jti_hash)sql"};

}  // namespace

UseOnce use_assertion_jti(base::db::Transaction& tx, const base::BrandId& brand, const base::ClientId& client,
                          const std::string& kind, const std::string& jti_hash, base::Instant expires_at) {
  return exec_count(tx, kUseAssertion, brand, client, kind, Bytes{jti_hash}, expires_at) == 1 ? UseOnce::first
                                                                                              : UseOnce::again;
}

void demand_assertion_jti(base::db::Transaction& tx, const base::BrandId& brand, const Client& client,
                          const std::string& jti_hash, base::Instant expires_at) {
  exec_demand(tx, kDemandAssertion, brand, client.id, Bytes{jti_hash}, expires_at, client.revision);
}

std::optional<AssertionUnmet> assertion_unmet(const base::db::Unmet& unmet) {
  if (!unmet.is(kDemandAssertion)) return std::nullopt;
  switch (unmet.why()) {
    case base::db::Unmet::Why::already_there:
      return AssertionUnmet::used_before;
    case base::db::Unmet::Why::missing:
      return AssertionUnmet::client_changed;
  }
  return std::nullopt;
}

UseOnce use_proof_jti(base::db::Transaction& tx, const base::BrandId& brand, const std::string& jkt,
                      const std::string& jti_hash, base::Instant expires_at) {
  return exec_count(tx, kUseProof, brand, jkt, Bytes{jti_hash}, expires_at) == 1 ? UseOnce::first : UseOnce::again;
}

void revoke_access_token(base::db::Transaction& tx, const base::BrandId& brand, const std::string& jti_hash,
                         base::Instant expires_at) {
  exec(tx, kRevoke, brand, Bytes{jti_hash}, expires_at);
}

int delete_expired(base::db::Transaction& tx, base::Instant now, int batch) {
  std::size_t gone = 0;
  for (const Statement& sweep : {kSweepAssertion, kSweepProof, kSweepRevoked})
    gone += exec_count(tx, sweep, now, batch);
  return static_cast<int>(gone);
}

std::vector<base::db::Statement> jti_statements() {
  return {kUseAssertion, kDemandAssertion, kUseProof, kRevoke, kSweepAssertion, kSweepProof, kSweepRevoked};
}

}  // namespace oauth
