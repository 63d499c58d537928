#include "oauth/tokens/key_ring.h"

#include <algorithm>

#include "base/ensure.h"
#include "oauth/evidence.h"
#include "oauth/profile/profile.h"
#include "oauth/store/key_store.h"

namespace oauth {
namespace {

using base::crypto::JwsAlgorithm;

std::string place_of(const base::BrandId& brand, const std::string& kid) {
  return "oauth.signing_key|" + brand.str() + "|" + kid;
}

std::vector<KeyDates> dates_of(const std::vector<SigningKeyRow>& rows) {
  std::vector<KeyDates> dates;
  for (const auto& row : rows) dates.push_back(row.dates);
  return dates;
}

std::vector<KeyDates> dates_of(const std::vector<RingKey>& keys, JwsAlgorithm algorithm) {
  std::vector<KeyDates> dates;
  for (const auto& key : keys) {
    if (key.public_key.algorithm() == algorithm) dates.push_back(key.dates);
  }
  return dates;
}

// One algorithm's line of keys: what the schedule looks at.
std::vector<SigningKeyRow> line_of(const std::vector<SigningKeyRow>& rows, std::string_view algorithm) {
  std::vector<SigningKeyRow> line;
  for (const auto& row : rows) {
    if (row.algorithm == algorithm) line.push_back(row);
  }
  return line;
}

void record(base::db::Transaction& tx, const KeyRingDeps& deps, const base::Caller& caller, const std::string& by,
            const std::string& action, const std::string& kid, const std::string& reason) {
  auto entry = evidence(caller, by == "schedule" ? base::db::ActorKind::system : base::db::ActorKind::staff, by, action,
                        "signing_key", kid);
  entry.reason = reason;
  deps.audit.record(tx, entry);
}

// Under lock_key_ring. `line`: the keys of its algorithm; they retire once it has signed for longer than their last
// token can live.
std::string make_key(base::db::Transaction& tx, const KeyRingDeps& deps, const base::Caller& caller,
                     const std::string& by, JwsAlgorithm algorithm, base::Instant activates_at,
                     const std::vector<SigningKeyRow>& line) {
  const base::BrandId& brand = caller.tenant.brand;
  const std::string kid = base::random_handle(deps.entropy, 16);
  const auto key = base::crypto::PrivateKey::generate(algorithm, kid);
  SigningKeyRow row;
  row.dates.kid = kid;
  row.dates.published_at = caller.now.protocol;
  row.dates.activates_at = activates_at;
  row.algorithm = std::string(to_text(key.algorithm()));
  row.public_jwk = key.public_key().to_jwk();
  row.sealed_private = deps.kek.seal(key.to_pkcs8().reveal(), place_of(brand, kid), deps.entropy);
  row.kek_id = deps.kek.id();
  insert_signing_key(tx, brand, row);
  for (const auto& other : line) {
    if (other.dates.retires_at || other.dates.compromised_at) continue;
    // After an emergency a key that was published before may still wait for its day: then that one succeeds this one.
    const bool succeeds = other.dates.activates_at > activates_at;
    set_key_retirement(tx, brand, succeeds ? kid : other.dates.kid,
                       std::max(other.dates.activates_at, activates_at) + deps.schedule.overlap);
  }
  record(tx, deps, caller, by, "signing_key.publish", kid, "published; signs later, when every cache has it");
  return kid;
}

const SigningKeyRow* find_row(const std::vector<SigningKeyRow>& rows, const std::string& kid) {
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.dates.kid == kid; });
  return found == rows.end() ? nullptr : &*found;
}

// Every algorithm that a profile may want of an ID token has keys.
consteval bool ring_serves_all_profiles() {
  for (const Profile* profile : kProfiles) {
    for (const JwsAlgorithm algorithm : profile->id_token_algorithms) {
      if (std::find(kRingAlgorithms.begin(), kRingAlgorithms.end(), algorithm) == kRingAlgorithms.end()) return false;
    }
  }
  return true;
}
static_assert(ring_serves_all_profiles());

}  // namespace

std::optional<JwsAlgorithm> ring_algorithm_from_text(std::string_view text) {
  for (const JwsAlgorithm algorithm : kRingAlgorithms) {
    if (text == to_text(algorithm)) return algorithm;
  }
  return std::nullopt;
}

KeySnapshot::KeySnapshot(std::vector<RingKey> keys) : keys_(std::move(keys)) {}

