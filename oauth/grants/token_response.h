// The answer of the token endpoint (RFC 6749 section 5.1, RFC 9449 section 5, RFC 9396 section 7), and what every grant
// needs to make one.
#pragma once

#include <string>

#include "base/db/audit_trail.h"
#include "base/db/transaction.h"
#include "base/entropy.h"
#include "base/http/message.h"
#include "base/result.h"
#include "oauth/checks/request_context.h"
#include "oauth/grant_ending.h"
#include "oauth/grants/known_refresh_tokens.h"
#include "oauth/ports/consent_gate.h"
#include "oauth/settings.h"
#include "oauth/store/grant_store.h"
#include "oauth/tokens/key_ring.h"
#include "oauth/tokens/refresh_replacement.h"
#include "oauth/tokens/subject.h"

namespace oauth {

struct GrantTools {
  const Settings& settings;
  base::db::Pool& pool;
  base::db::AuditTrail& audit;
  base::Entropy& entropy;
  KeyRing& keys;
  const Subjects& subjects;
  ConsentGate& consents;
  GrantEnding& ending;
  const RefreshReplacement& refresh_replacement;
  KnownRefreshTokens& known_refresh_tokens;
};

struct TokenResponse {
  std::string access_token;
  std::string token_type;  // "DPoP" or "Bearer"
  std::chrono::seconds expires_in{0};
  std::string scope;
  std::string refresh_token;          // empty: none
  std::string id_token;               // empty: none
  std::string authorization_details;  // JSON; empty: none
};
base::http::Response to_response(const TokenResponse& response);

// A grant yields tokens, or refuses and leaves nothing behind, or refuses and must leave something behind (the end of a
// grant whose code came twice): the inner refusal commits, the outer one rolls back.
using GrantOutcome = base::Result<base::Result<TokenResponse, OAuthError>, OAuthError>;

// The client's assertion becomes a row in this transaction: with the effect, or not at all. A demand of the
// transaction, with which it stands or falls (answer_current tells the client).
void record_authentication(base::db::Transaction& tx, const RequestContext& context);

// Signs an access token for the authenticated client; `grant` null for client credentials.
TokenResponse issue_access_token(const GrantTools& tools, const RequestContext& context, const Grant* grant,
                                 const std::string& scope);

// Leaves of the grant's authorization details what the request asks for; all of them when it asks for none.
base::Result<void, OAuthError> narrow_details(Grant& grant, const RequestContext& context);

base::db::AuditEntry token_evidence(const RequestContext& context, std::string action, const Grant* grant,
                                    const std::string& scope);

}  // namespace oauth
