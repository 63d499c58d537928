// consent.consent, consent.consent_account and consent.consent_history. Consents come back as stored; as_of() is the
// services' business.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/caller.h"
#include "base/db/statement.h"
#include "base/db/transaction.h"
#include "consent/consent.h"

namespace consent {

enum class Lock : std::uint8_t { none, share, update };

// What a request under a consent needs to know, in one row.
struct ConsentFacts {
  ConsentStatus status = ConsentStatus::awaiting_authorisation;
  StatusReason reason = StatusReason::none;
  Facade facade = Facade::obie_v4;
  std::optional<base::Instant> expires;
  std::optional<base::PsuId> psu;
  std::vector<std::string> permissions;
  std::vector<std::string> accounts;
  std::optional<base::Instant> transactions_from;
  std::optional<base::Instant> transactions_to;
  std::optional<base::Instant> last_access;
  ConsentKind kind = ConsentKind::account_access;
  std::optional<base::Instant> authorised;
  std::vector<std::string> signatories;
};

struct ConsentState {
  ConsentStatus status = ConsentStatus::awaiting_authorisation;
  Facade facade = Facade::obie_v4;
  ConsentKind kind = ConsentKind::account_access;
  std::optional<base::Instant> expires;
};

class ConsentStore {
 public:
  static std::vector<base::db::Statement> statements();

  static void insert(base::db::Transaction& tx, const Consent& consent);
  // nullopt also for an id that is no UUID.
  static std::optional<Consent> find(base::db::Transaction& tx, const base::Tenant& tenant, const base::ConsentId& id,
                                     Lock lock);
  static std::optional<ConsentFacts> facts(base::db::Transaction& tx, const base::Tenant& tenant,
                                           const base::ClientId& client, const base::ConsentId& id);
  static std::optional<ConsentState> state(base::db::Transaction& tx, const base::Tenant& tenant,
                                           const base::ConsentId& id, Lock lock);
  // Held FOR SHARE until the transaction ends, which is Unmet when it is not authorised at `now`. `id` is a UUID.
  static void demand_authorised(base::db::Transaction& tx, const base::Tenant& tenant, const base::ConsentId& id,
                                base::Instant now);
  // The transaction is Unmet when there is none of these, live at `now`. `id` is a UUID.
  static void demand_authorisable(base::db::Transaction& tx, const base::Tenant& tenant, const base::ConsentId& id,
                                  const base::ClientId& client, const std::vector<std::string>& kinds,
                                  const std::vector<std::string>& statuses, base::Instant now);
  static std::vector<Consent> of_psu(base::db::Transaction& tx, const base::Tenant& tenant, const base::PsuId& psu,
                                     int limit);
  // Moves the row to `after`'s state where it still is in `from`: false when it is not.
  static bool advance(base::db::Transaction& tx, ConsentStatus from, const Consent& after);
  // What a file payment is about, once its file is there: false where the consent waits for none.
  static bool set_terms(base::db::Transaction& tx, const Consent& consent);
  static void replace_accounts(base::db::Transaction& tx, const Consent& consent);
  static bool mark_removed(base::db::Transaction& tx, const Consent& consent, base::Instant at);
  static bool touch(base::db::Transaction& tx, const base::Tenant& tenant, const base::ConsentId& id, base::Instant at,
                    base::Instant if_before);
  // Open consents past their expiry at `now`, locked, skipping what others hold.
  static std::vector<Consent> lock_expired(base::db::Transaction& tx, base::Instant now, int limit);

  // Authorised consents whose next warning is due, locked, skipping what others hold.
  static std::vector<Consent> lock_warnings(base::db::Transaction& tx, base::Instant now, int limit);
  static void set_warning(base::db::Transaction& tx, const Consent& consent, std::optional<base::Instant> at);
  // Not locked.
  static std::vector<base::ConsentId> open_of_client(base::db::Transaction& tx, const base::Tenant& tenant,
                                                     const base::ClientId& client, int limit);
  static std::vector<base::ConsentId> open_with_account(base::db::Transaction& tx, const base::Tenant& tenant,
                                                        const base::AccountId& account, int limit);
  // The other live consents of its kind, facade, TPP and customer, locked.
  static std::vector<base::ConsentId> lock_live_beside(base::db::Transaction& tx, const Consent& consent);

  static void append_history(base::db::Transaction& tx, const Consent& consent, const HistoryEntry& entry);
  static std::vector<HistoryEntry> history(base::db::Transaction& tx, const base::Tenant& tenant,
                                           const base::ConsentId& id, int limit);
};

}  // namespace consent
