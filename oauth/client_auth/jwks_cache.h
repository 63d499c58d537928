// Key sets that clients publish at their jwks_uri (RFC 7591 section 2, RFC 7517 section 5), kept as long as their own
// cache headers say (RFC 9111 section 5.2.2), within bounds of ours.
//
// A set is fetched when there is none, when the one at hand is no longer fresh, and when a token names a key that the
// one at hand has not; at most once in kFetchEvery per client, one flight per client, and a few flights per process, so
// that a slow publisher cannot hold the server's threads. When a fetch fails, the set at hand stays: while it is fresh,
// and for kGrace after that. Then no key of this client is believed until a fetch succeeds.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/caller.h"
#include "base/clock.h"
#include "base/crypto/jwe.h"
#include "base/crypto/jwk.h"
#include "base/result.h"
#include "oauth/ports/jwks_fetcher.h"

namespace oauth {

struct PublishedKeys {
  base::crypto::JwkSet signatures;
  // Of use enc. A fault of theirs is no reason to refuse what the client signed: it is told to who wants to encrypt.
  base::Result<std::vector<base::crypto::EncryptionKey>, std::string> encryption;
};
using SharedJwks = std::shared_ptr<const PublishedKeys>;

// max-age less Age, within [kShortestLife, kLongestLife]; no-store and no-cache give the shortest, silence kUsualLife.
std::chrono::seconds jwks_life(std::string_view cache_control, std::string_view age);

class JwksCache {
 public:
  static constexpr std::chrono::seconds kShortestLife{60};
  static constexpr std::chrono::seconds kUsualLife{300};
  static constexpr std::chrono::seconds kLongestLife{3600};
  static constexpr std::chrono::seconds kGrace{300};
  static constexpr std::chrono::seconds kFetchEvery{30};
  static constexpr std::size_t kMostThreads = 4;  // that fetch, or wait for another's fetch
  static constexpr std::size_t kMostClients = 10000;

  JwksCache(JwksFetcher& fetcher, const base::MonotonicClock& monotonic) : fetcher_(fetcher), monotonic_(monotonic) {}

  // The client's keys now. `missed`: the set in which the wanted key was not found; a newer one is looked for. Failure:
  // a text for the log. No database connection may be held: this can wait for the network, until the caller's deadline.
  base::Result<SharedJwks, std::string> keys(const base::Caller& caller, const base::ClientId& client,
                                             const std::string& jwks_uri, const SharedJwks& missed = nullptr);

 private:
  struct Entry {
    std::string uri;
    SharedJwks set;
    base::Instant fresh_until;
    base::Instant fetched_at = base::Instant::min();  // tried, well or not
    bool in_flight = false;
    std::string fault;
  };

  std::shared_ptr<Entry> entry_of(const base::ClientId& client, const std::string& jwks_uri, base::Instant now);
  void fetch(const base::Caller& caller, const std::shared_ptr<Entry>& entry, std::unique_lock<std::mutex>& lock);

  JwksFetcher& fetcher_;
  const base::MonotonicClock& monotonic_;
  std::mutex mutex_;
  std::condition_variable landed_;
  std::size_t threads_ = 0;
  std::map<base::ClientId, std::shared_ptr<Entry>> entries_;
};

}  // namespace oauth
