// Strong customer authentication with password and one-time code. RTS (EU) 2018/389 article 4 and its UK twin. The bank
// verifies (CustomerBank); this counts, binds to the session and decides.
// [RTS-SCA-4.3a] A failure never says which element was wrong: one refusal, the same for unknown customers.
// [RTS-SCA-4.1] Single use: a one-time code is answered to a challenge, and a challenge succeeds once (guarded UPDATE).
// The use is counted per challenge and not per code, because a code's own uniqueness is the bank's: a bank with
// time-based codes refuses the second use of a time step itself, and the sandbox's documented customer has the same
// code every time. The handle changes with each element verified; the old one is dead from then on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/caller.h"
#include "base/clock.h"
#include "base/db/audit_trail.h"
#include "base/db/transaction.h"
#include "base/entropy.h"
#include "base/result.h"
#include "consent/ports/customer_bank.h"
#include "consent/sca/attempt_counter.h"
#include "consent/sca/customer_sessions.h"

namespace consent {

enum class AuthenticationRefusalCode : std::uint8_t {
  refused,          // "We could not sign you in with these details."
  blocked,          // too many failures, until blocked_until; also the answer to the last failure
  busy,             // as many attempts as are allowed are being verified right now: try again in a moment
  session_ended,    // no such session, or past its limits: start over
  no_challenge,     // no open challenge (never opened, used, or too old): log in again
  bank_unavailable  // not counted as a failure
};

struct AuthenticationRefusal {
  AuthenticationRefusalCode code;
  int attempts_left = 0;                       // for `refused`
  bool warn = false;                           // [RTS-SCA-4.4] two attempts or fewer left: the page must say so
  std::optional<base::Instant> blocked_until;  // for `blocked`
};

struct LoggedIn {
  SessionWithHandle session;  // set the cookie to its handle
  std::string display_name;   // for the page only
};

class CustomerAuthentication {
 public:
  CustomerAuthentication(base::db::Pool& pool, CustomerSessions& sessions, AttemptCounter& attempts, CustomerBank& bank,
                         base::db::AuditTrail& audit, base::Entropy& entropy)
      : pool_(pool), sessions_(sessions), attempts_(attempts), bank_(bank), audit_(audit), entropy_(entropy) {}

  // First element. On success the session knows the customer and has an open challenge for the second element. Any
  // earlier authentication of the session is void.
  base::Result<LoggedIn, AuthenticationRefusal> login(const base::Caller& caller, std::string_view handle,
                                                      const std::string& username, std::string_view password);
  // Second element. On success session.authenticated() holds. A wrong code leaves the challenge open while attempts are
  // left.
  base::Result<SessionWithHandle, AuthenticationRefusal> one_time_code(const base::Caller& caller,
                                                                       std::string_view handle, std::string_view code);

 private:
  struct Failed {
    std::string subject;
    AttemptTaken attempt;
    std::optional<base::PsuId> psu;
    std::string action;
    std::string session;
  };
  AuthenticationRefusal failed(const base::Caller& caller, const Failed& failed);
  AuthenticationRefusal bank_unavailable(const base::Caller& caller, const std::string& subject);

  base::db::Pool& pool_;
  CustomerSessions& sessions_;
  AttemptCounter& attempts_;
  CustomerBank& bank_;
  base::db::AuditTrail& audit_;
  base::Entropy& entropy_;
};

}  // namespace consent
