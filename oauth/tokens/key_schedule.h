// When a server signing key is published, signs, and goes (DESIGN decision 13). Pure: dates in, decisions out. The keys
// of one algorithm succeed one another; those of another have their own line, by the same schedule.
//
//   published_at ── publish_lead ──▶ activates_at ── signs for active_period ──▶ successor activates ── overlap ──▶
//   retired
//
// publish_lead ≥ the time a verifier may keep our JWKS + the time a node takes to notice a new key: nobody meets a kid
// that his copy of the JWKS lacks. overlap ≥ the longest token life + skew: no key leaves before its last token ended.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace oauth {

struct KeySchedule {
  std::chrono::seconds jwks_max_age{900};   // Cache-Control of /jwks
  std::chrono::seconds refresh_period{15};  // each node rereads the keys at least this often
  std::chrono::seconds publish_lead{3600};  // ≥ jwks_max_age + 2 × refresh_period
  std::chrono::seconds active_period{30 * 86400};
  std::chrono::seconds overlap{900};  // ≥ longest token life + skew + 2 × refresh_period
  bool sound(std::chrono::seconds longest_token_life) const;
};

enum class KeyState { published, active, retiring, retired, compromised };
std::string_view to_text(KeyState state);

struct KeyDates {
  std::string kid;
  base::Instant published_at;
  base::Instant activates_at;
  std::optional<base::Instant> retires_at;      // set when a successor is published: its activation + overlap
  std::optional<base::Instant> compromised_at;  // emergency: refused from then on
};

// `keys` in any order. The active one is the youngest whose activation has come and that is neither compromised nor
// retired.
KeyState state_of(const KeyDates& key, const std::vector<KeyDates>& keys, base::Instant now);
const KeyDates* active_key(const std::vector<KeyDates>& keys, base::Instant now);
// In the JWKS: published, active and retiring.
bool is_published(const KeyDates& key, base::Instant now);

// What the scheduled job must do now; nullopt: nothing. `activates_at` of the key to make.
std::optional<base::Instant> due_successor(const KeySchedule& schedule, const std::vector<KeyDates>& keys,
                                           base::Instant now);

}  // namespace oauth
