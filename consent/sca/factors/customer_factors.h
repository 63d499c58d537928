// The customer's own factors: enrolling, listing and removing them. RTS (EU) 2018/389 articles 24 to 27.
// Every change is told at the customer's other addresses, a removed one's among them. Enrolling and removing need
// strong customer authentication of these last minutes; a factor counts only after it was used once (enrol_finish).
// Wrong answers count like wrong codes at sign-in.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/caller.h"
#include "base/crypto/key_encryption.h"
#include "base/db/audit_trail.h"
#include "base/db/transaction.h"
#include "base/entropy.h"
#include "base/result.h"
#include "consent/ports/code_sender.h"
#include "consent/sca/attempt_counter.h"
#include "consent/sca/challenge_secrets.h"
#include "consent/sca/customer_sessions.h"
#include "consent/sca/factors/factor.h"
#include "consent/sca/webauthn/ceremonies.h"

namespace consent {

struct ChallengeRow;
struct FactorRow;

enum class FactorRefusalCode : std::uint8_t {
  session_ended,
  needs_sca,        // signed in too long ago: open a challenge (CustomerAuthentication::challenge) and come back
  refused,          // the code or the passkey was wrong
  blocked,          // too many failures
  unknown,          // no such factor or enrolment of this customer, or it is over
  already_there,    // this passkey is enrolled
  address_invalid,  // no telephone number in international form, no e-mail address
  label_invalid,    // empty or longer than kLongestLabel characters
  too_many,         // kMostFactors are enrolled; or too many messages were sent
  sender_unavailable
};

struct FactorRefusal {
  FactorRefusalCode code;
  std::string log_text;
};

inline constexpr std::size_t kLongestLabel = 40;
inline constexpr int kMostFactors = 10;

struct Enrolment {
  FactorKind kind = FactorKind::totp;
  std::string label;
  std::string address;  // sms: "+441632960001"; email
};

// What the page of the second step shows.
struct EnrolmentOffer {
  std::string id;
  FactorKind kind = FactorKind::totp;
  std::string label;
  base::Instant ends;
  std::string totp_secret;      // base32, for typing in
  std::string otpauth_uri;      // for a QR code (gateway/psu_pages/qr_code.h)
  std::string passkey_options;  // PublicKeyCredentialCreationOptionsJSON
  std::string hint;             // where the code was sent
};

struct FactorSettings {
  webauthn::RelyingParty relying_party;
  std::string bank_name;  // in authenticator apps and passkey dialogues
  std::chrono::seconds sca_of_enrolment{300};
  std::chrono::seconds enrolment{600};
};

struct CustomerFactorsDeps {
  base::db::Pool& pool;
  CustomerSessions& sessions;
  AttemptCounter& attempts;
  CodeSender* sender;  // nullptr: sms and email cannot be enrolled
  base::db::AuditTrail& audit;
  base::Entropy& entropy;
  const base::crypto::KeyEncryptionKey& key;
};

class CustomerFactors {
 public:
  CustomerFactors(FactorSettings settings, CustomerFactorsDeps deps);

  std::vector<Factor> list(const base::Caller& caller, const base::PsuId& psu);
  // Newest first.
  std::vector<SignIn> recent_sign_ins(const base::Caller& caller, const base::PsuId& psu, int limit = 20);

  // What came and went. Newest first.
  std::vector<FactorChange> recent_changes(const base::Caller& caller, const base::PsuId& psu, int limit = 10);

  base::Result<EnrolmentOffer, FactorRefusal> enrol_begin(const base::Caller& caller, std::string_view handle,
                                                          const Enrolment& wanted);
  // The same offer once more, for a page that is loaded again. Sends nothing.
  base::Result<EnrolmentOffer, FactorRefusal> enrolment(const base::Caller& caller, std::string_view handle,
                                                        const std::string& id);
  // `answer`: the code, or RegistrationResponseJSON of the passkey.
  base::Result<Factor, FactorRefusal> enrol_finish(const base::Caller& caller, std::string_view handle,
                                                   const std::string& id, std::string_view answer);
  base::Result<void, FactorRefusal> remove(const base::Caller& caller, std::string_view handle, const std::string& id);

  const FactorSettings& settings() const { return settings_; }

 private:
  base::Result<CustomerSession, FactorRefusal> fresh(const base::Caller& caller, std::string_view handle);
  base::Result<ChallengeRow, FactorRefusal> open_enrolment(const base::Caller& caller, const CustomerSession& session,
                                                           const std::string& id);
  // Who added or removed a factor may not be the customer: the customer hears of it where the change did not reach.
  void tell(const base::Caller& caller, const CustomerSession& session, const FactorRow& changed,
            FactorChange::What what, const std::vector<FactorRow>& addresses);
  EnrolmentOffer offer(const base::Caller& caller, const ChallengeRow& row);
  FactorRefusal wrong(const base::Caller& caller, const CustomerSession& session, const AttemptTaken& attempt,
                      const std::string& why);

  FactorSettings settings_;
  CustomerFactorsDeps deps_;
  ChallengeSecrets secrets_;
};

}  // namespace consent