const base::crypto::PrivateKey& KeySnapshot::signing_key(base::Instant now, JwsAlgorithm algorithm) const {
  const auto dates = dates_of(keys_, algorithm);
  const KeyDates* active = active_key(dates, now);
  ENSURE(active != nullptr, "no signing key is active");
  const auto found =
      std::find_if(keys_.begin(), keys_.end(), [&](const RingKey& key) { return key.dates.kid == active->kid; });
  ENSURE(found->private_key.has_value(), "the active signing key has no private half");
  return *found->private_key;
}

const base::crypto::PublicKey* KeySnapshot::verification_key(const std::string& kid, base::Instant now) const {
  for (const RingKey& key : keys_) {
    if (key.dates.kid != kid) continue;
    return key.public_key.algorithm() == kServerAlgorithm && is_published(key.dates, now) ? &key.public_key : nullptr;
  }
  return nullptr;
}

std::string KeySnapshot::jwks(base::Instant now) const {
  std::vector<base::crypto::PublicKey> published;
  for (const RingKey& key : keys_) {
    if (is_published(key.dates, now)) published.push_back(key.public_key);
  }
  const auto set = base::crypto::JwkSet::from_keys(std::move(published));
  ENSURE(set.has_value(), "the ring's own keys make a JWK Set");
  return set->to_json();
}

KeyRing::KeyRing(KeyRingDeps deps, const base::Caller& boot) : deps_(deps) {
  ENSURE(deps_.schedule.sound(kFapi2.access_token_lifetime), "the key schedule leaves a gap");
  tick(boot);
  refresh(boot);
}

std::shared_ptr<const KeySnapshot> KeyRing::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

std::shared_ptr<const KeySnapshot> KeyRing::read(base::db::Transaction& tx, const base::Caller& caller) const {
  std::vector<RingKey> keys;
  for (const auto& row : read_signing_keys(tx, caller.tenant.brand)) {
    const auto algorithm = ring_algorithm_from_text(row.algorithm);
    if (!algorithm) continue;  // of a later version, which runs beside this one while it takes over
    auto public_key = base::crypto::PublicKey::from_own_jwk(row.public_jwk);
    ENSURE(public_key.has_value() && public_key->algorithm() == *algorithm,
           "a signing key's public half does not parse");
    RingKey key{row.dates, std::move(*public_key), std::nullopt};
    if (!row.sealed_private.empty() && is_published(row.dates, caller.now.protocol)) {
      const auto der = deps_.kek.open(row.sealed_private, place_of(caller.tenant.brand, row.dates.kid));
      ENSURE(der.has_value(), "signing key " + row.dates.kid + " was sealed under key-encryption key " + row.kek_id +
                                  " and does not open under " + deps_.kek.id());
      const auto private_key = base::crypto::PrivateKey::from_pkcs8(der->reveal(), *algorithm);
      ENSURE(private_key.has_value(), "a signing key's private half does not parse");
      key.private_key = private_key->with_kid(row.dates.kid);
    }
    keys.push_back(std::move(key));
  }
  return std::make_shared<const KeySnapshot>(std::move(keys));
}

void KeyRing::refresh(const base::Caller& caller) {
  auto fresh =
      base::db::read_only(deps_.pool, caller.deadline, [&](base::db::Transaction& tx) { return read(tx, caller); });
  const std::lock_guard lock(mutex_);
  current_ = std::move(fresh);
  refreshed_at_ = caller.now.protocol;
}

void KeyRing::refresh_for_unknown_kid(const base::Caller& caller) {
  {
    const std::lock_guard lock(mutex_);
    if (caller.now.protocol < refreshed_at_ + std::chrono::seconds(1)) return;
    refreshed_at_ = caller.now.protocol;  // so that a storm of unknown kids is one read a second
  }
  refresh(caller);
}

bool KeyRing::tick(const base::Caller& caller) {
  const bool changed = base::db::with_transaction(deps_.pool, caller.deadline, [&](base::db::Transaction& tx) {
    lock_key_ring(tx, caller.tenant.brand);
    const auto rows = read_signing_keys(tx, caller.tenant.brand);
    bool any = wipe_private_halves(tx, caller.tenant.brand, caller.now.protocol) > 0;
    for (const JwsAlgorithm algorithm : kRingAlgorithms) {
      const auto line = line_of(rows, to_text(algorithm));
      if (const auto activates_at = due_successor(deps_.schedule, dates_of(line), caller.now.protocol)) {
        make_key(tx, deps_, caller, "schedule", algorithm, *activates_at, line);
        any = true;
      }
    }
    return any;
  });
  if (changed) refresh(caller);
  return changed;
}

