// The life of a consent: one table for every kind and every facade. Pure. What differs between facades is data
// (FacadePolicy), never a branch in a service.
// States after the common model of UK Open Banking Read/Write v4.0 and Berlin Group NextGenPSD2 1.3; OBIE's
// four-letter codes are in facade_obie_v4.h.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "consent/consent_kind.h"

namespace consent {

enum class ConsentStatus : std::uint8_t {
  awaiting_upload,         // file payments: the file is still missing
  awaiting_authorisation,  // created by the TPP, no customer has decided
  partially_authorised,    // some of several signatories have agreed
  authorised,              // the only state in which data may be read
  consumed,                // used up by the payment it was for
  access_revoked_by_psu,   // ended by the customer on the bank's dashboard
  access_revoked_by_bank,  // ended by the bank
  terminated_by_tpp,       // removed by the TPP that created it
  superseded,              // replaced by a newer recurring consent (facades that allow one)
  rejected,                // denied by the customer, or never authorised in time
  expired,                 // its expiry passed
};

enum class ConsentEvent : std::uint8_t {
  upload,
  authorise_partly,
  authorise,
  reject,
  consume,
  revoke_by_psu,
  revoke_by_bank,
  terminate_by_tpp,
  supersede,
  close_accounts,  // the last of its accounts was closed
  expire
};

// Why a consent is in its state: the internal words; also the `status_reason` of events and of ended grants.
enum class StatusReason : std::uint8_t {
  none,
  awaiting_file,
  awaiting_customer,
  awaiting_further_signatories,
  denied_by_psu,
  authorisation_not_completed,  // its expiry passed before anybody authorised it
  used,
  revoked_by_psu,
  revoked_by_bank,
  terminated_by_tpp,
  superseded,
  expired,
  account_closed,
  fraud_suspected,  // by the bank
  client_ended,     // the TPP's registration ended, and with it what it was permitted
};

enum class Facade : std::uint8_t { obie_v4, berlin_group };

enum class Expiry : std::uint8_t { immutable, adjustable };              // may the bank shorten what the TPP asked for?
enum class AfterRevocation : std::uint8_t { reauthorisable, terminal };  // may the customer authorise it again?
enum class RecurringConsents : std::uint8_t { many, one };               // live at a time, per TPP and customer
enum class AfterTermination : std::uint8_t { hidden, readable };         // does the TPP still see what it removed?

// The rules of one facade for one kind.
struct FacadePolicy {
  Facade facade;
  ConsentKind kind;
  Expiry expiry;
  AfterRevocation after_psu_revocation;
  AfterRevocation after_bank_revocation;
  RecurringConsents recurring;
  AfterTermination after_termination;
};
// Payments are agreed to once: whatever the facade, their revocation is final and none replaces another.
FacadePolicy policy_of(Facade facade, ConsentKind kind);

// When a row of the table applies.
enum class Condition : std::uint8_t {
  always,
  psu_revocation_reauthorisable,
  bank_revocation_reauthorisable,
  used_once,
  used_often,
  with_file,
  one_recurring,
};
enum class GrantsThen : std::uint8_t { keep, end };  // what becomes of the tokens issued under the consent

struct Transition {
  ConsentStatus from;
  ConsentEvent event;
  ConsentStatus to;
  StatusReason reason;     // of the new state
  std::string_view emits;  // event type (events.h); empty: nothing is told
  GrantsThen grants;
  Condition condition;
};

std::span<const Transition> transition_table();
// The row that applies, or nullptr: the event is not legal in this state under this facade.
const Transition* transition(ConsentStatus from, ConsentEvent event, const FacadePolicy& policy);
// No event leaves the state under this facade.
bool is_final(ConsentStatus status, const FacadePolicy& policy);

// May the bank give this reason for its revocation? revoked_by_bank, fraud_suspected, client_ended.
bool is_reason_of_bank(StatusReason reason);

std::string_view to_text(ConsentStatus status);
std::string_view to_text(ConsentEvent event);
std::string_view to_text(StatusReason reason);  // "revoked_by_psu"; none is ""
std::string_view to_text(Facade facade);
std::optional<ConsentStatus> consent_status_from_text(std::string_view text);
std::optional<StatusReason> status_reason_from_text(std::string_view text);
std::optional<Facade> facade_from_text(std::string_view text);

}  // namespace consent
