#include "webhooks/signing/rotation.h"

#include <algorithm>

namespace webhooks {

bool signs_at(const SigningKeyRecord& key, base::Instant now) { return !key.signs_until || now < *key.signs_until; }

base::Result<SigningKeys, RotationRefusal> rotate(SigningKeys keys, SigningKeyRecord fresh, base::Instant now,
                                                  std::chrono::seconds overlap) {
  if (overlap < std::chrono::seconds(0) || overlap > kLongestOverlap) {
    return base::failure(RotationRefusal::overlap_out_of_range);
  }
  SigningKeyRecord former = std::move(keys.current);
  former.signs_until = now + overlap;
  keys.old.insert(keys.old.begin(), std::move(former));
  std::erase_if(keys.old, [&](const SigningKeyRecord& key) { return !signs_at(key, now); });
  // A key that was promised an overlap is not dropped for a newer one: the owner is told instead.
  if (keys.old.size() > kMostOldKeys) return base::failure(RotationRefusal::too_many_old_keys);
  keys.current = std::move(fresh);
  keys.current.signs_until.reset();
  return keys;
}

}  // namespace webhooks
