// Remembers ids that may be used once within a time (DPoP proof jti, RFC 9449 section 11.1). In Redis: fast and
// forgetful. What must survive a crash is a row in PostgreSQL instead (client assertions, request objects).
#pragma once

#include <chrono>
#include <string_view>

#include "base/cache/redis.h"
#include "base/clock.h"

namespace base::cache {

class ReplaySet {
 public:
  enum class Outcome { fresh, replayed, unavailable };
  virtual ~ReplaySet() = default;
  // kind: "dpop"; owner: the key's thumbprint or client; jti_hash: base64url SHA-256 of the id.
  virtual Outcome insert(std::string_view kind, std::string_view owner, std::string_view jti_hash,
                         std::chrono::milliseconds ttl) = 0;
  // Protocol time since which nothing was forgotten. Ask after insert(): a proof whose acceptance window began earlier
  // (proof iat < remembers_since) may have been used before, and must bear a server nonce minted later (DESIGN decision
  // 7).
  virtual Instant remembers_since() const = 0;
};

class RedisReplaySet final : public ReplaySet {
 public:
  explicit RedisReplaySet(Redis& redis) : redis_(redis) {}
  Outcome insert(std::string_view kind, std::string_view owner, std::string_view jti_hash,
                 std::chrono::milliseconds ttl) override;
  Instant remembers_since() const override;

 private:
  Redis& redis_;
};

}  // namespace base::cache
