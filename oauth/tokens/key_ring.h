// The server's signing keys (RFC 7517), one line of them for each algorithm: an immutable snapshot that every node
// rereads and swaps atomically. The private halves lie in PostgreSQL, sealed under the key-encryption key; here they
// are parsed once.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/caller.h"
#include "base/clock.h"
#include "base/crypto/jwk.h"
#include "base/crypto/key_encryption.h"
#include "base/db/audit_trail.h"
#include "base/db/transaction.h"
#include "base/entropy.h"
#include "base/result.h"
#include "oauth/settings.h"
#include "oauth/tokens/key_schedule.h"

namespace oauth {

// Whatever this server signs, it signs with this; only of ID tokens a client may want another.
inline constexpr base::crypto::JwsAlgorithm kServerAlgorithm = base::crypto::JwsAlgorithm::es256;
// Each with its own keys: [RFC8725-3.1] "Each key MUST be used with exactly one algorithm".
inline constexpr std::array kRingAlgorithms{kServerAlgorithm, base::crypto::JwsAlgorithm::ps256,
                                            base::crypto::JwsAlgorithm::rs256};
std::optional<base::crypto::JwsAlgorithm> ring_algorithm_from_text(std::string_view text);

struct RingKey {
  KeyDates dates;
  base::crypto::PublicKey public_key;
  std::optional<base::crypto::PrivateKey> private_key;  // none once retired or compromised
};

// Immutable. Which key signs follows from the dates and the time asked about, so that all nodes change over together.
class KeySnapshot {
 public:
  explicit KeySnapshot(std::vector<RingKey> keys);
  // Throws BrokenInvariant when none.
  const base::crypto::PrivateKey& signing_key(base::Instant now,
                                              base::crypto::JwsAlgorithm algorithm = kServerAlgorithm) const;
  // Of access tokens, and so of kServerAlgorithm only; nullptr: unknown.
  const base::crypto::PublicKey* verification_key(const std::string& kid, base::Instant now) const;
  std::string jwks(base::Instant now) const;
  const std::vector<RingKey>& keys() const { return keys_; }

 private:
  std::vector<RingKey> keys_;
};

struct KeyRingDeps {
  const Settings& settings;
  KeySchedule schedule;
  base::db::Pool& pool;
  base::db::AuditTrail& audit;
  base::Entropy& entropy;
  const base::crypto::KeyEncryptionKey& kek;
};

enum class KeyChangeErrorCode { unknown_key, still_needed, already_gone };
struct KeyChangeError {
  KeyChangeErrorCode code = KeyChangeErrorCode::unknown_key;
  std::string text;  // one plain sentence for the operator
};

class KeyRing {
 public:
  // Reads the ring; makes the first key of an algorithm that has none (two nodes at once make one). Throws when the
  // database is not there, or when a key does not open under this key-encryption key.
  KeyRing(KeyRingDeps deps, const base::Caller& boot);

  std::shared_ptr<const KeySnapshot> current() const;
  const KeySchedule& schedule() const { return deps_.schedule; }

  // Every node, each schedule.refresh_period.
  void refresh(const base::Caller& caller);
  // A kid that this snapshot lacks (an emergency rotation elsewhere): rereads, at most once a second.
  void refresh_for_unknown_kid(const base::Caller& caller);
  // The leased job: publishes the next key when it is due, wipes private halves that are over. Any number of nodes may
  // call it. True when something changed.
  bool tick(const base::Caller& caller);

  // `aldgate keys …`. All are evidence; all nodes see them within schedule.refresh_period.
  struct Listed {
    KeyDates dates;
    KeyState state;
    std::string algorithm;
  };
  std::vector<Listed> list(const base::Caller& caller);
  // Publishes the algorithm's next key now; it activates after publish_lead. Returns its kid, or that of one already
  // waiting.
  std::string rotate(const base::Caller& caller, const std::string& by, base::crypto::JwsAlgorithm algorithm);
  // Takes a key out of the JWKS before its time. Refused for the active key, and while its tokens may live.
  base::Result<void, KeyChangeError> retire(const base::Caller& caller, const std::string& by, const std::string& kid);
  // The private half leaked: tokens of this key are refused from now on (checked in each use's own read), and a new key
  // of its algorithm signs at once. Verifiers with a cached JWKS must fetch again: that is the price.
  base::Result<std::string, KeyChangeError> emergency(const base::Caller& caller, const std::string& by,
                                                      const std::string& kid);

 private:
  std::shared_ptr<const KeySnapshot> read(base::db::Transaction& tx, const base::Caller& caller) const;
  KeyRingDeps deps_;
  mutable std::mutex mutex_;
  std::shared_ptr<const KeySnapshot> current_;
  base::Instant refreshed_at_;
};

}  // namespace oauth
