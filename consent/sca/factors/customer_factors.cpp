#include "consent/sca/factors/customer_factors.h"

#include <algorithm>

#include "base/crypto/totp.h"
#include "base/encoding.h"
#include "base/ensure.h"
#include "consent/sca/factors/passkey_options.h"
#include "consent/store/challenge_store.h"
#include "consent/store/factor_store.h"

namespace consent {
namespace {

using base::db::Transaction;
using Code = FactorRefusalCode;

constexpr int kMostMessagesAnHour = 10;

auto refuse(Code code, std::string log_text) { return base::failure(FactorRefusal{code, std::move(log_text)}); }

bool digits(std::string_view text) { return text.find_first_not_of("0123456789") == std::string_view::npos; }

// [E.164] "+", and seven to fifteen digits of which the first is none.
bool is_telephone(std::string_view text) {
  return text.size() >= 8 && text.size() <= 16 && text[0] == '+' && text[1] != '0' && digits(text.substr(1));
}

// Enough of RFC 5321 for an address that people type; whether it exists shows when the code comes back.
bool is_mailbox(std::string_view text) {
  constexpr std::string_view kLocal =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.!#$%&'*+-/=?^_{|}~";
  constexpr std::string_view kDomain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-";
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos || at == 0 || at > 64 || text.size() > 254) return false;
  const std::string_view local = text.substr(0, at), domain = text.substr(at + 1);
  const auto dotted = [](std::string_view part) {
    return !part.starts_with('.') && !part.ends_with('.') && part.find("..") == std::string_view::npos;
  };
  return local.find_first_not_of(kLocal) == std::string_view::npos && dotted(local) &&
         domain.find_first_not_of(kDomain) == std::string_view::npos && dotted(domain) &&
         domain.find('.') != std::string_view::npos;
}

std::string masked(FactorKind kind, const std::string& address) {
  if (kind == FactorKind::sms) return "•••• " + address.substr(address.size() - 4);
  return address.substr(0, 1) + "•••" + address.substr(address.find('@'));
}

// For a message that may be read anywhere: no address in full, and no words of whoever made the change.
std::string in_words(const Factor& factor) {
  switch (factor.kind) {
    case FactorKind::bank_code:
    case FactorKind::device:
      return "A way of your bank";
    case FactorKind::totp:
      return "An authenticator app";
    case FactorKind::passkey:
      return "A passkey";
    case FactorKind::sms:
      return "The telephone number " + factor.hint;
    case FactorKind::email:
      return "The e-mail address " + factor.hint;
  }
  return "A way";
}

bool is_label(const std::string& label) {
  const auto characters = base::utf8_decode(label);
  if (!characters || characters->empty() || characters->size() > kLongestLabel) return false;
  return std::none_of(characters->begin(), characters->end(), [](char32_t c) { return c < 0x20 || c == 0x7f; });
}

base::db::AuditEntry audit_of(const base::Caller& caller, const CustomerSession& session, std::string action,
                              std::string outcome, std::string reason) {
  base::db::AuditEntry entry;
  entry.tenant = caller.tenant;
  entry.at = caller.now.protocol;
  entry.actor_kind = base::db::ActorKind::psu;
  entry.actor = session.psu->str();
  entry.action = std::move(action);
  entry.object_kind = "psu";
  entry.object = entry.actor;
  entry.outcome = std::move(outcome);
  entry.reason = std::move(reason);
  entry.interaction = caller.interaction;
  entry.facts = {{"session", session.id}};
  return entry;
}

}  // namespace

CustomerFactors::CustomerFactors(FactorSettings settings, CustomerFactorsDeps deps)
    : settings_(std::move(settings)), deps_(deps), secrets_(deps.key) {
  ENSURE(settings_.sca_of_enrolment <= std::chrono::minutes(5), "enrolment needs authentication of these minutes");
  ENSURE(settings_.enrolment > std::chrono::seconds(0), "an enrolment has time");
}

std::vector<Factor> CustomerFactors::list(const base::Caller& caller, const base::PsuId& psu) {
  const auto rows = base::db::read_only(deps_.pool, caller.deadline,
                                        [&](Transaction& tx) { return FactorStore::of_psu(tx, caller.tenant, psu); });
  std::vector<Factor> factors;
  for (const auto& row : rows) factors.push_back(row.factor);
  return factors;
}

std::vector<SignIn> CustomerFactors::recent_sign_ins(const base::Caller& caller, const base::PsuId& psu, int limit) {
  return base::db::read_only(deps_.pool, caller.deadline,
                             [&](Transaction& tx) { return FactorStore::sign_ins(tx, caller.tenant, psu, limit); });
}

