#include "consent/sca/customer_authentication.h"

#include <algorithm>
#include <array>

#include "base/crypto/hash.h"
#include "base/crypto/totp.h"
#include "consent/sca/factors/passkey_options.h"
#include "consent/sca/session_rows.h"
#include "consent/store/challenge_store.h"
#include "consent/store/exemption_store.h"
#include "consent/store/factor_store.h"
#include "consent/store/session_store.h"

namespace consent {
namespace {

using base::db::Transaction;
using Code = AuthenticationRefusalCode;

constexpr int kWarnAt = 2;
// Names are hashed to be counted; nobody's is longer.
constexpr std::size_t kLongestUsername = 256;
constexpr int kMostSendings = 3;  // of one challenge
constexpr int kMostMessagesAnHour = 10;
constexpr std::chrono::hours kChallengesKept{24};

AuthenticationRefusal refusal(Code code) { return {.code = code, .blocked_until = {}}; }
auto refuse(Code code) { return base::failure(refusal(code)); }

base::db::AuditEntry audit_of(const base::Caller& caller, const std::optional<base::PsuId>& psu, std::string action,
                              std::string outcome, std::string reason, const std::string& session) {
  base::db::AuditEntry entry;
  entry.tenant = caller.tenant;
  entry.at = caller.now.protocol;
  entry.actor_kind = base::db::ActorKind::psu;
  entry.actor = psu ? psu->str() : "unknown";
  entry.action = std::move(action);
  entry.object_kind = "psu";
  entry.object = entry.actor;
  entry.outcome = std::move(outcome);
  entry.reason = std::move(reason);
  entry.interaction = caller.interaction;
  entry.facts = {{"session", session}};
  return entry;
}

std::string action_of(FactorKind kind) {
  switch (kind) {
    case FactorKind::bank_code:
    case FactorKind::totp:
    case FactorKind::sms:
    case FactorKind::email:
      return "psu.one_time_code";
    case FactorKind::passkey:
      return "psu.passkey";
    case FactorKind::device:
      return "psu.device_approval";
  }
  return "psu.one_time_code";
}

// [RTS-SCA-5] which terms, and what stood beside them.
void add_terms(base::db::AuditEntry& entry, const ChallengeRow& row) {
  entry.facts.emplace("challenge", row.id);
  entry.facts.emplace("kind", to_text(row.kind));
  if (row.terms_hash.empty()) return;
  entry.facts.emplace("terms_hash", row.terms_hash);
  entry.facts.emplace("shown_sha256", base::crypto::sha256_base64url(row.shown));
}

int rank(FactorKind kind) {
  switch (kind) {
    case FactorKind::passkey:
      return 0;
    case FactorKind::totp:
      return 1;
    case FactorKind::bank_code:
    case FactorKind::device:
      return 2;
    case FactorKind::sms:
      return 3;
    case FactorKind::email:
      return 4;
  }
  return 5;
}

std::string passkey_scope_id(const ChallengeRow& row) { return row.session + " " + row.id; }

bool answers(const ChallengeRow& row, const Factor& factor) {
  if (row.kind != factor.kind) return false;
  return row.factor ? *row.factor == factor.id : factor.id == kBankFactor || factor.id == kAnyPasskey;
}

}  // namespace

AuthenticationRefusal CustomerAuthentication::failed(const base::Caller& caller, const Failed& failed) {
  // [RTS-SCA-4.4] "The payer shall be alerted before the block": warn; then the block's end is told.
  AuthenticationRefusal answer = refusal(Code::refused);
  answer.attempts_left = failed.attempt.left;
  answer.warn = failed.attempt.left <= kWarnAt;
  if (failed.attempt.blocked_until) {
    answer.code = Code::blocked;
    answer.blocked_until = failed.attempt.blocked_until;
  }
  const bool block = failed.attempt.blocked_until.has_value();
  base::db::with_transaction(deps_.pool, caller.deadline, [&](Transaction& tx) {
    deps_.attempts.confirm_failure(tx, caller, failed.subject);
    auto entry = audit_of(caller, failed.psu, failed.action, block ? "blocked" : "refused",
                          block ? "[RTS-SCA-4.3b] " + failed.why + "; the last attempt before a block" : failed.why,
                          failed.session);
    entry.facts.emplace("attempts_left", std::to_string(failed.attempt.left));
    if (failed.kind) entry.facts.emplace("kind", to_text(*failed.kind));
    deps_.audit.record(tx, entry);
    if (failed.psu) {
      FactorStore::record_sign_in(
          tx, caller.tenant, *failed.psu, failed.session,
          {caller.now.protocol, failed.kind, block ? SignIn::Outcome::blocked : SignIn::Outcome::refused});
    }
    return true;
  });
  return answer;
}

AuthenticationRefusal CustomerAuthentication::blocked(const base::Caller& caller, const Failed& failed,
                                                      const Blocked& block) {
  base::db::with_transaction(deps_.pool, caller.deadline, [&](Transaction& tx) {
    deps_.audit.record(
        tx, audit_of(caller, failed.psu, failed.action, "blocked", "[RTS-SCA-4.3b] no attempt left", failed.session));
    return true;
  });
  AuthenticationRefusal answer = refusal(block.undecided ? Code::busy : Code::blocked);
  if (!block.undecided) answer.blocked_until = block.until;
  return answer;
}

AuthenticationRefusal CustomerAuthentication::bank_unavailable(const base::Caller& caller, const std::string& subject) {
  base::db::with_transaction(deps_.pool, caller.deadline, [&](Transaction& tx) {
    deps_.attempts.give_back(tx, caller, subject);
    return true;
  });
  return refusal(Code::bank_unavailable);
}

base::Result<LoggedIn, AuthenticationRefusal> CustomerAuthentication::login(const base::Caller& caller,
                                                                            std::string_view handle,
                                                                            const std::string& username,
                                                                            std::string_view password) {
  const auto session = deps_.sessions.find(caller, handle);
  if (!session) return refuse(Code::session_ended);

  const std::optional<base::PsuId> psu =
      username.size() <= kLongestUsername ? deps_.bank.find_username(caller, username) : std::nullopt;
  Failed attempted{psu ? deps_.attempts.subject_of(*psu) : deps_.attempts.subject_of_unknown(username),
                   {},
                   psu,
                   "psu.login",
                   session->id,
                   {},
                   "wrong"};
  const auto attempt = deps_.attempts.take(caller, attempted.subject);
  if (!attempt) return base::failure(blocked(caller, attempted, attempt.error()));
  attempted.attempt = *attempt;

  // An unknown customer is verified too, and so takes as long as a known one.
  const auto customer = deps_.bank.verify_password(caller, username, password);
  if (!customer && customer.error() == BankFailure::unavailable)
    return base::failure(bank_unavailable(caller, attempted.subject));
  // The counter belongs to the customer that the name was found for: a bank that then answers with another one, or
  // knows a name it did not find, is not believed.
  if (!customer || customer->psu != psu) return base::failure(failed(caller, attempted));

  std::string new_handle = base::random_handle(deps_.entropy);
  const base::Instant now = caller.now.protocol;
  const SessionLimits& limits = deps_.sessions.limits();
  ChallengeRow challenge;
  challenge.id = base::uuid_v7(now, deps_.entropy);
  challenge.session = session->id;
  challenge.psu = customer->psu;
  challenge.preset = true;
  challenge.created = now;
  challenge.ends = now + limits.challenge;
  const auto row = base::db::with_transaction(deps_.pool, caller.deadline, [&](Transaction& tx) {
    deps_.attempts.give_back(tx, caller, attempted.subject);
    auto changed = SessionStore::first_element(tx, caller.tenant, session_hash(handle), now,
                                               FirstElement{.new_hash = session_hash(new_handle),
                                                            .psu = customer->psu,
                                                            .challenge = challenge.id,
                                                            .challenge_ends = challenge.ends,
                                                            .ends = now + limits.absolute});
    if (changed) {
      ChallengeStore::insert(tx, caller.tenant, challenge);
      deps_.audit.record(tx, audit_of(caller, psu, "psu.login", "ok", "first element verified", session->id));
    }
    return changed;
  });
  if (!row) return refuse(Code::session_ended);
  return LoggedIn{{base::Secret(std::move(new_handle)), session_from(*row, limits)}, customer->display_name};
}

std::string CustomerAuthentication::passkey_login_options(std::string_view handle) const {
  return passkey_request_options(settings_.relying_party, secrets_.passkey_challenge("login", session_hash(handle), ""),
                                 {}, deps_.sessions.limits().challenge);
}

base::Result<SessionWithHandle, AuthenticationRefusal> CustomerAuthentication::passkey_login(
    const base::Caller& caller, std::string_view handle, std::string_view credential) {
  const auto session = deps_.sessions.find(caller, handle);
  if (!session) return refuse(Code::session_ended);
  const auto response = webauthn::authentication_response_from_json(credential);
  std::optional<FactorRow> factor;
  if (response) {
    factor = base::db::read_only(deps_.pool, caller.deadline, [&](Transaction& tx) {
      return FactorStore::find_credential(tx, caller.tenant, response->id);
    });
  }
  std::optional<base::PsuId> psu;
  if (factor) psu = factor->psu;
  // What nobody enrolled is counted for the session: there is no customer whom it could block.
  Failed attempted{psu ? deps_.attempts.subject_of(*psu) : deps_.attempts.subject_of_unknown("passkey " + session->id),
                   {},
                   psu,
                   "psu.passkey_login",
                   session->id,
                   FactorKind::passkey,
                   "wrong"};
  const auto attempt = deps_.attempts.take(caller, attempted.subject);
  if (!attempt) return base::failure(blocked(caller, attempted, attempt.error()));
  attempted.attempt = *attempt;
  const auto wrong = [&](std::string why) {
    attempted.why = std::move(why);
    return base::failure(failed(caller, attempted));
  };
  if (!response) return wrong(response.error());
  if (!factor) return wrong("nobody's passkey");
  const auto verified =
      verify_passkey(*factor, secrets_.passkey_challenge("login", session_hash(handle), ""), credential);
  if (!verified) return wrong(verified.error());
  // [RTS-SCA-7.2] possession is "subject to measures designed to prevent replication of the elements": a key that its
  // owner may copy from device to device is no possession by itself.
  if (!factor->factor.device_bound) return wrong("a passkey that may be copied does not stand for both elements");
  const auto method = deps_.bank.method(caller, *psu);
  if (!method && method.error() == BankFailure::unavailable)
    return base::failure(bank_unavailable(caller, attempted.subject));
  if (!method) return wrong("barred by the bank");

  std::string new_handle = base::random_handle(deps_.entropy);
  const base::Instant now = caller.now.protocol;
  using Outcome = base::Result<SessionRow, bool>;
  const auto row = base::db::in_transaction(deps_.pool, caller.deadline, [&](Transaction& tx) -> Outcome {
    if (!FactorStore::advance(tx, caller.tenant, verified->factor, verified->counter_from, verified->counter_to, now))
      return base::failure(false);
    auto changed = SessionStore::both_elements(tx, caller.tenant, session_hash(handle),
                                               {.new_hash = session_hash(new_handle),
                                                .psu = *psu,
                                                .method = std::string(to_text(FactorKind::passkey)),
                                                .ends = now + deps_.sessions.limits().absolute},
                                               now);
    if (!changed) return base::failure(false);
    deps_.attempts.reset(tx, caller, attempted.subject);
    ExemptionStore::reset(tx, caller.tenant, *attempted.psu);
    auto entry =
        audit_of(caller, psu, attempted.action, "ok", "both elements verified by a device-bound passkey", session->id);
    entry.facts.emplace("factor", verified->factor);
    deps_.audit.record(tx, entry);
    FactorStore::record_sign_in(tx, caller.tenant, *psu, session->id, {now, FactorKind::passkey, SignIn::Outcome::ok});
    return std::move(*changed);
  });
  if (!row) {
    bank_unavailable(caller, attempted.subject);  // the attempt is given back: another request was faster
    return refuse(Code::session_ended);
  }
  return SessionWithHandle{base::Secret(std::move(new_handle)), session_from(*row, deps_.sessions.limits())};
}

base::Result<std::vector<Factor>, AuthenticationRefusal> CustomerAuthentication::choices(const base::Caller& caller,
                                                                                         const base::PsuId& psu) {
  const auto method = deps_.bank.method(caller, psu);
  if (!method) return refuse(method.error() == BankFailure::unavailable ? Code::bank_unavailable : Code::refused);
  std::vector<Factor> all;
  Factor bank;
  bank.id = kBankFactor;
  bank.kind = *method == BankMethod::decoupled ? FactorKind::device : FactorKind::bank_code;
  all.push_back(bank);
  const auto rows = base::db::read_only(deps_.pool, caller.deadline,
                                        [&](Transaction& tx) { return FactorStore::of_psu(tx, caller.tenant, psu); });
  for (const auto& row : rows) {
    if (row.factor.kind == FactorKind::passkey) {
      const auto known =
          std::find_if(all.begin(), all.end(), [](const Factor& one) { return one.kind == FactorKind::passkey; });
      if (known != all.end()) {
        known->label.clear();
        continue;
      }
      all.push_back(row.factor);
      all.back().id = kAnyPasskey;
      continue;
    }
    const bool sent = row.factor.kind == FactorKind::sms || row.factor.kind == FactorKind::email;
    if (!sent || deps_.sender != nullptr) all.push_back(row.factor);
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Factor& a, const Factor& b) { return rank(a.kind) < rank(b.kind); });
  return all;
}

