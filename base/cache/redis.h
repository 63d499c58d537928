// Redis with a deadline on every command, a small connection pool and a breaker. Redis is speed, never the only memory
// of anything (DESIGN decision 7): every caller says what it does when command() yields nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/observe/metrics.h"
#include "base/secret.h"

namespace base::cache {

struct RedisSettings {
  std::string unix_socket{};  // wins over host and port
  std::string host{};
  int port = 6379;
  Secret password{};         // empty: no AUTH
  std::string key_prefix{};  // "aldgate:"; put before every key by ReplaySet and TokenBucket
  int connections = 8;
  std::chrono::milliseconds deadline{20};   // connecting, and each command
  int failures_to_open = 5;                 // consecutive; the breaker then answers "unavailable" at once …
  std::chrono::milliseconds open_for{500};  // … for so long, after which one command at a time probes
};

// An answer of the server, as a value.
struct Reply {
  enum class Kind { nil, integer, text, status, error, list };
  Kind kind = Kind::nil;
  std::int64_t integer = 0;
  std::string text;  // text, status and error
  std::vector<Reply> list;
};

// Since when the server's memory is whole, as far as this process can tell.
struct Continuity {
  std::string run_id;              // empty: never connected
  Instant since = Instant::max();  // protocol time before which something may have been forgotten
  int changes = 0;                 // how often run_id changed under this process
};

class Redis {
 public:
  // Connects lazily: a Redis that is down does not stop the boot.
  Redis(RedisSettings settings, const ProtocolClock& protocol, const MonotonicClock& monotonic,
        observe::Metrics& metrics);
  ~Redis();
  Redis(const Redis&) = delete;
  Redis& operator=(const Redis&) = delete;

  // nullopt: no answer within the deadline, connection lost, breaker open, or the server is loading or read-only.
  // Whether a command without an answer had its effect is unknown. Reply::Kind::error is the server's own refusal.
  // Thread-safe.
  std::optional<Reply> command(std::span<const std::string_view> words);
  std::optional<Reply> command(std::initializer_list<std::string_view> words) {
    return command(std::span<const std::string_view>(words.begin(), words.size()));
  }
  bool available();  // PING, for /readyz and metrics
  Continuity continuity() const;
  const std::string& key_prefix() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace base::cache
