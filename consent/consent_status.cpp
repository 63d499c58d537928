#include "consent/consent_status.h"

#include <array>
#include <utility>

#include "base/ensure.h"
#include "consent/events.h"

namespace consent {
namespace {

using S = ConsentStatus;
using E = ConsentEvent;
using R = StatusReason;
constexpr auto kKeep = GrantsThen::keep;
constexpr auto kEnd = GrantsThen::end;
constexpr auto kAlways = Condition::always;
constexpr auto kIfPsu = Condition::psu_revocation_reauthorisable;
constexpr auto kIfBank = Condition::bank_revocation_reauthorisable;
constexpr auto kIfOnce = Condition::used_once;
constexpr auto kIfMany = Condition::used_often;
constexpr auto kIfFile = Condition::with_file;
constexpr auto kIfOne = Condition::one_recurring;
constexpr std::string_view kSilent;

// An expiry that passes before anybody authorised the consent ends as a rejection: OBIE knows only AWAU → AUTH, RJCT,
// and for Berlin Group both words are right. [OBIE-AISP-4.0-Access-Revocation] "the AISP must be allowed to request PSU
// to re-authenticate the same account-access-consent resource": hence the rows that leave access_revoked_by_psu, where
// the facade says so.
constexpr std::array kTable{
    // clang-format off
    Transition{S::awaiting_upload, E::upload, S::awaiting_authorisation, R::awaiting_customer, kSilent, kKeep, kIfFile},
    Transition{S::awaiting_upload, E::revoke_by_bank, S::rejected, R::revoked_by_bank, kConsentRejected, kKeep, kIfFile},
    Transition{S::awaiting_upload, E::terminate_by_tpp, S::terminated_by_tpp, R::terminated_by_tpp, kSilent, kKeep, kIfFile},
    Transition{S::awaiting_upload, E::expire, S::rejected, R::authorisation_not_completed, kConsentRejected, kKeep, kIfFile},

    Transition{S::awaiting_authorisation, E::authorise, S::authorised, R::none, kConsentAuthorised, kKeep, kAlways},
    Transition{S::awaiting_authorisation, E::authorise_partly, S::partially_authorised, R::awaiting_further_signatories, kSilent, kKeep, kAlways},
    Transition{S::awaiting_authorisation, E::reject, S::rejected, R::denied_by_psu, kConsentRejected, kKeep, kAlways},
    Transition{S::awaiting_authorisation, E::revoke_by_bank, S::rejected, R::revoked_by_bank, kConsentRejected, kKeep, kAlways},
    Transition{S::awaiting_authorisation, E::terminate_by_tpp, S::terminated_by_tpp, R::terminated_by_tpp, kSilent, kKeep, kAlways},
    Transition{S::awaiting_authorisation, E::expire, S::rejected, R::authorisation_not_completed, kConsentRejected, kKeep, kAlways},

    // The first signatory's tokens exist already and wait with the consent: what ends it ends them.
    Transition{S::partially_authorised, E::authorise, S::authorised, R::none, kConsentAuthorised, kKeep, kAlways},
    Transition{S::partially_authorised, E::authorise_partly, S::partially_authorised, R::awaiting_further_signatories, kSilent, kKeep, kAlways},
    Transition{S::partially_authorised, E::reject, S::rejected, R::denied_by_psu, kConsentRejected, kEnd, kAlways},
    Transition{S::partially_authorised, E::revoke_by_bank, S::rejected, R::revoked_by_bank, kConsentRejected, kEnd, kAlways},
    Transition{S::partially_authorised, E::close_accounts, S::rejected, R::account_closed, kConsentRejected, kEnd, kAlways},
    Transition{S::partially_authorised, E::terminate_by_tpp, S::terminated_by_tpp, R::terminated_by_tpp, kSilent, kEnd, kAlways},
    Transition{S::partially_authorised, E::expire, S::rejected, R::authorisation_not_completed, kConsentRejected, kEnd, kAlways},

    // A renewal leaves the live consent alone until everybody has agreed.
    Transition{S::authorised, E::authorise, S::authorised, R::none, kConsentAuthorised, kKeep, kIfMany},
    Transition{S::authorised, E::authorise_partly, S::authorised, R::none, kSilent, kKeep, kIfMany},
    Transition{S::authorised, E::consume, S::consumed, R::used, kConsentConsumed, kEnd, kIfOnce},
    Transition{S::authorised, E::revoke_by_psu, S::access_revoked_by_psu, R::revoked_by_psu, kConsentRevoked, kEnd, kAlways},
    Transition{S::authorised, E::revoke_by_bank, S::access_revoked_by_bank, R::revoked_by_bank, kConsentRevoked, kEnd, kAlways},
    Transition{S::authorised, E::close_accounts, S::access_revoked_by_bank, R::account_closed, kConsentRevoked, kEnd, kAlways},
    Transition{S::authorised, E::terminate_by_tpp, S::terminated_by_tpp, R::terminated_by_tpp, kConsentRevoked, kEnd, kAlways},
    Transition{S::authorised, E::supersede, S::superseded, R::superseded, kConsentRevoked, kEnd, kIfOne},
    Transition{S::authorised, E::expire, S::expired, R::expired, kConsentExpired, kEnd, kAlways},

    Transition{S::access_revoked_by_psu, E::authorise, S::authorised, R::none, kConsentAuthorised, kKeep, kIfPsu},
    Transition{S::access_revoked_by_psu, E::authorise_partly, S::access_revoked_by_psu, R::revoked_by_psu, kSilent, kKeep, kIfPsu},
    Transition{S::access_revoked_by_psu, E::revoke_by_bank, S::access_revoked_by_bank, R::revoked_by_bank, kConsentRevoked, kEnd, kIfPsu},
    Transition{S::access_revoked_by_psu, E::close_accounts, S::access_revoked_by_bank, R::account_closed, kConsentRevoked, kEnd, kIfPsu},
    Transition{S::access_revoked_by_psu, E::terminate_by_tpp, S::terminated_by_tpp, R::terminated_by_tpp, kSilent, kEnd, kIfPsu},
    Transition{S::access_revoked_by_psu, E::expire, S::expired, R::expired, kConsentExpired, kEnd, kIfPsu},

    Transition{S::access_revoked_by_bank, E::authorise, S::authorised, R::none, kConsentAuthorised, kKeep, kIfBank},
    Transition{S::access_revoked_by_bank, E::authorise_partly, S::access_revoked_by_bank, R::revoked_by_bank, kSilent, kKeep, kIfBank},
    Transition{S::access_revoked_by_bank, E::revoke_by_psu, S::access_revoked_by_psu, R::revoked_by_psu, kConsentRevoked, kEnd, kIfBank},
    Transition{S::access_revoked_by_bank, E::terminate_by_tpp, S::terminated_by_tpp, R::terminated_by_tpp, kSilent, kEnd, kIfBank},
    Transition{S::access_revoked_by_bank, E::expire, S::expired, R::expired, kConsentExpired, kEnd, kIfBank},
    // clang-format on
};

// What a bank has stopped, a customer cannot start again alone: the TPP asks with a new consent.
constexpr std::array<FacadePolicy, 2> kAccountAccess{{
    {Facade::obie_v4, ConsentKind::account_access, Expiry::immutable, AfterRevocation::reauthorisable,
     AfterRevocation::terminal, RecurringConsents::many, AfterTermination::hidden},
    {Facade::berlin_group, ConsentKind::account_access, Expiry::adjustable, AfterRevocation::terminal,
     AfterRevocation::terminal, RecurringConsents::one, AfterTermination::readable},
}};

constexpr std::array<std::pair<S, std::string_view>, 11> kStatusTexts{{
    {S::awaiting_upload, "awaiting_upload"},
    {S::awaiting_authorisation, "awaiting_authorisation"},
    {S::partially_authorised, "partially_authorised"},
    {S::authorised, "authorised"},
    {S::consumed, "consumed"},
    {S::access_revoked_by_psu, "access_revoked_by_psu"},
    {S::access_revoked_by_bank, "access_revoked_by_bank"},
    {S::terminated_by_tpp, "terminated_by_tpp"},
    {S::superseded, "superseded"},
    {S::rejected, "rejected"},
    {S::expired, "expired"},
}};
constexpr std::array<std::pair<E, std::string_view>, 11> kEventTexts{{
    {E::upload, "upload"},
    {E::authorise_partly, "authorise_partly"},
    {E::authorise, "authorise"},
    {E::reject, "reject"},
    {E::consume, "consume"},
    {E::revoke_by_psu, "revoke_by_psu"},
    {E::revoke_by_bank, "revoke_by_bank"},
    {E::terminate_by_tpp, "terminate_by_tpp"},
    {E::supersede, "supersede"},
    {E::close_accounts, "close_accounts"},
    {E::expire, "expire"},
}};
constexpr std::array<std::pair<R, std::string_view>, 15> kReasonTexts{{
    {R::none, ""},
    {R::awaiting_file, "awaiting_file"},
    {R::awaiting_customer, "awaiting_customer"},
    {R::awaiting_further_signatories, "awaiting_further_signatories"},
    {R::denied_by_psu, "denied_by_psu"},
    {R::authorisation_not_completed, "authorisation_not_completed"},
    {R::used, "used"},
    {R::revoked_by_psu, "revoked_by_psu"},
    {R::revoked_by_bank, "revoked_by_bank"},
    {R::terminated_by_tpp, "terminated_by_tpp"},
    {R::superseded, "superseded"},
    {R::expired, "expired"},
    {R::account_closed, "account_closed"},
    {R::fraud_suspected, "fraud_suspected"},
    {R::client_ended, "client_ended"},
}};
constexpr std::array<std::pair<Facade, std::string_view>, 2> kFacadeTexts{{
    {Facade::obie_v4, "obie_v4"},
    {Facade::berlin_group, "berlin_group"},
}};

template <class Table, class Value>
std::string_view text_of(const Table& table, Value value) {
  for (const auto& [candidate, text] : table) {
    if (candidate == value) return text;
  }
  throw base::BrokenInvariant("a value without its text");
}

template <class Value, std::size_t N>
std::optional<Value> value_of(const std::array<std::pair<Value, std::string_view>, N>& table, std::string_view text) {
  for (const auto& [value, candidate] : table) {
    if (candidate == text) return value;
  }
  return std::nullopt;
}

bool holds(Condition condition, const FacadePolicy& policy) {
  switch (condition) {
    case Condition::always:
      return true;
    case Condition::psu_revocation_reauthorisable:
      return policy.after_psu_revocation == AfterRevocation::reauthorisable;
    case Condition::bank_revocation_reauthorisable:
      return policy.after_bank_revocation == AfterRevocation::reauthorisable;
    case Condition::used_once:
      return kind_policy(policy.kind).uses == Uses::once;
    case Condition::used_often:
      return kind_policy(policy.kind).uses == Uses::many;
    case Condition::with_file:
      return kind_policy(policy.kind).upload == Upload::of_a_file;
    case Condition::one_recurring:
      return policy.recurring == RecurringConsents::one;
  }
  throw base::BrokenInvariant("a condition outside its enumeration");
}

}  // namespace

FacadePolicy policy_of(Facade facade, ConsentKind kind) {
  for (FacadePolicy policy : kAccountAccess) {
    if (policy.facade != facade) continue;
    policy.kind = kind;
    if (kind != ConsentKind::account_access) policy.recurring = RecurringConsents::many;
    if (kind_policy(kind).uses == Uses::once) policy.after_psu_revocation = AfterRevocation::terminal;
    return policy;
  }
  throw base::BrokenInvariant("a facade without a policy");
}

std::span<const Transition> transition_table() { return kTable; }

const Transition* transition(ConsentStatus from, ConsentEvent event, const FacadePolicy& policy) {
  for (const Transition& row : kTable) {
    if (row.from == from && row.event == event && holds(row.condition, policy)) return &row;
  }
  return nullptr;
}

bool is_final(ConsentStatus status, const FacadePolicy& policy) {
  for (const Transition& row : kTable) {
    if (row.from == status && holds(row.condition, policy)) return false;
  }
  return true;
}

bool is_reason_of_bank(StatusReason reason) {
  return reason == R::revoked_by_bank || reason == R::fraud_suspected || reason == R::client_ended;
}

std::string_view to_text(ConsentStatus status) { return text_of(kStatusTexts, status); }
std::string_view to_text(ConsentEvent event) { return text_of(kEventTexts, event); }
std::string_view to_text(StatusReason reason) { return text_of(kReasonTexts, reason); }
std::string_view to_text(Facade facade) { return text_of(kFacadeTexts, facade); }
std::optional<ConsentStatus> consent_status_from_text(std::string_view text) { return value_of(kStatusTexts, text); }
std::optional<StatusReason> status_reason_from_text(std::string_view text) { return value_of(kReasonTexts, text); }
std::optional<Facade> facade_from_text(std::string_view text) { return value_of(kFacadeTexts, text); }

}  // namespace consent
