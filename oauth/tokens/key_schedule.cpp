#include "oauth/tokens/key_schedule.h"

#include <algorithm>

namespace oauth {

bool KeySchedule::sound(std::chrono::seconds longest_token_life) const {
  return jwks_max_age.count() > 0 && refresh_period.count() > 0 && publish_lead >= jwks_max_age + 2 * refresh_period &&
         overlap >= longest_token_life + 2 * refresh_period && active_period > publish_lead;
}

std::string_view to_text(KeyState state) {
  switch (state) {
    case KeyState::published:
      return "published";
    case KeyState::active:
      return "active";
    case KeyState::retiring:
      return "retiring";
    case KeyState::retired:
      return "retired";
    case KeyState::compromised:
      return "compromised";
  }
  return "";
}

bool is_published(const KeyDates& key, base::Instant now) {
  return !key.compromised_at && (!key.retires_at || *key.retires_at > now);
}

const KeyDates* active_key(const std::vector<KeyDates>& keys, base::Instant now) {
  const KeyDates* best = nullptr;
  for (const KeyDates& key : keys) {
    if (!is_published(key, now) || key.activates_at > now) continue;
    if (best == nullptr || key.activates_at > best->activates_at ||
        (key.activates_at == best->activates_at && key.kid > best->kid)) {
      best = &key;
    }
  }
  return best;
}

KeyState state_of(const KeyDates& key, const std::vector<KeyDates>& keys, base::Instant now) {
  if (key.compromised_at) return KeyState::compromised;
  if (!is_published(key, now)) return KeyState::retired;
  if (key.activates_at > now) return KeyState::published;
  const KeyDates* active = active_key(keys, now);
  return active != nullptr && active->kid == key.kid ? KeyState::active : KeyState::retiring;
}

std::optional<base::Instant> due_successor(const KeySchedule& schedule, const std::vector<KeyDates>& keys,
                                           base::Instant now) {
  const KeyDates* active = active_key(keys, now);
  if (active == nullptr) return now;  // the first key, or all are gone: nothing to wait for
  for (const KeyDates& key : keys) {
    if (state_of(key, keys, now) == KeyState::published) return std::nullopt;
  }
  const base::Instant planned = active->activates_at + schedule.active_period;
  if (now + schedule.publish_lead < planned) return std::nullopt;
  // A job that comes late publishes late, and so activates late: the lead is never shortened.
  return std::max(planned, now + schedule.publish_lead);
}

}  // namespace oauth
