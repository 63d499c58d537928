#include "base/cache/replay_set.h"

#include <algorithm>
#include <string>

namespace base::cache {

ReplaySet::Outcome RedisReplaySet::insert(std::string_view kind, std::string_view owner, std::string_view jti_hash,
                                          std::chrono::milliseconds ttl) {
  std::string key = redis_.key_prefix();
  key.append("replay:").append(kind).append(":{").append(owner).append("}:").append(jti_hash);
  const std::string lifetime = std::to_string(std::max<std::int64_t>(1, ttl.count()));
  const auto reply = redis_.command({"SET", key, "", "NX", "PX", lifetime});
  if (!reply) return Outcome::unavailable;
  switch (reply->kind) {
    case Reply::Kind::status:
      return Outcome::fresh;
    case Reply::Kind::nil:
      return Outcome::replayed;
    case Reply::Kind::integer:
    case Reply::Kind::text:
    case Reply::Kind::error:
    case Reply::Kind::list:
      return Outcome::unavailable;
  }
  return Outcome::unavailable;
}

Instant RedisReplaySet::remembers_since() const { return redis_.continuity().since; }

}  // namespace base::cache