std::vector<FactorChange> CustomerFactors::recent_changes(const base::Caller& caller, const base::PsuId& psu,
                                                          int limit) {
  return base::db::read_only(deps_.pool, caller.deadline,
                             [&](Transaction& tx) { return FactorStore::changes(tx, caller.tenant, psu, limit); });
}

void CustomerFactors::tell(const base::Caller& caller, const CustomerSession& session, const FactorRow& changed,
                           FactorChange::What what, const std::vector<FactorRow>& addresses) {
  const bool added = what == FactorChange::What::added;
  const std::string text = settings_.bank_name + ": " + in_words(changed.factor) +
                           (added ? " was added to" : " was removed from") +
                           " your ways to confirm. If this was not you, sign out everywhere and call your bank.";
  int told = 0, failed = 0;
  for (const FactorRow& row : addresses) {
    const bool sms = row.factor.kind == FactorKind::sms;
    if (!sms && row.factor.kind != FactorKind::email) continue;
    // An address that has just been added is whoever's added it.
    if (added && row.factor.id == changed.factor.id) continue;
    const CodeMessage message{row.psu, sms ? Channel::sms : Channel::email,
                              std::string(secrets_.open(row.psu, row.factor.id, row.sealed).reveal()), text};
    const bool sent = deps_.sender != nullptr && deps_.sender->send(caller, message);
    ++(sent ? told : failed);
  }
  base::db::with_transaction(deps_.pool, caller.deadline, [&](Transaction& tx) {
    auto entry = audit_of(caller, session, "psu.factor_notice",
                          failed > 0  ? "not_sent"
                          : told == 0 ? "no_address"
                                      : "ok",
                          "the customer is told of the change at the other addresses");
    entry.facts.emplace("factor", changed.factor.id);
    entry.facts.emplace("told", std::to_string(told));
    entry.facts.emplace("failed", std::to_string(failed));
    deps_.audit.record(tx, entry);
    return true;
  });
}

// [RTS-SCA-24.2b] "the association by means of a remote channel … shall be performed using strong customer
// authentication"
base::Result<CustomerSession, FactorRefusal> CustomerFactors::fresh(const base::Caller& caller,
                                                                    std::string_view handle) {
  auto session = deps_.sessions.find(caller, handle);
  if (!session || !session->authenticated()) return refuse(Code::session_ended, "no authenticated session");
  if (*session->possession_at + settings_.sca_of_enrolment <= caller.now.protocol)
    return refuse(Code::needs_sca, "the last strong customer authentication is too long ago");
  return std::move(*session);
}

base::Result<EnrolmentOffer, FactorRefusal> CustomerFactors::enrol_begin(const base::Caller& caller,
                                                                         std::string_view handle,
                                                                         const Enrolment& wanted) {
  TRY(const CustomerSession session, fresh(caller, handle));
  const base::PsuId psu = *session.psu;
  if (!is_label(wanted.label)) return refuse(Code::label_invalid, "the label is empty, too long or no text");
  const auto enrolled = list(caller, psu);
  if (enrolled.size() >= static_cast<std::size_t>(kMostFactors)) return refuse(Code::too_many, "too many factors");

  const base::Instant now = caller.now.protocol;
  ChallengeRow row;
  row.id = base::uuid_v7(now, deps_.entropy);
  row.session = session.id;
  row.psu = psu;
  row.purpose = ChallengePurpose::enrol;
  row.kind = wanted.kind;
  row.label = wanted.label;
  row.created = now;
  row.ends = now + settings_.enrolment;
  std::optional<CodeMessage> message;
  switch (wanted.kind) {
    case FactorKind::bank_code:
    case FactorKind::device:
      return refuse(Code::unknown, "the bank's own factors are not enrolled here");
    case FactorKind::totp: {
      std::string secret(20, '\0');  // [RFC4226-4-R6] "RECOMMEND a shared secret length of 160 bits"
      deps_.entropy.fill(std::as_writable_bytes(std::span(secret)));
      row.sealed = secrets_.seal(psu, row.id, secret, deps_.entropy);
      base::wipe(secret);
      break;
    }
    case FactorKind::passkey:
      break;
    case FactorKind::sms:
    case FactorKind::email: {
      const bool valid = wanted.kind == FactorKind::sms ? is_telephone(wanted.address) : is_mailbox(wanted.address);
      if (!valid) return refuse(Code::address_invalid, "no address of this kind");
      if (deps_.sender == nullptr) return refuse(Code::sender_unavailable, "no sender is configured");
      row.sealed = secrets_.seal(psu, row.id, wanted.address, deps_.entropy);
      row.hint = masked(wanted.kind, wanted.address);
      const std::string code = random_code(deps_.entropy);
      row.code_mac = secrets_.code_mac(row.id, "", code);
      row.sent = 1;
      message = CodeMessage{
          psu, wanted.kind == FactorKind::sms ? Channel::sms : Channel::email, wanted.address,
          settings_.bank_name + ": " + code + " adds this address to your account. Never tell this code to anybody."};
      break;
    }
  }
  const bool recorded = base::db::with_transaction(deps_.pool, caller.deadline, [&](Transaction& tx) {
    if (message &&
        ChallengeStore::sent_since(tx, caller.tenant, psu, now - std::chrono::hours(1)) >= kMostMessagesAnHour)
      return false;
    ChallengeStore::insert(tx, caller.tenant, row);
    auto entry = audit_of(caller, session, "psu.factor_offer", "ok", "a factor is being enrolled");
    entry.facts.emplace("kind", to_text(row.kind));
    deps_.audit.record(tx, entry);
    return true;
  });
  if (!recorded) return refuse(Code::too_many, "too many messages within the hour");
  if (message && !deps_.sender->send(caller, *message))
    return refuse(Code::sender_unavailable, "the code was not sent");
  return offer(caller, row);
}

