// oauth.authorization_code: single use by one statement (RFC 6749 section 4.1.2).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/db/statement.h"
#include "base/db/transaction.h"
#include "base/id.h"
#include "oauth/tokens/handle.h"

namespace oauth {

struct CodeRow {
  base::ClientId client;
  base::GrantId grant;
  std::string redirect_uri;
  std::string code_challenge;
  std::optional<std::string> dpop_jkt;
  std::optional<std::string> nonce;
  std::optional<std::string> state_hash;  // s_hash of the ID token
};

void insert_code(base::db::Transaction& tx, const base::BrandId& brand, const Handle& handle, const CodeRow& code,
                 base::Instant now);

struct CodeUse {
  base::BrandId brand;
  base::ClientId client;
  std::string redirect_uri;
  std::optional<std::string> dpop_jkt;  // of the proof presented
};
// Consumes the code, when it is this client's, unused, not expired, and bound to nothing else than what is presented.
std::optional<CodeRow> consume_code(base::db::Transaction& tx, const Handle& handle, const CodeUse& use,
                                    base::Instant now);

// Why consume_code found nothing.
struct CodeState {
  base::ClientId client;
  base::GrantId grant;
  bool consumed = false;
  bool redirect_uri_matches = false;
  bool jkt_matches = false;
};
std::optional<CodeState> look_at_code(base::db::Transaction& tx, const Handle& handle, const CodeUse& use);

std::vector<base::db::Statement> code_statements();

}  // namespace oauth