base::Result<ChallengeRow, AuthenticationRefusal> CustomerAuthentication::open(const base::Caller& caller,
                                                                               const std::string& hash,
                                                                               const CustomerSession& session,
                                                                               const Factor& by,
                                                                               const Linking& linking) {
  const base::Instant now = caller.now.protocol;
  ChallengeRow row;
  row.id = base::uuid_v7(now, deps_.entropy);
  row.session = session.id;
  row.psu = *session.psu;
  row.kind = by.kind;
  if (by.id != kBankFactor && by.id != kAnyPasskey) row.factor = by.id;
  row.terms_hash = linking.terms_hash;
  row.shown = linking.shown;
  row.hint = by.hint;
  row.created = now;
  row.ends = now + deps_.sessions.limits().challenge;
  const bool opened = base::db::with_transaction(deps_.pool, caller.deadline, [&](Transaction& tx) {
    if (!SessionStore::open_challenge(tx, caller.tenant, hash, row.id, row.ends, now)) return false;
    if (session.challenge) ChallengeStore::close(tx, caller.tenant, *session.challenge, now);
    ChallengeStore::insert(tx, caller.tenant, row);
    auto entry = audit_of(caller, session.psu, "psu.challenge", "ok", "a challenge was opened", session.id);
    add_terms(entry, row);
    deps_.audit.record(tx, entry);
    return true;
  });
  if (!opened) return refuse(Code::session_ended);
  return row;
}

