#include "consent/sca/customer_authentication.h"

#include "consent/sca/session_rows.h"
#include "consent/store/session_store.h"

namespace consent {
namespace {

using base::db::Transaction;

constexpr int kWarnAt = 2;
// Names are hashed to be counted; nobody's is longer.
constexpr std::size_t kLongestUsername = 256;

AuthenticationRefusal refusal(AuthenticationRefusalCode code) { return {.code = code, .blocked_until = {}}; }

AuthenticationRefusal refused_by(const Blocked& blocked) {
  AuthenticationRefusal r =
      refusal(blocked.undecided ? AuthenticationRefusalCode::busy : AuthenticationRefusalCode::blocked);
  if (!blocked.undecided) r.blocked_until = blocked.until;
  return r;
}

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

}  // namespace

AuthenticationRefusal CustomerAuthentication::failed(const base::Caller& caller, const Failed& failed) {
  // [RTS-SCA-4.4] "The payer shall be alerted before the block": warn; then the block's end is told.
  AuthenticationRefusal answer = refusal(AuthenticationRefusalCode::refused);
  answer.attempts_left = failed.attempt.left;
  answer.warn = failed.attempt.left <= kWarnAt;
  if (failed.attempt.blocked_until) {
    answer.code = AuthenticationRefusalCode::blocked;
    answer.blocked_until = failed.attempt.blocked_until;
  }
  base::db::with_transaction(pool_, caller.deadline, [&](Transaction& tx) {
    attempts_.confirm_failure(tx, caller, failed.subject);
    auto entry =
        audit_of(caller, failed.psu, failed.action, failed.attempt.blocked_until ? "blocked" : "refused",
                 failed.attempt.blocked_until ? "[RTS-SCA-4.3b] wrong; the last attempt before a block" : "wrong",
                 failed.session);
    entry.facts.emplace("attempts_left", std::to_string(failed.attempt.left));
    audit_.record(tx, entry);
    return true;
  });
  return answer;
}

AuthenticationRefusal CustomerAuthentication::bank_unavailable(const base::Caller& caller, const std::string& subject) {
  base::db::with_transaction(pool_, caller.deadline, [&](Transaction& tx) {
    attempts_.give_back(tx, caller, subject);
    return true;
  });
  return refusal(AuthenticationRefusalCode::bank_unavailable);
}

base::Result<LoggedIn, AuthenticationRefusal> CustomerAuthentication::login(const base::Caller& caller,
                                                                            std::string_view handle,
                                                                            const std::string& username,
                                                                            std::string_view password) {
  const auto session = sessions_.find(caller, handle);
  if (!session) return base::failure(refusal(AuthenticationRefusalCode::session_ended));

  const std::optional<base::PsuId> psu =
      username.size() <= kLongestUsername ? bank_.find_username(caller, username) : std::nullopt;
  const std::string subject = psu ? attempts_.subject_of(*psu) : attempts_.subject_of_unknown(username);
  const auto attempt = attempts_.take(caller, subject);
  if (!attempt) {
    base::db::with_transaction(pool_, caller.deadline, [&](Transaction& tx) {
      audit_.record(tx, audit_of(caller, psu, "psu.login", "blocked", "[RTS-SCA-4.3b] no attempt left", session->id));
      return true;
    });
    return base::failure(refused_by(attempt.error()));
  }

  // An unknown customer is verified too, and so takes as long as a known one.
  const auto customer = bank_.verify_password(caller, username, password);
  if (!customer && customer.error() == BankFailure::unavailable)
    return base::failure(bank_unavailable(caller, subject));
  // The counter belongs to the customer that the name was found for: a bank that then answers with another one, or
  // knows a name it did not find, is not believed.
  if (!customer || customer->psu != psu) {
    return base::failure(failed(caller, {subject, *attempt, psu, "psu.login", session->id}));
  }

  std::string new_handle = base::random_handle(entropy_);
  const base::Instant now = caller.now.protocol;
  const auto row = base::db::with_transaction(pool_, caller.deadline, [&](Transaction& tx) {
    attempts_.give_back(tx, caller, subject);
    auto changed = SessionStore::first_element(tx, caller.tenant, session_hash(handle), now,
                                               FirstElement{.new_hash = session_hash(new_handle),
                                                            .psu = customer->psu,
                                                            .challenge = base::uuid_v7(now, entropy_),
                                                            .challenge_ends = now + sessions_.limits().challenge,
                                                            .ends = now + sessions_.limits().absolute});
    if (changed) audit_.record(tx, audit_of(caller, psu, "psu.login", "ok", "first element verified", session->id));
    return changed;
  });
  if (!row) return base::failure(refusal(AuthenticationRefusalCode::session_ended));
  return LoggedIn{{base::Secret(std::move(new_handle)), session_from(*row, sessions_.limits())},
                  customer->display_name};
}

base::Result<SessionWithHandle, AuthenticationRefusal> CustomerAuthentication::one_time_code(const base::Caller& caller,
                                                                                             std::string_view handle,
                                                                                             std::string_view code) {
  const auto session = sessions_.find(caller, handle);
  if (!session) return base::failure(refusal(AuthenticationRefusalCode::session_ended));
  const base::Instant now = caller.now.protocol;
  if (!session->psu || !session->challenge || !session->challenge_ends || *session->challenge_ends <= now) {
    return base::failure(refusal(AuthenticationRefusalCode::no_challenge));
  }
  const base::PsuId psu = *session->psu;
  const std::string subject = attempts_.subject_of(psu);
  const auto attempt = attempts_.take(caller, subject);
  if (!attempt) {
    base::db::with_transaction(pool_, caller.deadline, [&](Transaction& tx) {
      audit_.record(
          tx, audit_of(caller, psu, "psu.one_time_code", "blocked", "[RTS-SCA-4.3b] no attempt left", session->id));
      return true;
    });
    return base::failure(refused_by(attempt.error()));
  }

  const auto verified = bank_.verify_one_time_code(caller, psu, code);
  if (!verified && verified.error() == BankFailure::unavailable)
    return base::failure(bank_unavailable(caller, subject));
  if (!verified) return base::failure(failed(caller, {subject, *attempt, psu, "psu.one_time_code", session->id}));

  std::string new_handle = base::random_handle(entropy_);
  const auto row = base::db::with_transaction(pool_, caller.deadline, [&](Transaction& tx) {
    // [RTS-SCA-4.1] "the authentication code shall only be accepted once": the challenge closes here, for one caller.
    auto changed = SessionStore::second_element(tx, caller.tenant, session_hash(handle), *session->challenge,
                                                session_hash(new_handle), now);
    if (changed) {
      attempts_.reset(tx, caller, subject);
      audit_.record(tx, audit_of(caller, psu, "psu.one_time_code", "ok", "second element verified", session->id));
    } else {
      attempts_.give_back(tx, caller, subject);
    }
    return changed;
  });
  if (!row) return base::failure(refusal(AuthenticationRefusalCode::no_challenge));
  return SessionWithHandle{base::Secret(std::move(new_handle)), session_from(*row, sessions_.limits())};
}

}  // namespace consent
