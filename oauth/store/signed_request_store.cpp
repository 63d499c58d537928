#include "oauth/store/signed_request_store.h"

#include "base/db/sql.h"

namespace oauth {
namespace {

using base::db::Bytes;
using base::db::exec;
using base::db::Statement;

constexpr Statement kInsert{"oauth.signed_request.insert", R"sql(
  INSERT INTO oauth.signed_request (received_at, brand_id, client_id, request_hash, interaction, request_object)
  VALUES ($1, $2, $3, $4, $5, $6))sql"};

}  // namespace

void insert_signed_request(base::db::Transaction& tx, const base::Caller& caller, const base::ClientId& client,
                           const std::string& request_hash, const std::string& request_object) {
  exec(tx, kInsert, caller.now.protocol, caller.tenant.brand, client, Bytes{request_hash}, caller.interaction,
       request_object);
}

std::vector<base::db::Statement> signed_request_statements() { return {kInsert}; }

}  // namespace oauth