base::Result<void, AuthenticationRefusal> CustomerAuthentication::send_code(const base::Caller& caller,
                                                                            const ChallengeRow& row) {
  const base::Instant now = caller.now.protocol;
  const std::string code = random_code(deps_.entropy);
  const auto address =
      base::db::with_transaction(deps_.pool, caller.deadline, [&](Transaction& tx) -> std::optional<base::Secret> {
        const auto factor = FactorStore::find(tx, caller.tenant, row.psu, row.factor.value_or(""));
        if (!factor) return std::nullopt;
        if (ChallengeStore::sent_since(tx, caller.tenant, row.psu, now - std::chrono::hours(1)) >= kMostMessagesAnHour)
          return std::nullopt;
        // [RTS-SCA-4.1] a new code in place of the old one, which is worth nothing from now on
        if (!ChallengeStore::arm(tx, caller.tenant, row.id, secrets_.code_mac(row.id, row.terms_hash, code),
                                 kMostSendings))
          return std::nullopt;
        return secrets_.open(row.psu, factor->factor.id, factor->sealed);
      });
  if (!address || deps_.sender == nullptr) return refuse(Code::not_sent);
  // [RTS-SCA-5.1a] "the payer is made aware of the amount of the payment transaction and of the payee"
  const std::string what = row.shown.empty() ? "signs you in." : "authorises:\n" + row.shown;
  const CodeMessage message{row.psu, row.kind == FactorKind::sms ? Channel::sms : Channel::email,
                            std::string(address->reveal()),
                            settings_.bank_name + ": " + code + " " + what + "\nNever tell this code to anybody."};
  if (!deps_.sender->send(caller, message)) return refuse(Code::not_sent);
  return {};
}

