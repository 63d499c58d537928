#include "oauth/store/client_store.h"

#include "base/db/sql.h"

namespace oauth {
namespace {

using base::db::exec;
using base::db::exec_count;
using base::db::exec_later;
using base::db::exec_row;
using base::db::Statement;
using base::db::value;

constexpr Statement kFind{"oauth.client.find", R"sql(
  SELECT c.client_id, c.name, c.on_behalf_of, c.auth_method, c.binding, c.profile, c.status, c.redirect_uris, c.scope,
         c.tls_subject, c.tls_subject_kind, c.jwks_uri, c.require_signed_request_object, c.require_dpop_nonce,
         c.response_modes, c.subject_type, c.sector, c.encryption_jwk, c.id_token_encrypted_response_alg,
         c.id_token_encrypted_response_enc, c.userinfo_signed_response_alg, c.id_token_signed_response_alg,
         k.kid, k.jwk, k.thumbprint, k.status, k.added_at, k.retired_at, k.first_used_at, k.last_used_at,
         c.replace_refresh_tokens_before, c.revision
    FROM oauth.client c
    LEFT JOIN oauth.client_key k
      ON k.brand_id = c.brand_id AND k.client_id = c.client_id AND (k.status = 'live' OR $3)
   WHERE c.brand_id = $1 AND c.client_id = $2
   ORDER BY k.added_at, k.kid)sql"};
constexpr Statement kList{"oauth.client.list", R"sql(
  SELECT c.client_id, c.name, c.on_behalf_of, c.auth_method, c.binding, c.profile, c.status, c.redirect_uris, c.scope,
         c.tls_subject, c.tls_subject_kind, c.jwks_uri, c.require_signed_request_object, c.require_dpop_nonce,
         c.response_modes, c.subject_type, c.sector, c.encryption_jwk, c.id_token_encrypted_response_alg,
         c.id_token_encrypted_response_enc, c.userinfo_signed_response_alg, c.id_token_signed_response_alg,
         k.kid, k.jwk, k.thumbprint, k.status, k.added_at, k.retired_at, k.first_used_at, k.last_used_at,
         c.replace_refresh_tokens_before, c.revision
    FROM oauth.client c
    LEFT JOIN oauth.client_key k ON k.brand_id = c.brand_id AND k.client_id = c.client_id
   WHERE c.brand_id = $1
   ORDER BY c.client_id, k.added_at, k.kid)sql"};
constexpr Statement kInsert{"oauth.client.insert", R"sql(
  INSERT INTO oauth.client (brand_id, client_id, name, on_behalf_of, auth_method, binding, profile, status, redirect_uris,
                            scope, tls_subject, tls_subject_kind, jwks_uri, require_signed_request_object,
                            require_dpop_nonce, response_modes, subject_type, sector, encryption_jwk,
                            id_token_encrypted_response_alg, id_token_encrypted_response_enc,
                            userinfo_signed_response_alg, id_token_signed_response_alg, created_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, 'live', $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
          $23)
  ON CONFLICT DO NOTHING)sql"};
constexpr Statement kInsertKey{"oauth.client.insert_key", R"sql(
  INSERT INTO oauth.client_key (brand_id, client_id, kid, jwk, thumbprint, status, added_at)
  VALUES ($1, $2, $3, $4, $5, 'live', $6)
  ON CONFLICT DO NOTHING)sql"};
constexpr Statement kRetireKey{"oauth.client.retire_key", R"sql(
  UPDATE oauth.client_key SET status = 'retired', retired_at = $4
   WHERE brand_id = $1 AND client_id = $2 AND kid = $3 AND status = 'live')sql"};
constexpr Statement kMarkUsed{"oauth.client.mark_key_used", R"sql(
  UPDATE oauth.client_key SET first_used_at = coalesce(first_used_at, $4), last_used_at = $4
   WHERE brand_id = $1 AND client_id = $2 AND kid = $3)sql"};
constexpr Statement kSetStatus{"oauth.client.set_status", R"sql(
  UPDATE oauth.client SET status = $3 WHERE brand_id = $1 AND client_id = $2 AND status <> $3)sql"};
constexpr Statement kReplaceRefreshTokens{"oauth.client.replace_refresh_tokens", R"sql(
  UPDATE oauth.client SET replace_refresh_tokens_before = $3 WHERE brand_id = $1 AND client_id = $2)sql"};
constexpr Statement kReplaceAllRefreshTokens{"oauth.client.replace_all_refresh_tokens", R"sql(
  UPDATE oauth.client SET replace_refresh_tokens_before = $2 WHERE brand_id = $1)sql"};
constexpr Statement kLock{"oauth.client.lock", R"sql(
  SELECT client_id FROM oauth.client WHERE brand_id = $1 AND client_id = $2 FOR NO KEY UPDATE)sql"};

Client client_of(const base::db::Row& row) {
  Client client;
  client.id = value<base::ClientId>(row[0]);
  client.name = value<std::string>(row[1]);
  client.on_behalf_of = value<std::string>(row[2]);
  const auto method = client_auth_method_from_text(value<std::string>(row[3]));
  const auto binding = token_binding_from_text(value<std::string>(row[4]));
  const auto profile = profile_name_from_text(value<std::string>(row[5]));
  ENSURE(method && binding && profile, "a client's row has a method, binding or profile this program does not know");
  client.auth_method = *method;
  client.binding = *binding;
  client.profile = *profile;
  client.status = value<std::string>(row[6]) == "live" ? ClientStatus::live : ClientStatus::disabled;
  client.redirect_uris = value<std::vector<std::string>>(row[7]);
  client.scope = value<std::string>(row[8]);
  client.tls_subject = value<std::string>(row[9]);
  const auto subject_kind = tls_subject_kind_from_text(value<std::string>(row[10]));
  const auto subject_type = subject_type_from_text(value<std::string>(row[15]));
  ENSURE(subject_kind && subject_type, "a client's row has a subject kind or type this program does not know");
  client.tls_subject_kind = *subject_kind;
  client.jwks_uri = value<std::string>(row[11]);
  client.require_signed_request_object = value<bool>(row[12]);
  client.require_dpop_nonce = value<bool>(row[13]);
  client.response_modes = value<std::vector<std::string>>(row[14]);
  client.subject_type = *subject_type;
  client.sector = value<std::string>(row[16]);
  client.encryption_jwk = value<std::string>(row[17]);
  client.id_token_encrypted_response_alg = value<std::string>(row[18]);
  client.id_token_encrypted_response_enc = value<std::string>(row[19]);
  client.userinfo_signed_response_alg = value<std::string>(row[20]);
  const auto id_token_algorithm = id_token_algorithm_from_text(value<std::string>(row[21]));
  ENSURE(id_token_algorithm.has_value(), "a client's row has an algorithm this program does not know");
  client.id_token_signed_response_alg = *id_token_algorithm;
  client.replace_refresh_tokens_before = value<std::optional<base::Instant>>(row[30]);
  client.revision = value<std::int64_t>(row[31]);
  return client;
}

void add_key_of(const base::db::Row& row, Client& client) {
  if (row[22].is_null()) return;
  ClientKey key;
  key.kid = value<std::string>(row[22]);
  key.jwk = value<std::string>(row[23]);
  key.thumbprint = value<std::string>(row[24]);
  key.status = value<std::string>(row[25]) == "live" ? ClientKeyStatus::live : ClientKeyStatus::retired;
  key.added_at = value<base::Instant>(row[26]);
  key.retired_at = value<std::optional<base::Instant>>(row[27]);
  key.first_used_at = value<std::optional<base::Instant>>(row[28]);
  key.last_used_at = value<std::optional<base::Instant>>(row[29]);
  client.keys.push_back(std::move(key));
}

}  // namespace

std::optional<Client> find_client(base::db::Transaction& tx, const base::BrandId& brand, const base::ClientId& client,
                                  KeysWanted keys) {
  const base::db::Rows rows = exec(tx, kFind, brand, client, keys == KeysWanted::all);
  if (rows.empty()) return std::nullopt;
  Client found = client_of(rows.front());
  for (const auto& row : rows) add_key_of(row, found);
  return found;
}

std::vector<Client> list_clients(base::db::Transaction& tx, const base::BrandId& brand) {
  std::vector<Client> clients;
  for (const auto& row : exec(tx, kList, brand)) {
    if (clients.empty() || clients.back().id != value<base::ClientId>(row[0])) clients.push_back(client_of(row));
    add_key_of(row, clients.back());
  }
  return clients;
}

bool insert_client(base::db::Transaction& tx, const base::BrandId& brand, const Client& client, base::Instant now) {
  return exec_count(tx, kInsert, brand, client.id, client.name, client.on_behalf_of, to_text(client.auth_method),
                    to_text(client.binding), to_text(client.profile), client.redirect_uris, client.scope,
                    client.tls_subject, to_text(client.tls_subject_kind), client.jwks_uri,
                    client.require_signed_request_object, client.require_dpop_nonce, client.response_modes,
                    to_text(client.subject_type), client.sector, client.encryption_jwk,
                    client.id_token_encrypted_response_alg, client.id_token_encrypted_response_enc,
                    client.userinfo_signed_response_alg, to_text(client.id_token_signed_response_alg), now) == 1;
}

bool insert_client_key(base::db::Transaction& tx, const base::BrandId& brand, const base::ClientId& client,
                       const ClientKey& key) {
  return exec_count(tx, kInsertKey, brand, client, key.kid, key.jwk, key.thumbprint, key.added_at) == 1;
}

bool retire_client_key(base::db::Transaction& tx, const base::BrandId& brand, const base::ClientId& client,
                       const std::string& kid, base::Instant now) {
  return exec_count(tx, kRetireKey, brand, client, kid, now) == 1;
}

void mark_client_key_used(base::db::Transaction& tx, const base::BrandId& brand, const base::ClientId& client,
                          const std::string& kid, base::Instant now) {
  exec_later(tx, kMarkUsed, brand, client, kid, now);
}

bool set_client_status(base::db::Transaction& tx, const base::BrandId& brand, const base::ClientId& client,
                       ClientStatus status) {
  return exec_count(tx, kSetStatus, brand, client, to_text(status)) == 1;
}

bool replace_refresh_tokens(base::db::Transaction& tx, const base::BrandId& brand, const base::ClientId& client,
                            base::Instant issued_before) {
  return exec_count(tx, kReplaceRefreshTokens, brand, client, issued_before) == 1;
}

std::size_t replace_all_refresh_tokens(base::db::Transaction& tx, const base::BrandId& brand,
                                       base::Instant issued_before) {
  return exec_count(tx, kReplaceAllRefreshTokens, brand, issued_before);
}

bool lock_client(base::db::Transaction& tx, const base::BrandId& brand, const base::ClientId& client) {
  return exec_row(tx, kLock, brand, client).has_value();
}

std::vector<base::db::Statement> client_statements() {
  return {kFind,
          kList,
          kInsert,
          kInsertKey,
          kRetireKey,
          kMarkUsed,
          kSetStatus,
          kReplaceRefreshTokens,
          kReplaceAllRefreshTokens,
          kLock};
}

}  // namespace oauth