std::vector<KeyRing::Listed> KeyRing::list(const base::Caller& caller) {
  const auto rows = base::db::read_only(deps_.pool, caller.deadline, [&](base::db::Transaction& tx) {
    return read_signing_keys(tx, caller.tenant.brand);
  });
  std::vector<Listed> listed;
  for (const auto& row : rows) {
    const auto dates = dates_of(line_of(rows, row.algorithm));
    listed.push_back({row.dates, state_of(row.dates, dates, caller.now.protocol), row.algorithm});
  }
  return listed;
}

std::string KeyRing::rotate(const base::Caller& caller, const std::string& by, JwsAlgorithm algorithm) {
  const base::Instant now = caller.now.protocol;
  std::string kid = base::db::with_transaction(deps_.pool, caller.deadline, [&](base::db::Transaction& tx) {
    lock_key_ring(tx, caller.tenant.brand);
    const auto line = line_of(read_signing_keys(tx, caller.tenant.brand), to_text(algorithm));
    const auto dates = dates_of(line);
    for (const auto& key : dates) {
      if (state_of(key, dates, now) == KeyState::published) return key.kid;
    }
    return make_key(tx, deps_, caller, by, algorithm, now + deps_.schedule.publish_lead, line);
  });
  refresh(caller);
  return kid;
}

base::Result<void, KeyChangeError> KeyRing::retire(const base::Caller& caller, const std::string& by,
                                                   const std::string& kid) {
  const base::Instant now = caller.now.protocol;
  const auto outcome = base::db::in_transaction(
      deps_.pool, caller.deadline, [&](base::db::Transaction& tx) -> base::Result<bool, KeyChangeError> {
        lock_key_ring(tx, caller.tenant.brand);
        const auto rows = read_signing_keys(tx, caller.tenant.brand);
        const SigningKeyRow* row = find_row(rows, kid);
        if (row == nullptr)
          return base::failure(KeyChangeError{KeyChangeErrorCode::unknown_key, "no such signing key"});
        const auto dates = dates_of(line_of(rows, row->algorithm));
        switch (state_of(row->dates, dates, now)) {
          case KeyState::active:
            return base::failure(KeyChangeError{KeyChangeErrorCode::still_needed,
                                                "this key signs: rotate first, or use emergency if it leaked"});
          case KeyState::retiring: {
            const KeyDates* active = active_key(dates, now);
            if (now < active->activates_at + kFapi2.access_token_lifetime + 2 * deps_.schedule.refresh_period) {
              return base::failure(
                  KeyChangeError{KeyChangeErrorCode::still_needed, "tokens signed with this key may still live"});
            }
            break;
          }
          case KeyState::published:
            // Its predecessor was told to go when this one came: it stays.
            return base::failure(KeyChangeError{KeyChangeErrorCode::still_needed,
                                                "this key is about to sign: wait, or use emergency if it leaked"});
          case KeyState::retired:
          case KeyState::compromised:
            return base::failure(KeyChangeError{KeyChangeErrorCode::already_gone, "this key is gone already"});
        }
        set_key_retirement(tx, caller.tenant.brand, kid, now);
        wipe_private_halves(tx, caller.tenant.brand, now);
        record(tx, deps_, caller, by, "signing_key.retire", kid, "taken out of the JWKS");
        return true;
      });
  if (!outcome) return base::failure(outcome.error());
  refresh(caller);
  return {};
}

base::Result<std::string, KeyChangeError> KeyRing::emergency(const base::Caller& caller, const std::string& by,
                                                             const std::string& kid) {
  const base::Instant now = caller.now.protocol;
  auto outcome = base::db::in_transaction(
      deps_.pool, caller.deadline, [&](base::db::Transaction& tx) -> base::Result<std::string, KeyChangeError> {
        lock_key_ring(tx, caller.tenant.brand);
        const auto rows = read_signing_keys(tx, caller.tenant.brand);
        const SigningKeyRow* row = find_row(rows, kid);
        if (row == nullptr)
          return base::failure(KeyChangeError{KeyChangeErrorCode::unknown_key, "no such signing key"});
        if (row->dates.compromised_at) {
          return base::failure(KeyChangeError{KeyChangeErrorCode::already_gone, "this key is refused already"});
        }
        const auto algorithm = ring_algorithm_from_text(row->algorithm);
        ENSURE(algorithm.has_value(), "a signing key's row has an algorithm this program does not know");
        set_key_compromised(tx, caller.tenant.brand, kid, now);
        record(tx, deps_, caller, by, "signing_key.compromise", kid, "refused from now on");
        const auto line = line_of(read_signing_keys(tx, caller.tenant.brand), row->algorithm);
        return make_key(tx, deps_, caller, by, *algorithm, now, line);
      });
  if (outcome) refresh(caller);
  return outcome;
}

}  // namespace oauth