base::Result<Challenge, AuthenticationRefusal> CustomerAuthentication::challenge(
    const base::Caller& caller, std::string_view handle, const Linking& linking,
    const std::optional<std::string>& choose) {
  const auto session = deps_.sessions.find(caller, handle);
  if (!session) return refuse(Code::session_ended);
  if (!session->psu || !session->knowledge_at) return refuse(Code::no_challenge);
  TRY(std::vector<Factor> all, choices(caller, *session->psu));

  std::optional<ChallengeRow> row;
  if (session->challenge) {
    row = base::db::read_only(deps_.pool, caller.deadline, [&](Transaction& tx) {
      return ChallengeStore::find_open(tx, caller.tenant, *session->challenge, caller.now.protocol);
    });
  }
  const auto usable = [&](const ChallengeRow& standing) {
    return standing.session == session->id && standing.terms_hash == linking.terms_hash;
  };
  if (row && !usable(*row)) row.reset();
  const Factor* by = nullptr;
  if (choose) {
    for (const Factor& factor : all) {
      if (factor.id == *choose) by = &factor;
    }
    if (by == nullptr) return refuse(Code::no_challenge);
  } else if (row) {
    for (const Factor& factor : all) {
      if (answers(*row, factor)) by = &factor;
    }
    if (row->preset && by != &all.front()) by = nullptr;
  }
  if (by == nullptr) by = &all.front();
  if (row && (!answers(*row, *by) || (choose && row->decision))) row.reset();

  const bool opened = !row;
  if (opened) {
    TRY(row, open(caller, session_hash(handle), *session, *by, linking));
  }
  const bool sends = by->kind == FactorKind::sms || by->kind == FactorKind::email;
  if (sends && (opened || choose)) TRY_VOID(send_code(caller, *row));

  Challenge challenge;
  challenge.id = row->id;
  challenge.by = *by;
  challenge.ends = row->ends;
  challenge.approved = row->decision == "approve";
  challenge.refused = row->decision == "refuse";
  if (by->kind == FactorKind::device) challenge.number = secrets_.compared_number(row->id);
  if (by->kind == FactorKind::passkey) {
    std::vector<std::string> credentials;
    for (const auto& factor : base::db::read_only(deps_.pool, caller.deadline, [&](Transaction& tx) {
           return FactorStore::of_psu(tx, caller.tenant, *session->psu);
         })) {
      if (factor.factor.kind == FactorKind::passkey) credentials.push_back(factor.credential_id);
    }
    challenge.passkey_options = passkey_request_options(
        settings_.relying_party, secrets_.passkey_challenge("challenge", passkey_scope_id(*row), row->terms_hash),
        credentials, deps_.sessions.limits().challenge);
  }
  challenge.choices = std::move(all);
  return challenge;
}

