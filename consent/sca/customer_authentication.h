// Strong customer authentication: knowledge, then possession; or a passkey that is both. RTS (EU) 2018/389 articles 4
// to 9 and their UK twins. The bank verifies its own elements (CustomerBank), those enrolled with us are verified here;
// this counts, binds to the session and to the terms of a payment, and decides. [RTS-SCA-4.3a] A failure never says
// which element was wrong: one refusal, the same for unknown customers. [RTS-SCA-4.1] Single use: everything is
// answered to a challenge, and a challenge succeeds once (guarded UPDATE). The use is counted per challenge and not per
// code, because the uniqueness of the bank's codes is the bank's: a bank with time-based codes refuses the second use
// of a time step itself, and the sandbox's documented customer has the same code every time. The handle changes with
// each element verified; the old one is dead from then on. [RTS-SCA-5] Dynamic linking: a challenge that was opened for
// terms is answered for these terms and no others, and the session says which they were.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/caller.h"
#include "base/clock.h"
#include "base/db/audit_trail.h"
#include "base/db/transaction.h"
#include "base/entropy.h"
#include "base/result.h"
#include "consent/ports/code_sender.h"
#include "consent/ports/customer_bank.h"
#include "consent/sca/attempt_counter.h"
#include "consent/sca/challenge_secrets.h"
#include "consent/sca/customer_sessions.h"
#include "consent/sca/factors/factor.h"
#include "consent/sca/webauthn/ceremonies.h"

namespace consent {

struct ChallengeRow;
struct FactorRow;

enum class AuthenticationRefusalCode : std::uint8_t {
  refused,        // "We could not sign you in with these details."
  blocked,        // too many failures, until blocked_until; also the answer to the last failure
  busy,           // as many attempts as are allowed are being verified right now: try again in a moment
  session_ended,  // no such session, or past its limits: start over
  no_challenge,   // no open challenge for this (never opened, used, too old, of other terms): open one, or log in again
  waiting,        // the customer has not decided on the other device yet; not counted
  not_sent,       // the code could not be sent, or too many were; not counted
  bank_unavailable,  // not counted as a failure
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

// What the customer is asked to authorise. Empty hash: a sign-in, nothing is bound.
struct Linking {
  std::string terms_hash;
  std::string
      shown;  // the text beside the code field: amount and payee. Kept with the challenge, hashed into the audit
};

struct Challenge {
  std::string id;
  Factor by;                    // what it is to be answered with
  std::vector<Factor> choices;  // all that this customer has, `by` among them
  std::string passkey_options;  // PublicKeyCredentialRequestOptionsJSON, for passkeys
  std::string number;           // for device: two digits to compare
  bool approved = false;        // on the device: answer it
  bool refused = false;         // on the device: open another one to try again
  base::Instant ends;
};

struct AuthenticationSettings {
  webauthn::RelyingParty relying_party;
  std::string bank_name;
};

struct CustomerAuthenticationDeps {
  base::db::Pool& pool;
  CustomerSessions& sessions;
  AttemptCounter& attempts;
  CustomerBank& bank;
  CodeSender* sender;  // nullptr: no codes are sent
  base::db::AuditTrail& audit;
  base::Entropy& entropy;
  const base::crypto::KeyEncryptionKey& key;
};

class CustomerAuthentication {
 public:
  CustomerAuthentication(AuthenticationSettings settings, CustomerAuthenticationDeps deps)
      : settings_(std::move(settings)), deps_(deps), secrets_(deps.key) {}

  // First element: the password. On success the session knows the customer and has an open challenge. Any earlier
  // authentication of the session is void.
  base::Result<LoggedIn, AuthenticationRefusal> login(const base::Caller& caller, std::string_view handle,
                                                      const std::string& username, std::string_view password);

  // What the login page offers beside the password: PublicKeyCredentialRequestOptionsJSON for a session before login.
  std::string passkey_login_options(std::string_view handle) const;
  // Both elements at once, by a passkey whose key is bound to its device and which verified the user: possession, and
  // inherence or knowledge. Others are refused here and serve beside the password. Binds nothing: terms need a
  // challenge.
  base::Result<SessionWithHandle, AuthenticationRefusal> passkey_login(const base::Caller& caller,
                                                                       std::string_view handle,
                                                                       std::string_view credential);

  // The challenge that stands in the session, for the code page. Opens one when there is none for these terms: by
  // `choose` (Factor::id; another factor, or a code once more), else by the one that stands, else by the customer's
  // best. Also for sessions that are authenticated already (a step-up).
  base::Result<Challenge, AuthenticationRefusal> challenge(const base::Caller& caller, std::string_view handle,
                                                           const Linking& linking,
                                                           const std::optional<std::string>& choose = std::nullopt);
  // Second element. `answer`: the code; AuthenticationResponseJSON of a passkey; ignored for device. On success
  // session.authenticated() holds and session.bound_terms are the terms. A wrong answer leaves the challenge open while
  // attempts are left.
  base::Result<SessionWithHandle, AuthenticationRefusal> answer(const base::Caller& caller, std::string_view handle,
                                                                std::string_view answer, const Linking& linking);
  // answer(), with nothing to bind.
  base::Result<SessionWithHandle, AuthenticationRefusal> one_time_code(const base::Caller& caller,
                                                                       std::string_view handle, std::string_view code) {
    return answer(caller, handle, code, {});
  }

  // Deletes challenges that are over and bound nothing, over all tenants; returns how many.
  int purge(const base::Caller& caller, int limit = 1000);

 private:
  struct Failed {
    std::string subject;
    AttemptTaken attempt;
    std::optional<base::PsuId> psu;
    std::string action;
    std::string session;
    std::optional<FactorKind> kind;
    std::string why = "wrong";
  };
  struct Verified {
    std::string factor;  // a row of sca_factor that was used
    std::int64_t counter_from = 0;
    std::int64_t counter_to = 0;
  };
  AuthenticationRefusal failed(const base::Caller& caller, const Failed& failed);
  AuthenticationRefusal blocked(const base::Caller& caller, const Failed& failed, const Blocked& block);
  AuthenticationRefusal bank_unavailable(const base::Caller& caller, const std::string& subject);
  base::Result<std::vector<Factor>, AuthenticationRefusal> choices(const base::Caller& caller, const base::PsuId& psu);
  base::Result<ChallengeRow, AuthenticationRefusal> open(const base::Caller& caller, const std::string& session_hash,
                                                         const CustomerSession& session, const Factor& by,
                                                         const Linking& linking);
  base::Result<void, AuthenticationRefusal> send_code(const base::Caller& caller, const ChallengeRow& row);
  // The failure: nullopt when the bank did not answer, else why it was wrong.
  base::Result<Verified, std::optional<std::string>> verify(const base::Caller& caller, const CustomerSession& session,
                                                            const ChallengeRow& row, std::string_view answer);
  base::Result<Verified, std::string> verify_passkey(const FactorRow& factor, const std::string& challenge,
                                                     std::string_view answer) const;

  AuthenticationSettings settings_;
  CustomerAuthenticationDeps deps_;
  ChallengeSecrets secrets_;
};

}  // namespace consent
