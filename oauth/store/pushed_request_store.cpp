#include "oauth/store/pushed_request_store.h"

#include "base/db/sql.h"

namespace oauth {
namespace {

using base::db::Bytes;
using base::db::exec;
using base::db::exec_count;
using base::db::exec_later;
using base::db::exec_row;
using base::db::Statement;
using base::db::value;

constexpr Statement kInsert{"oauth.pushed_request.insert", R"sql(
  INSERT INTO oauth.pushed_request (ends_at, request_hash, handle_hash, brand_id, client_id, redirect_uri, scope, state,
                                    nonce, code_challenge, dpop_jkt, consent_id, long_lived, authorization_details, prompt,
                                    ui_locales, pushed_at, expires_at, response_mode, acr_values, max_age, login_hint,
                                    requested_claims)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23))sql"};
constexpr Statement kFind{"oauth.pushed_request.find", R"sql(
  SELECT client_id, redirect_uri, scope, state, nonce, code_challenge, dpop_jkt, consent_id, long_lived,
         authorization_details, prompt, ui_locales, pushed_at, expires_at, ends_at, request_hash, opened_at IS NOT NULL,
         browser_hash, psu_id, outcome, response_mode, acr_values, max_age, login_hint, requested_claims
    FROM oauth.pushed_request
   WHERE ends_at = $1 AND request_hash = $2 AND brand_id = $3)sql"};
constexpr Statement kFindLocked{"oauth.pushed_request.find_locked", R"sql(
  SELECT client_id, redirect_uri, scope, state, nonce, code_challenge, dpop_jkt, consent_id, long_lived,
         authorization_details, prompt, ui_locales, pushed_at, expires_at, ends_at, request_hash, opened_at IS NOT NULL,
         browser_hash, psu_id, outcome, response_mode, acr_values, max_age, login_hint, requested_claims
    FROM oauth.pushed_request
   WHERE ends_at = $1 AND request_hash = $2 AND brand_id = $3
     FOR UPDATE)sql"};
constexpr Statement kFindInteraction{"oauth.interaction.find", R"sql(
  SELECT client_id, redirect_uri, scope, state, nonce, code_challenge, dpop_jkt, consent_id, long_lived,
         authorization_details, prompt, ui_locales, pushed_at, expires_at, ends_at, request_hash, opened_at IS NOT NULL,
         browser_hash, psu_id, outcome, response_mode, acr_values, max_age, login_hint, requested_claims
    FROM oauth.pushed_request
   WHERE ends_at = $1 AND handle_hash = $2 AND brand_id = $3)sql"};
constexpr Statement kFindInteractionLocked{"oauth.interaction.find_locked", R"sql(
  SELECT client_id, redirect_uri, scope, state, nonce, code_challenge, dpop_jkt, consent_id, long_lived,
         authorization_details, prompt, ui_locales, pushed_at, expires_at, ends_at, request_hash, opened_at IS NOT NULL,
         browser_hash, psu_id, outcome, response_mode, acr_values, max_age, login_hint, requested_claims
    FROM oauth.pushed_request
   WHERE ends_at = $1 AND handle_hash = $2 AND brand_id = $3
     FOR UPDATE)sql"};
constexpr Statement kMarkOpened{"oauth.pushed_request.mark_opened", R"sql(
  UPDATE oauth.pushed_request SET opened_at = $3
   WHERE ends_at = $1 AND request_hash = $2 AND opened_at IS NULL)sql"};
constexpr Statement kMarkBound{"oauth.interaction.mark_bound", R"sql(
  UPDATE oauth.pushed_request SET bound_at = $3, browser_hash = $4, psu_id = $5
   WHERE ends_at = $1 AND request_hash = $2 AND bound_at IS NULL AND ended_at IS NULL)sql"};
constexpr Statement kMarkEnded{"oauth.interaction.mark_ended", R"sql(
  UPDATE oauth.pushed_request SET ended_at = $3, outcome = $4
   WHERE ends_at = $1 AND request_hash = $2 AND ended_at IS NULL)sql"};

std::optional<PushedRequestRow> row_of(const std::optional<base::db::Row>& found) {
  if (!found) return std::nullopt;
  const base::db::Row& row = *found;
  PushedRequestRow out;
  out.request.client = value<base::ClientId>(row[0]);
  out.request.redirect_uri = value<std::string>(row[1]);
  out.request.scope = value<std::string>(row[2]);
  out.request.state = value<std::optional<std::string>>(row[3]);
  out.request.nonce = value<std::optional<std::string>>(row[4]);
  out.request.code_challenge = value<std::string>(row[5]);
  out.request.dpop_jkt = value<std::optional<std::string>>(row[6]);
  out.request.consent = value<base::ConsentId>(row[7]);
  out.request.long_lived = value<bool>(row[8]);
  out.request.authorization_details = value<std::string>(row[9]);
  out.request.prompt = value<std::string>(row[10]);
  out.request.ui_locales = value<std::string>(row[11]);
  out.request.pushed_at = value<base::Instant>(row[12]);
  out.request.expires_at = value<base::Instant>(row[13]);
  out.request.ends_at = value<base::Instant>(row[14]);
  out.request_hash = value<Bytes>(row[15]).data;
  out.opened = value<bool>(row[16]);
  out.browser_hash = value<std::optional<Bytes>>(row[17]).value_or(Bytes{}).data;
  out.psu = value<std::optional<base::PsuId>>(row[18]).value_or(base::PsuId());
  const auto mode = response_mode_from_text(value<std::string>(row[20]));
  ENSURE(mode, "a pushed request's row has a response mode this program does not know");
  out.request.response_mode = *mode;
  out.request.acr_values = value<std::string>(row[21]);
  out.request.max_age = value<std::optional<std::int64_t>>(row[22]);
  out.request.login_hint = value<std::string>(row[23]);
  out.request.requested_claims = value<std::string>(row[24]);
  const auto outcome = value<std::optional<std::string>>(row[19]);
  if (outcome)
    out.outcome = *outcome == "granted" ? PushedRequestRow::Outcome::granted : PushedRequestRow::Outcome::refused;
  return out;
}

}  // namespace