base::Result<CustomerAuthentication::Verified, std::string> CustomerAuthentication::verify_passkey(
    const FactorRow& factor, const std::string& challenge, std::string_view answer) const {
  TRY(const auto response, webauthn::authentication_response_from_json(answer));
  // [WEBAUTHN-3-7.2-6] "If response.userHandle is present, verify that it equals the user handle of the user account."
  if (!response.user_handle.empty() &&
      !base::constant_time_equal(response.user_handle, secrets_.user_handle(factor.psu))) {
    return base::failure(std::string("the passkey belongs to somebody else"));
  }
  TRY(const auto assertion,
      webauthn::verify_authentication(settings_.relying_party, challenge,
                                      {factor.credential_id, factor.public_key,
                                       static_cast<std::uint32_t>(factor.counter), !factor.factor.device_bound},
                                      response));
  return Verified{factor.factor.id, factor.counter, assertion.sign_count};
}

base::Result<CustomerAuthentication::Verified, std::optional<std::string>> CustomerAuthentication::verify(
    const base::Caller& caller, const CustomerSession& session, const ChallengeRow& row, std::string_view answer) {
  const auto wrong = [](std::string why) { return base::failure(std::optional<std::string>(std::move(why))); };
  const auto enrolled = [&] {
    return base::db::read_only(deps_.pool, caller.deadline, [&](Transaction& tx) {
      return FactorStore::find(tx, caller.tenant, *session.psu, row.factor.value_or(""));
    });
  };
  switch (row.kind) {
    case FactorKind::bank_code: {
      const auto verified = deps_.bank.verify_one_time_code(caller, *session.psu, answer);
      if (!verified && verified.error() == BankFailure::unavailable) return base::failure(std::optional<std::string>());
      if (!verified) return wrong("wrong");
      return Verified{};
    }
    case FactorKind::device:
      if (row.decision != "approve") return wrong("refused on the device");
      return Verified{};
    case FactorKind::totp: {
      const auto factor = enrolled();
      if (!factor) return wrong("the factor was removed");
      const auto step = base::crypto::totp_match(secrets_.open(factor->psu, factor->factor.id, factor->sealed), answer,
                                                 caller.now.protocol);
      if (!step) return wrong("wrong");
      // [RFC6238-5.2] "The verifier MUST NOT accept the second attempt of the OTP after the successful validation"
      if (*step <= factor->counter) return wrong("this code was used before");
      return Verified{factor->factor.id, factor->counter, *step};
    }
    case FactorKind::sms:
    case FactorKind::email: {
      const auto factor = enrolled();
      if (!factor) return wrong("the factor was removed");
      if (row.code_mac.empty() ||
          !base::constant_time_equal(secrets_.code_mac(row.id, row.terms_hash, answer), row.code_mac))
        return wrong("wrong");
      return Verified{factor->factor.id, factor->counter, factor->counter};
    }
    case FactorKind::passkey: {
      const auto response = webauthn::authentication_response_from_json(answer);
      if (!response) return wrong(response.error());
      const auto factor = base::db::read_only(deps_.pool, caller.deadline, [&](Transaction& tx) {
        return FactorStore::find_credential(tx, caller.tenant, response->id);
      });
      if (!factor || factor->psu != *session.psu) return wrong("not a passkey of this customer");
      auto verified = verify_passkey(
          *factor, secrets_.passkey_challenge("challenge", passkey_scope_id(row), row.terms_hash), answer);
      if (!verified) return wrong(verified.error());
      return std::move(*verified);
    }
  }
  return wrong("no such factor");
}

