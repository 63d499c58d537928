#include "oauth/client_auth/known_clients.h"

namespace oauth {
namespace {

std::string key_of(const base::BrandId& brand, const base::ClientId& client) {
  return brand.str() + '\x1f' + client.str();
}

}  // namespace

std::shared_ptr<const Client> KnownClients::find(const base::BrandId& brand, const base::ClientId& client) const {
  const std::string key = key_of(brand, client);
  const std::lock_guard lock(mutex_);
  const auto found = clients_.find(key);
  return found == clients_.end() ? nullptr : found->second;
}

void KnownClients::keep(const base::BrandId& brand, std::shared_ptr<const Client> client) {
  const std::string key = key_of(brand, client->id);
  std::shared_ptr<const Client> gone;  // ends after the lock
  const std::lock_guard lock(mutex_);
  if (clients_.size() >= kMost && !clients_.contains(key)) {
    gone = std::move(clients_.begin()->second);
    clients_.erase(clients_.begin());
  }
  auto& place = clients_[key];
  // Two that read at once: the later state stays.
  if (!place || place->revision <= client->revision) place.swap(client);
}

void KnownClients::forget(const base::BrandId& brand, const base::ClientId& client) {
  const std::string key = key_of(brand, client);
  const std::lock_guard lock(mutex_);
  clients_.erase(key);
}

}  // namespace oauth
