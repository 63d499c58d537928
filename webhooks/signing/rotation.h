// Secret rotation as a pure function: the former secret goes on signing beside the new one until its overlap ends.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace webhooks {

struct SigningKeyRecord {
  std::string id;
  std::string sealed;  // the key, encrypted at rest
  base::Instant created_at;
  std::optional<base::Instant> signs_until;  // nullopt: the current one
};

struct SigningKeys {
  SigningKeyRecord current;
  std::vector<SigningKeyRecord> old;  // newest first
};

enum class RotationRefusal { overlap_out_of_range, too_many_old_keys };

inline constexpr std::chrono::seconds kDefaultOverlap = std::chrono::hours(24);
inline constexpr std::chrono::seconds kLongestOverlap = std::chrono::hours(24 * 7);
inline constexpr std::size_t kMostOldKeys = 10;

// Old keys keep the end they were promised; ended ones fall out. Overlap 0: the former key stops at once.
base::Result<SigningKeys, RotationRefusal> rotate(SigningKeys keys, SigningKeyRecord fresh, base::Instant now,
                                                  std::chrono::seconds overlap);
bool signs_at(const SigningKeyRecord& key, base::Instant now);

}  // namespace webhooks