EnrolmentOffer CustomerFactors::offer(const base::Caller& caller, const ChallengeRow& row) {
  EnrolmentOffer made;
  made.id = row.id;
  made.kind = row.kind;
  made.label = row.label;
  made.ends = row.ends;
  made.hint = row.hint;
  if (row.kind == FactorKind::totp) {
    made.totp_secret = base::crypto::base32_encode(secrets_.open(row.psu, row.id, row.sealed).reveal());
    made.otpauth_uri = "otpauth://totp/" + base::percent_encode(settings_.bank_name) + ":" +
                       base::percent_encode(row.label) + "?secret=" + made.totp_secret +
                       "&issuer=" + base::percent_encode(settings_.bank_name) + "&algorithm=SHA1&digits=6&period=30";
  }
  if (row.kind == FactorKind::passkey) {
    std::vector<std::string> known;
    for (const auto& factor : base::db::read_only(deps_.pool, caller.deadline, [&](Transaction& tx) {
           return FactorStore::of_psu(tx, caller.tenant, row.psu);
         })) {
      if (factor.factor.kind == FactorKind::passkey) known.push_back(factor.credential_id);
    }
    made.passkey_options = passkey_creation_options(
        settings_.relying_party, settings_.bank_name, {secrets_.user_handle(row.psu), row.label},
        secrets_.passkey_challenge("enrol", row.id, ""), known, settings_.enrolment);
  }
  return made;
}

base::Result<ChallengeRow, FactorRefusal> CustomerFactors::open_enrolment(const base::Caller& caller,
                                                                          const CustomerSession& session,
                                                                          const std::string& id) {
  auto row = base::db::read_only(deps_.pool, caller.deadline, [&](Transaction& tx) {
    return ChallengeStore::find_open(tx, caller.tenant, id, caller.now.protocol);
  });
  if (!row || row->purpose != ChallengePurpose::enrol || row->session != session.id || row->psu != *session.psu) {
    base::db::with_transaction(deps_.pool, caller.deadline, [&](Transaction& tx) {
      deps_.audit.record(tx, audit_of(caller, session, "psu.factor_enrol", "unknown",
                                      "no open enrolment of this session: over, of another session or another's"));
      return true;
    });
    return refuse(Code::unknown, "no open enrolment of this session");
  }
  return std::move(*row);
}

base::Result<EnrolmentOffer, FactorRefusal> CustomerFactors::enrolment(const base::Caller& caller,
                                                                       std::string_view handle, const std::string& id) {
  TRY(const CustomerSession session, fresh(caller, handle));
  TRY(const ChallengeRow row, open_enrolment(caller, session, id));
  return offer(caller, row);
}

FactorRefusal CustomerFactors::wrong(const base::Caller& caller, const CustomerSession& session,
                                     const AttemptTaken& attempt, const std::string& why) {
  base::db::with_transaction(deps_.pool, caller.deadline, [&](Transaction& tx) {
    deps_.attempts.confirm_failure(tx, caller, deps_.attempts.subject_of(*session.psu));
    deps_.audit.record(tx, audit_of(caller, session, "psu.factor_enrol", "refused", why));
    return true;
  });
  return {attempt.blocked_until ? Code::blocked : Code::refused, why};
}

