// An interaction: a pushed authorization request (RFC 9126) on its way through the customer's browser, from /authorize
// to the redirect back (RFC 6749 section 4.1.2, RFC 9207). Used by the pages; it knows no HTML.
//
//   open    the pushed request, as often as needed before login; its 90 seconds do not cap the login
//   bind    at login: to one browser, once; from here on the request_uri is spent
//   grant   ends it with a code;  refuse  ends it with an error;  both give what the browser carries back
//   find    at every page between; after the end it tells how it ended, never a second code
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/caller.h"
#include "base/db/audit_trail.h"
#include "base/db/transaction.h"
#include "base/entropy.h"
#include "base/http/call.h"
#include "base/id.h"
#include "base/result.h"
#include "base/secret.h"
#include "oauth/oauth_error.h"
#include "oauth/ports/consent_gate.h"
#include "oauth/rar/authorization_details.h"
#include "oauth/settings.h"
#include "oauth/tokens/authorization_response.h"
#include "oauth/tokens/key_ring.h"
#include "oauth/tokens/subject.h"

namespace base::crypto {
class KeyEncryptionKey;
}

namespace oauth {

enum class InteractionErrorCode : std::uint8_t {
  invalid_request,  // parameters missing, repeated, or a request that was not pushed
  unknown,          // no such request_uri or handle, or another client's
  expired,          // request_uri older than its life and never opened, or the interaction's own life is over
  spent,            // the request_uri was used: somebody logged in with it
  other_browser,    // bound to another browser
  other_customer,   // bound to another customer
  other_subject,    // the request names a customer, and another one logged in. `way_back` says so to the client.
  not_bound,        // grant before login
  already_granted,  // ended: the code was given
  already_refused,  // ended: an error was given
  intent_refused,   // the consent is not (or no longer) authorisable, or not this client's
  client_disabled,
  login_required,  // prompt=none: nothing can be done without a page. `way_back` says so to the client.
};
std::string_view to_text(InteractionErrorCode code);

struct InteractionError {
  InteractionErrorCode code = InteractionErrorCode::unknown;
  std::string public_text;  // one sentence for the error page
  std::string log_text;
  // The way back, with error, state and iss. Present only when the pushed request is genuine, so that there is no open
  // redirector. Pages show it as a link or button; with login_required and other_subject they send it at once.
  std::optional<AuthorizationResponse> way_back;
  base::ClientId client;                // with way_back: who waits there
  std::vector<std::string> ui_locales;  // and what its request wants to be answered in
};

struct InteractionView {
  std::string handle;  // opaque, URL-safe; names the interaction between pages. Keep it out of logs.
  base::ClientId client;
  std::string client_name;
  std::string on_behalf_of;        // may be empty
  std::string redirect_origin;     // "https://localhost:9443": for CSP form-action
  AuthorizationResponse way_back;  // to the client with error=access_denied, state, iss; does not end anything
  base::ConsentId consent;         // empty: no intent (identity or test resource only)
  std::string scope;               // what the code will be worth
  std::vector<AuthorizationDetail> details;  // RFC 9396: to be shown, all of them; the consent is one of them
  std::string login_hint;                    // for the login form; may be empty, may name nobody
  std::vector<std::string> ui_locales;       // BCP 47 tags, as sent; may be empty
  bool bound = false;                        // somebody has logged in
  base::PsuId psu;                           // who, once bound
  base::Instant ends_at;                     // protocol time: the absolute end
};

struct GrantDecision {
  std::string browser_binding_hash;  // the same bytes as at bind()
  base::PsuId psu;
  base::ConsentId consent;  // must be the view's; empty when the view's is
  base::Instant auth_time;  // protocol time of the last element of authentication
  std::string acr;          // "urn:openbanking:psd2:sca"
};

// What the customer's browser may tell the client (RFC 6749 section 4.1.2.1).
enum class InteractionRefusal : std::uint8_t {
  access_denied,
  login_required,
  server_error,
  temporarily_unavailable,
  invalid_scope
};

struct InteractionDeps {
  const Settings& settings;
  base::db::Pool& pool;
  base::db::AuditTrail& audit;
  base::Entropy& entropy;
  ConsentGate& consents;
  const base::crypto::KeyEncryptionKey& kek;  // a handle key is derived from it
  const KeyRing& keys;                        // signed responses
  const Subjects& subjects;
};

class Interactions {
 public:
  explicit Interactions(InteractionDeps deps);

  // GET or POST /authorize: reads client_id and request_uri from the query (GET) or form (POST); anything else that was
  // sent beside them is ignored [RFC9126-4], repeated parameters are refused. `browser_binding_hash` of the caller's
  // session, when it has one, lets the same browser reopen its own request after login. Own transaction.
  base::Result<InteractionView, InteractionError> open(base::http::Call& call,
                                                       const std::optional<std::string>& browser_binding_hash = {});

  base::Result<InteractionView, InteractionError> find(base::db::Transaction& tx, const base::Caller& caller,
                                                       const std::string& handle);

  // `browser_binding_hash`: any bytes that only this browser's session can produce again (a hash of its cookie's
  // value). Idempotent for the same browser and customer. Everybody else is refused.
  base::Result<InteractionView, InteractionError> bind(base::db::Transaction& tx, const base::Caller& caller,
                                                       const std::string& handle,
                                                       const std::string& browser_binding_hash, const base::PsuId& psu);

  // The consent must have been authorised in this same transaction, before this call (lock order: consent, grant).
  // Returns code, state and iss.
  base::Result<AuthorizationResponse, InteractionError> grant(base::db::Transaction& tx, const base::Caller& caller,
                                                              const std::string& handle, const GrantDecision& decision);

  // Before login no hash is needed; after it, the bound browser's. Returns error, state and iss.
  base::Result<AuthorizationResponse, InteractionError> refuse(base::db::Transaction& tx, const base::Caller& caller,
                                                               const std::string& handle,
                                                               const std::optional<std::string>& browser_binding_hash,
                                                               InteractionRefusal refusal);

 private:
  InteractionDeps deps_;
  base::Secret handle_key_;
};

}  // namespace oauth
