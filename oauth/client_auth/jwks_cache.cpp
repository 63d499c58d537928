#include "oauth/client_auth/jwks_cache.h"

#include <algorithm>
#include <charconv>

#include "base/http/message.h"

namespace oauth {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// [RFC9111-1.2.2] delta-seconds; too large counts as the largest.
std::optional<std::chrono::seconds> delta_seconds(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  constexpr std::int64_t kMost = 1LL << 31;
  if (text.size() > 10) return std::chrono::seconds(kMost);
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return std::chrono::seconds(std::min(value, kMost));
}

base::Result<SharedJwks, std::string> read_set(const JwksResponse& response) {
  if (response.status != 200) return base::failure("jwks_uri answered " + std::to_string(response.status));
  auto set = base::crypto::JwkSet::parse(response.body);
  if (!set) return base::failure("the set at jwks_uri is not acceptable: " + set.error().log_text);
  base::Result<std::vector<base::crypto::EncryptionKey>, std::string> encryption;
  if (auto keys = base::crypto::EncryptionKey::from_jwks(response.body)) {
    encryption = std::move(*keys);
  } else {
    encryption = base::failure("the set at jwks_uri holds a broken key of use enc: " + keys.error().log_text);
  }
  if (set->keys().empty() && (!encryption || encryption->empty())) {
    return base::failure(std::string("the set at jwks_uri holds no key we can use"));
  }
  for (const auto& key : set->keys()) {
    const auto same = [&](const auto& other) { return other.thumbprint() == key.thumbprint(); };
    if (std::count_if(set->keys().begin(), set->keys().end(), same) != 1) {
      return base::failure(std::string("the set at jwks_uri holds a key twice"));
    }
  }
  return std::make_shared<const PublishedKeys>(PublishedKeys{std::move(*set), std::move(encryption)});
}

}  // namespace

std::chrono::seconds jwks_life(std::string_view cache_control, std::string_view age) {
  std::chrono::seconds life = JwksCache::kUsualLife;
  while (!cache_control.empty()) {
    const std::string_view item = cache_control.substr(0, cache_control.find(','));
    cache_control.remove_prefix(std::min(item.size() + 1, cache_control.size()));
    const std::string_view directive = trimmed(item);
    const std::size_t equals = std::min(directive.find('='), directive.size());
    const std::string_view name = directive.substr(0, equals);
    // [RFC9111-5.2.2] no-store and no-cache forbid what a key set cannot do without; the floor is as near as it gets.
    if (base::http::equal_ignoring_case(name, "no-store") || base::http::equal_ignoring_case(name, "no-cache")) {
      return JwksCache::kShortestLife;
    }
    if (base::http::equal_ignoring_case(name, "max-age") && equals < directive.size()) {
      std::string_view value = directive.substr(equals + 1);
      if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
      life = delta_seconds(value).value_or(JwksCache::kShortestLife);
    }
  }
  life -= delta_seconds(trimmed(age)).value_or(std::chrono::seconds(0));
  return std::clamp(life, JwksCache::kShortestLife, JwksCache::kLongestLife);
}

base::Result<SharedJwks, std::string> JwksCache::keys(const base::Caller& caller, const base::ClientId& client,
                                                      const std::string& jwks_uri, const SharedJwks& missed) {
  const base::Instant now = caller.now.protocol;
  std::unique_lock lock(mutex_);
  const std::shared_ptr<Entry> entry = entry_of(client, jwks_uri, now);
  const auto good_until = [&](std::chrono::seconds grace) {
    return entry->set && entry->set != missed && now < entry->fresh_until + grace;
  };
  const auto answer = [&]() -> base::Result<SharedJwks, std::string> {
    if (good_until(kGrace)) return entry->set;
    if (entry->set && entry->set == missed) return base::failure(std::string("the set at jwks_uri has no such key"));
    return base::failure(entry->fault.empty() ? "no keys from jwks_uri" : entry->fault);
  };
  if (good_until(std::chrono::seconds(0))) return entry->set;
  if (!entry->in_flight && entry->fetched_at != base::Instant::min() && now < entry->fetched_at + kFetchEvery) {
    return answer();
  }
  if (threads_ >= kMostThreads) {
    if (good_until(kGrace)) return entry->set;
    return base::failure(std::string("too many key sets are being fetched"));
  }
  ++threads_;
  if (entry->in_flight) {
    const auto patience = caller.deadline.at - monotonic_.now();
    landed_.wait_for(lock, std::max(patience, std::chrono::nanoseconds(0)), [&] { return !entry->in_flight; });
  } else {
    fetch(caller, entry, lock);
  }
  --threads_;
  return answer();
}

std::shared_ptr<JwksCache::Entry> JwksCache::entry_of(const base::ClientId& client, const std::string& jwks_uri,
                                                      base::Instant now) {
  auto found = entries_.find(client);
  if (found == entries_.end() && entries_.size() >= kMostClients) {
    // Those that could not answer any more go first; failing that, the one that was fetched longest ago.
    std::erase_if(entries_, [&](const auto& one) {
      return !one.second->in_flight && one.second->fetched_at + kFetchEvery <= now &&
             one.second->fresh_until + kGrace <= now;
    });
    if (entries_.size() >= kMostClients) {
      entries_.erase(std::min_element(entries_.begin(), entries_.end(), [](const auto& a, const auto& b) {
        return a.second->fetched_at < b.second->fetched_at;
      }));
    }
  }
  if (found == entries_.end()) found = entries_.emplace(client, std::make_shared<Entry>()).first;
  if (found->second->uri != jwks_uri) {
    found->second = std::make_shared<Entry>();
    found->second->uri = jwks_uri;
  }
  return found->second;
}

void JwksCache::fetch(const base::Caller& caller, const std::shared_ptr<Entry>& entry,
                      std::unique_lock<std::mutex>& lock) {
  entry->in_flight = true;
  entry->fetched_at = caller.now.protocol;
  entry->fault = "the fetch of jwks_uri did not end";
  // The flight lands whatever happens in it.
  const auto land = [&](Entry*) {
    if (!lock.owns_lock()) lock.lock();
    entry->in_flight = false;
    landed_.notify_all();
  };
  const std::unique_ptr<Entry, decltype(land)> flight(entry.get(), land);
  lock.unlock();
  const auto response = fetcher_.get(entry->uri, base::crypto::JwkSet::kMaxBytes, caller.deadline);
  auto set = response ? read_set(*response) : base::failure(response.error());
  lock.lock();
  if (!set) {
    entry->fault = set.error();
    return;
  }
  entry->fault.clear();
  entry->set = std::move(*set);
  entry->fresh_until = caller.now.protocol + jwks_life(response->cache_control, response->age);
}

}  // namespace oauth