base::Result<SessionWithHandle, AuthenticationRefusal> CustomerAuthentication::answer(const base::Caller& caller,
                                                                                      std::string_view handle,
                                                                                      std::string_view answer,
                                                                                      const Linking& linking) {
  const auto session = deps_.sessions.find(caller, handle);
  if (!session) return refuse(Code::session_ended);
  const base::Instant now = caller.now.protocol;
  if (!session->psu || !session->challenge || !session->challenge_ends || *session->challenge_ends <= now)
    return refuse(Code::no_challenge);
  const auto row = base::db::read_only(deps_.pool, caller.deadline, [&](Transaction& tx) {
    return ChallengeStore::find_open(tx, caller.tenant, *session->challenge, now);
  });
  if (!row || row->session != session->id || row->psu != *session->psu) return refuse(Code::no_challenge);
  // [RTS-SCA-5.1d] "any change to the amount or the payee results in the invalidation of the authentication code
  // generated"
  if (row->terms_hash != linking.terms_hash) {
    base::db::with_transaction(deps_.pool, caller.deadline, [&](Transaction& tx) {
      ChallengeStore::close(tx, caller.tenant, row->id, now);
      auto entry = audit_of(caller, session->psu, action_of(row->kind), "refused",
                            "[RTS-SCA-5.1d] the challenge was for other terms", session->id);
      add_terms(entry, *row);
      entry.facts.emplace("terms_hash_now", linking.terms_hash);
      deps_.audit.record(tx, entry);
      return true;
    });
    return refuse(Code::no_challenge);
  }
  if (row->kind == FactorKind::device) {
    if (!row->decision) return refuse(Code::waiting);
    if (row->decision == "refuse") return refuse(Code::refused);  // counted when it was refused
  }

  Failed attempted{deps_.attempts.subject_of(*session->psu),
                   {},
                   session->psu,
                   action_of(row->kind),
                   session->id,
                   row->kind,
                   "wrong"};
  const auto attempt = deps_.attempts.take(caller, attempted.subject);
  if (!attempt) return base::failure(blocked(caller, attempted, attempt.error()));
  attempted.attempt = *attempt;
  const auto verified = verify(caller, *session, *row, answer);
  if (!verified && !verified.error()) return base::failure(bank_unavailable(caller, attempted.subject));
  if (!verified) {
    attempted.why = *verified.error();
    return base::failure(failed(caller, attempted));
  }

  std::string new_handle = base::random_handle(deps_.entropy);
  using Outcome = base::Result<SessionRow, bool>;
  const auto changed = base::db::in_transaction(deps_.pool, caller.deadline, [&](Transaction& tx) -> Outcome {
    // [RTS-SCA-4.1] "the authentication code shall only be accepted once": the challenge closes here, for one caller.
    if (!ChallengeStore::close(tx, caller.tenant, row->id, now)) return base::failure(false);
    if (!verified->factor.empty() &&
        !FactorStore::advance(tx, caller.tenant, verified->factor, verified->counter_from, verified->counter_to, now))
      return base::failure(false);
    auto authenticated = SessionStore::second_element(tx, caller.tenant, session_hash(handle),
                                                      {.challenge = row->id,
                                                       .new_hash = session_hash(new_handle),
                                                       .bound_terms = row->terms_hash,
                                                       .method = std::string(to_text(row->kind))},
                                                      now);
    if (!authenticated) return base::failure(false);
    deps_.attempts.reset(tx, caller, attempted.subject);
    ExemptionStore::reset(tx, caller.tenant, *attempted.psu);
    auto entry = audit_of(caller, session->psu, attempted.action, "ok", "second element verified", session->id);
    add_terms(entry, *row);
    if (!verified->factor.empty()) entry.facts.emplace("factor", verified->factor);
    deps_.audit.record(tx, entry);
    FactorStore::record_sign_in(tx, caller.tenant, *session->psu, session->id, {now, row->kind, SignIn::Outcome::ok});
    return std::move(*authenticated);
  });
  if (!changed) {
    base::db::with_transaction(deps_.pool, caller.deadline, [&](Transaction& tx) {
      deps_.attempts.give_back(tx, caller, attempted.subject);
      return true;
    });
    return refuse(Code::no_challenge);
  }
  return SessionWithHandle{base::Secret(std::move(new_handle)), session_from(*changed, deps_.sessions.limits())};
}

int CustomerAuthentication::purge(const base::Caller& caller, int limit) {
  return base::db::with_transaction(deps_.pool, caller.deadline, [&](Transaction& tx) {
    return ChallengeStore::purge(tx, caller.now.protocol - kChallengesKept, limit);
  });
}

}  // namespace consent
