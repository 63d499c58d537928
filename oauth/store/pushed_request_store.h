// oauth.pushed_request: the pushed request and the interaction it becomes (RFC 9126).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/db/statement.h"
#include "base/db/transaction.h"
#include "base/id.h"
#include "oauth/client.h"
#include "oauth/tokens/handle.h"

namespace oauth {

struct PushedRequest {
  base::ClientId client;
  std::string redirect_uri;
  std::string scope;
  std::optional<std::string> state;
  std::optional<std::string> nonce;
  std::string code_challenge;
  std::optional<std::string> dpop_jkt;
  base::ConsentId consent;  // empty: no intent
  bool long_lived = false;
  std::string authorization_details;  // canonical JSON; empty: none
  std::string prompt;
  std::string ui_locales;
  ResponseMode response_mode = ResponseMode::query;
  std::string acr_values;               // space-separated, those we know
  std::optional<std::int64_t> max_age;  // seconds (OpenID Connect Core section 3.1.2.1)
  std::string login_hint;
  std::string requested_claims;  // the claims parameter, canonical JSON; empty: none
  base::Instant pushed_at;
  base::Instant expires_at;  // of the request_uri
  base::Instant ends_at;     // of the interaction
};

struct PushedRequestRow {
  PushedRequest request;
  std::string request_hash;  // names the row together with ends_at
  bool opened = false;
  std::string browser_hash;  // empty: nobody has logged in
  base::PsuId psu;
  enum class Outcome { none, granted, refused } outcome = Outcome::none;
};

enum class RowLock { none, update };

void insert_pushed_request(base::db::Transaction& tx, const base::BrandId& brand, const PushedRequest& request,
                           const Handle& request_handle, const std::string& handle_hash);
// By the request_uri's handle, and by the interaction's.
std::optional<PushedRequestRow> find_pushed_request(base::db::Transaction& tx, const base::BrandId& brand,
                                                    const Handle& request_handle, RowLock lock);
std::optional<PushedRequestRow> find_interaction(base::db::Transaction& tx, const base::BrandId& brand,
                                                 const Handle& handle, RowLock lock);
void mark_opened(base::db::Transaction& tx, const PushedRequestRow& row, base::Instant now);
// False: somebody else was first.
bool mark_bound(base::db::Transaction& tx, const PushedRequestRow& row, const std::string& browser_hash,
                const base::PsuId& psu, base::Instant now);
// False: it ended before.
bool mark_ended(base::db::Transaction& tx, const PushedRequestRow& row, PushedRequestRow::Outcome outcome,
                base::Instant now);

std::vector<base::db::Statement> pushed_request_statements();

}  // namespace oauth