base::Result<Factor, FactorRefusal> CustomerFactors::enrol_finish(const base::Caller& caller, std::string_view handle,
                                                                  const std::string& id, std::string_view answer) {
  TRY(const CustomerSession session, fresh(caller, handle));
  TRY(const ChallengeRow offered, open_enrolment(caller, session, id));
  const base::PsuId psu = *session.psu;
  const std::string subject = deps_.attempts.subject_of(psu);
  const auto attempt = deps_.attempts.take(caller, subject);
  if (!attempt) return refuse(Code::blocked, "[RTS-SCA-4.3b] no attempt left");

  const base::Instant now = caller.now.protocol;
  FactorRow row;
  row.psu = psu;
  row.factor.id = base::uuid_v7(now, deps_.entropy);
  row.factor.kind = offered.kind;
  row.factor.label = offered.label;
  row.factor.hint = offered.hint;
  row.factor.created = now;
  const auto keep = [&](std::string_view secret) {
    row.sealed = secrets_.seal(psu, row.factor.id, secret, deps_.entropy);
  };
  switch (offered.kind) {
    case FactorKind::bank_code:
    case FactorKind::device:
      return refuse(Code::unknown, "the bank's own factors are not enrolled here");
    case FactorKind::totp: {
      const base::Secret secret = secrets_.open(psu, offered.id, offered.sealed);
      const auto step = base::crypto::totp_match(secret, answer, now);
      if (!step) return base::failure(wrong(caller, session, *attempt, "wrong code"));
      row.counter = *step;  // [RFC6238-5.2] the code that enrolled it does not sign in as well
      keep(secret.reveal());
      break;
    }
    case FactorKind::passkey: {
      const auto response = webauthn::registration_response_from_json(answer);
      if (!response) return base::failure(wrong(caller, session, *attempt, response.error()));
      const auto credential = webauthn::verify_registration(
          settings_.relying_party, secrets_.passkey_challenge("enrol", offered.id, ""), *response);
      if (!credential) return base::failure(wrong(caller, session, *attempt, credential.error()));
      row.credential_id = credential->id;
      row.public_key = credential->public_key;
      row.counter = credential->sign_count;
      row.factor.device_bound = !credential->backup_eligible;
      break;
    }
    case FactorKind::sms:
    case FactorKind::email:
      if (!base::constant_time_equal(secrets_.code_mac(offered.id, "", answer), offered.code_mac))
        return base::failure(wrong(caller, session, *attempt, "wrong code"));
      keep(secrets_.open(psu, offered.id, offered.sealed).reveal());
      break;
  }

  using Outcome = base::Result<Factor, FactorRefusal>;
  auto enrolled = base::db::in_transaction(deps_.pool, caller.deadline, [&](Transaction& tx) -> Outcome {
    if (!ChallengeStore::close(tx, caller.tenant, offered.id, now))
      return refuse(Code::unknown, "the enrolment was finished by another request");
    if (!FactorStore::insert(tx, caller.tenant, row)) return refuse(Code::already_there, "a known credential");
    deps_.attempts.give_back(tx, caller, subject);
    auto entry = audit_of(caller, session, "psu.factor_enrol", "ok", "a factor was enrolled");
    entry.facts.emplace("factor", row.factor.id);
    entry.facts.emplace("kind", to_text(row.factor.kind));
    entry.facts.emplace("device_bound", row.factor.device_bound ? "yes" : "no");
    deps_.audit.record(tx, entry);
    return row.factor;
  });
  if (!enrolled) {
    base::db::with_transaction(deps_.pool, caller.deadline, [&](Transaction& tx) {
      deps_.attempts.give_back(tx, caller, subject);
      return true;
    });
    return enrolled;
  }
  const auto addresses = base::db::read_only(
      deps_.pool, caller.deadline, [&](Transaction& tx) { return FactorStore::of_psu(tx, caller.tenant, psu); });
  tell(caller, session, row, FactorChange::What::added, addresses);
  return enrolled;
}

base::Result<void, FactorRefusal> CustomerFactors::remove(const base::Caller& caller, std::string_view handle,
                                                          const std::string& id) {
  TRY(const CustomerSession session, fresh(caller, handle));
  std::vector<FactorRow> addresses;
  std::optional<FactorRow> found;
  const bool removed = base::db::with_transaction(deps_.pool, caller.deadline, [&](Transaction& tx) {
    addresses = FactorStore::of_psu(tx, caller.tenant, *session.psu);
    found = FactorStore::find(tx, caller.tenant, *session.psu, id);
    const bool done = FactorStore::remove(tx, caller.tenant, *session.psu, id, caller.now.protocol);
    auto entry = audit_of(caller, session, "psu.factor_remove", done ? "ok" : "unknown",
                          done ? "[RTS-SCA-27] a factor was removed" : "no such factor of this customer");
    if (done) entry.facts.emplace("factor", id);
    deps_.audit.record(tx, entry);
    return done;
  });
  if (!removed) return refuse(Code::unknown, "no such factor of this customer");
  ENSURE(found.has_value(), "what was removed was there");
  tell(caller, session, *found, FactorChange::What::removed, addresses);
  return {};
}

}  // namespace consent
