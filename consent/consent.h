// A consent as a value: what a customer has been asked to permit, or has permitted, to one TPP.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/db/audit_trail.h"
#include "base/id.h"
#include "consent/consent_kind.h"
#include "consent/consent_status.h"
#include "consent/payment/payment_order.h"
#include "policy/permission.h"

namespace consent {

// All times are business time.
struct Consent {
  base::ConsentId id;  // UUIDv7
  base::Tenant tenant;
  base::ClientId client;  // the TPP software that created it; nobody else may use it
  ConsentKind kind = ConsentKind::account_access;
  Facade facade = Facade::obie_v4;
  ConsentStatus status = ConsentStatus::awaiting_authorisation;
  StatusReason status_reason = StatusReason::awaiting_customer;
  std::set<policy::Permission> permissions;        // account access only
  Terms terms;                                     // every other kind; never changes
  std::string terms_hash;                          // what dynamic linking binds; empty for account access
  std::string request;                             // the facade's own form of the terms, given back as it came
  std::optional<base::Instant> expires;            // exclusive: at this instant it has expired. Absent: open ended
  std::optional<base::Instant> transactions_from;  // inclusive
  std::optional<base::Instant> transactions_to;    // inclusive
  base::Instant created;
  base::Instant status_updated;
  std::optional<base::PsuId> psu;            // once a customer has decided on it
  std::optional<base::Instant> authorised;   // the last time the customer authorised it
  std::set<base::AccountId> accounts;        // selected by the customer; empty before
  std::optional<base::Instant> reconfirmed;  // the TPP said that its customer confirmed the access again
  std::optional<base::Instant> warn_at;      // the next warning of its end
  std::optional<base::Instant> last_access;  // to the hour, see ConsentAccess::touch
  std::optional<base::Instant> removed;      // by the TPP (DELETE)
};

// The rules of its facade and kind.
FacadePolicy policy_of(const Consent& consent);

// The consent as it counts at `now`: an expiry that has passed shows, whether or not a sweep has written it down yet.
// Every read and every use goes through this.
Consent as_of(Consent consent, base::Instant now);

// Who did it, for history and audit.
struct Actor {
  base::db::ActorKind kind = base::db::ActorKind::system;
  std::string id;  // client_id, psu id, staff user or the job's name
};

// What the customer saw and from which session. `shown` is the text of the page as it was rendered for the decision
// (kept in the history together with its SHA-256); empty where nothing was shown.
struct Evidence {
  std::string session;  // CustomerSession::id
  std::string shown;
};

// One line of a consent's history, append-only. `at` is business time, `recorded` protocol time.
struct HistoryEntry {
  base::Instant at;
  base::Instant recorded;
  std::string event;  // "create", to_text(ConsentEvent), "remove"
  std::optional<ConsentStatus> from;
  ConsentStatus to = ConsentStatus::awaiting_authorisation;
  StatusReason reason = StatusReason::none;
  Actor actor;
  std::string why;  // plain words
  Evidence evidence;
  std::string shown_sha256;  // lower-case hex, empty when nothing was shown
  std::vector<std::string> accounts;
  base::InteractionId interaction;
};

}  // namespace consent
