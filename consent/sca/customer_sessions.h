// Browser sessions of customers. The handle is 256 random bits, the value of a __Host- cookie; only its SHA-256 is
// stored. All times are protocol time.
// [RTS-SCA-4.3d] at most five minutes without activity after authentication: `idle`. `absolute` ends a session however
// busy.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/caller.h"
#include "base/clock.h"
#include "base/db/transaction.h"
#include "base/entropy.h"
#include "base/id.h"
#include "base/secret.h"

namespace consent {

struct SessionLimits {
  std::chrono::seconds idle{300};  // never more than 300 (checked)
  std::chrono::seconds absolute{3600};
  // Activity is written at most so often. The last-activity mark is never later than the truth, so a session may end up
  // to this much early and never late.
  std::chrono::seconds touch{30};
  std::chrono::seconds challenge{300};  // time to enter a one-time code
};

struct CustomerSession {
  std::string
      id;  // stable for the session's life, not secret: for evidence and for binding an interaction to a browser
  std::optional<base::PsuId> psu;              // once the first element was verified
  std::optional<base::Instant> knowledge_at;   // password verified
  std::optional<base::Instant> possession_at;  // one-time code verified
  std::optional<std::string> challenge;        // id of the open challenge
  std::optional<base::Instant> challenge_ends;
  base::Instant created;
  base::Instant last_active;
  base::Instant ends;       // absolute limit
  base::Instant idle_ends;  // when it ends without further activity; what a countdown shows
  // [RTS-SCA-5.1b] the terms that the second element was given for; empty: for signing in only.
  std::string bound_terms;
  std::string method;  // by what it was given: to_text(FactorKind)

  // Two independent elements: only such a session acts for a customer.
  bool authenticated() const { return psu && knowledge_at && possession_at; }
};

struct SessionWithHandle {
  base::Secret handle;  // the cookie's value from now on
  CustomerSession session;
};

enum class Activity : std::uint8_t { counts, does_not_count };  // a background poll is not activity

class CustomerSessions {
 public:
  CustomerSessions(base::db::Pool& pool, base::Entropy& entropy, SessionLimits limits);

  // Before login: the login form has a CSRF token too.
  SessionWithHandle start(const base::Caller& caller);
  // nullopt: unknown, ended or past its idle or absolute limit; all alike.
  std::optional<CustomerSession> find(const base::Caller& caller, std::string_view handle,
                                      Activity activity = Activity::counts);
  // The customer asks for more time: the idle limit begins anew, the absolute one stays. nullopt as for find().
  std::optional<CustomerSession> extend(const base::Caller& caller, std::string_view handle);
  // [RTS-SCA-4.1] an authentication code is "only accepted once": who decides on terms uses the session's binding to
  // them up, in the transaction of the decision. False: it is bound to none of these, or was used.
  static bool spend_binding(base::db::Transaction& tx, const base::Caller& caller, std::string_view handle,
                            const std::string& terms_hash);
  // Logout. Idempotent.
  void end(const base::Caller& caller, std::string_view handle);
  // Ends every session of a customer; returns how many.
  int end_all(const base::Caller& caller, const base::PsuId& psu);
  // Deletes what ended, over all tenants; returns how many. Leased work may call it on any node.
  int purge(const base::Caller& caller, int limit = 1000);

  const SessionLimits& limits() const { return limits_; }

 private:
  base::db::Pool& pool_;
  base::Entropy& entropy_;
  const SessionLimits limits_;
};

// The CSRF token of a session's forms: HMAC-SHA-256 keyed by the handle, so it lives and dies with the handle, is
// stored nowhere and tells nothing about it. base64url, 43 characters.
std::string csrf_token(std::string_view handle);
// Constant time. False for an empty handle.
bool csrf_token_matches(std::string_view handle, std::string_view presented);

}  // namespace consent
