#include "oauth/store/key_store.h"

#include "base/db/sql.h"

namespace oauth {
namespace {

using base::db::Bytes;
using base::db::exec;
using base::db::exec_count;
using base::db::Statement;
using base::db::value;

constexpr Statement kLock{"oauth.signing_key.lock",
                          "SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('oauth.signing_key'), "
                          "pg_catalog.hashtext($1))"};
constexpr Statement kRead{"oauth.signing_key.read", R"sql(
  SELECT kid, algorithm, public_jwk, sealed_private, kek_id, published_at, activates_at, retires_at, compromised_at
    FROM oauth.signing_key WHERE brand_id = $1 ORDER BY algorithm, activates_at, kid)sql"};
constexpr Statement kInsert{"oauth.signing_key.insert", R"sql(
  INSERT INTO oauth.signing_key (brand_id, kid, algorithm, public_jwk, sealed_private, kek_id, published_at, activates_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8))sql"};
constexpr Statement kRetire{"oauth.signing_key.retire",
                            "UPDATE oauth.signing_key SET retires_at = $3 WHERE brand_id = $1 AND kid = $2"};
constexpr Statement kCompromise{"oauth.signing_key.compromise", R"sql(
  UPDATE oauth.signing_key SET compromised_at = $3, sealed_private = NULL WHERE brand_id = $1 AND kid = $2)sql"};
constexpr Statement kWipe{"oauth.signing_key.wipe", R"sql(
  UPDATE oauth.signing_key SET sealed_private = NULL
   WHERE brand_id = $1 AND retires_at <= $2 AND sealed_private IS NOT NULL)sql"};

}  // namespace

void lock_key_ring(base::db::Transaction& tx, const base::BrandId& brand) { exec(tx, kLock, brand); }

std::vector<SigningKeyRow> read_signing_keys(base::db::Transaction& tx, const base::BrandId& brand) {
  std::vector<SigningKeyRow> keys;
  for (const auto& row : exec(tx, kRead, brand)) {
    SigningKeyRow key;
    key.dates.kid = value<std::string>(row[0]);
    key.algorithm = value<std::string>(row[1]);
    key.public_jwk = value<std::string>(row[2]);
    key.sealed_private = value<std::optional<Bytes>>(row[3]).value_or(Bytes{}).data;
    key.kek_id = value<std::string>(row[4]);
    key.dates.published_at = value<base::Instant>(row[5]);
    key.dates.activates_at = value<base::Instant>(row[6]);
    key.dates.retires_at = value<std::optional<base::Instant>>(row[7]);
    key.dates.compromised_at = value<std::optional<base::Instant>>(row[8]);
    keys.push_back(std::move(key));
  }
  return keys;
}

void insert_signing_key(base::db::Transaction& tx, const base::BrandId& brand, const SigningKeyRow& key) {
  exec(tx, kInsert, brand, key.dates.kid, key.algorithm, key.public_jwk, Bytes{key.sealed_private}, key.kek_id,
       key.dates.published_at, key.dates.activates_at);
}

void set_key_retirement(base::db::Transaction& tx, const base::BrandId& brand, const std::string& kid,
                        base::Instant retires_at) {
  exec(tx, kRetire, brand, kid, retires_at);
}

void set_key_compromised(base::db::Transaction& tx, const base::BrandId& brand, const std::string& kid,
                         base::Instant at) {
  exec(tx, kCompromise, brand, kid, at);
}

int wipe_private_halves(base::db::Transaction& tx, const base::BrandId& brand, base::Instant now) {
  return static_cast<int>(exec_count(tx, kWipe, brand, now));
}

std::vector<base::db::Statement> key_statements() { return {kLock, kRead, kInsert, kRetire, kCompromise, kWipe}; }

}  // namespace oauth