void insert_pushed_request(base::db::Transaction& tx, const base::BrandId& brand, const PushedRequest& request,
                           const Handle& request_handle, const std::string& handle_hash) {
  exec_later(tx, kInsert, request_handle.bucket, Bytes{request_handle.hash}, Bytes{handle_hash}, brand, request.client,
             request.redirect_uri, request.scope, request.state, request.nonce, request.code_challenge,
             request.dpop_jkt, request.consent, request.long_lived, request.authorization_details, request.prompt,
             request.ui_locales, request.pushed_at, request.expires_at, to_text(request.response_mode),
             request.acr_values, request.max_age, request.login_hint, request.requested_claims);
}

std::optional<PushedRequestRow> find_pushed_request(base::db::Transaction& tx, const base::BrandId& brand,
                                                    const Handle& request_handle, RowLock lock) {
  return row_of(exec_row(tx, lock == RowLock::update ? kFindLocked : kFind, request_handle.bucket,
                         Bytes{request_handle.hash}, brand));
}

std::optional<PushedRequestRow> find_interaction(base::db::Transaction& tx, const base::BrandId& brand,
                                                 const Handle& handle, RowLock lock) {
  return row_of(exec_row(tx, lock == RowLock::update ? kFindInteractionLocked : kFindInteraction, handle.bucket,
                         Bytes{handle.hash}, brand));
}

void mark_opened(base::db::Transaction& tx, const PushedRequestRow& row, base::Instant now) {
  exec(tx, kMarkOpened, row.request.ends_at, Bytes{row.request_hash}, now);
}

bool mark_bound(base::db::Transaction& tx, const PushedRequestRow& row, const std::string& browser_hash,
                const base::PsuId& psu, base::Instant now) {
  return exec_count(tx, kMarkBound, row.request.ends_at, Bytes{row.request_hash}, now, Bytes{browser_hash}, psu) == 1;
}

bool mark_ended(base::db::Transaction& tx, const PushedRequestRow& row, PushedRequestRow::Outcome outcome,
                base::Instant now) {
  return exec_count(tx, kMarkEnded, row.request.ends_at, Bytes{row.request_hash}, now,
                    outcome == PushedRequestRow::Outcome::granted ? "granted" : "refused") == 1;
}

std::vector<base::db::Statement> pushed_request_statements() {
  return {kInsert, kFind, kFindLocked, kFindInteraction, kFindInteractionLocked, kMarkOpened, kMarkBound, kMarkEnded};
}

}  // namespace oauth
