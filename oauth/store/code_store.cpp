#include "oauth/store/code_store.h"

#include "base/db/sql.h"

namespace oauth {
namespace {

using base::db::Bytes;
using base::db::exec;
using base::db::exec_row;
using base::db::Statement;
using base::db::value;

constexpr Statement kInsert{"oauth.code.insert", R"sql(
  INSERT INTO oauth.authorization_code (expires_at, code_hash, brand_id, client_id, grant_id, redirect_uri, code_challenge,
                                        dpop_jkt, nonce, state_hash, issued_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11))sql"};
// The owner of the code and all it is bound to stand in the one statement that consumes it: a wrong client, redirect
// URI or key consumes nothing.
constexpr Statement kConsume{"oauth.code.consume", R"sql(
  UPDATE oauth.authorization_code SET consumed_at = $3
   WHERE expires_at = $1 AND code_hash = $2 AND expires_at > $3 AND consumed_at IS NULL
     AND brand_id = $4 AND client_id = $5 AND redirect_uri = $6 AND (dpop_jkt IS NULL OR dpop_jkt = $7)
  RETURNING client_id, grant_id, redirect_uri, code_challenge, dpop_jkt, nonce, state_hash)sql"};
constexpr Statement kLook{"oauth.code.look", R"sql(
  SELECT client_id, grant_id, consumed_at IS NOT NULL, redirect_uri = $4, coalesce(dpop_jkt IS NULL OR dpop_jkt = $5, false)
    FROM oauth.authorization_code
   WHERE expires_at = $1 AND code_hash = $2 AND brand_id = $3)sql"};

}  // namespace

void insert_code(base::db::Transaction& tx, const base::BrandId& brand, const Handle& handle, const CodeRow& code,
                 base::Instant now) {
  exec(tx, kInsert, handle.bucket, Bytes{handle.hash}, brand, code.client, code.grant, code.redirect_uri,
       code.code_challenge, code.dpop_jkt, code.nonce, code.state_hash, now);
}

std::optional<CodeRow> consume_code(base::db::Transaction& tx, const Handle& handle, const CodeUse& use,
                                    base::Instant now) {
  const auto row = exec_row(tx, kConsume, handle.bucket, Bytes{handle.hash}, now, use.brand, use.client,
                            use.redirect_uri, use.dpop_jkt);
  if (!row) return std::nullopt;
  return CodeRow{value<base::ClientId>((*row)[0]),
                 value<base::GrantId>((*row)[1]),
                 value<std::string>((*row)[2]),
                 value<std::string>((*row)[3]),
                 value<std::optional<std::string>>((*row)[4]),
                 value<std::optional<std::string>>((*row)[5]),
                 value<std::optional<std::string>>((*row)[6])};
}

std::optional<CodeState> look_at_code(base::db::Transaction& tx, const Handle& handle, const CodeUse& use) {
  const auto row = exec_row(tx, kLook, handle.bucket, Bytes{handle.hash}, use.brand, use.redirect_uri, use.dpop_jkt);
  if (!row) return std::nullopt;
  return CodeState{value<base::ClientId>((*row)[0]), value<base::GrantId>((*row)[1]), value<bool>((*row)[2]),
                   value<bool>((*row)[3]), value<bool>((*row)[4])};
}

std::vector<base::db::Statement> code_statements() { return {kInsert, kConsume, kLook}; }

}  // namespace oauth
