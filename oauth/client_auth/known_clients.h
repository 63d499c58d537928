// Clients as this node read them last. Nobody acts on what stands here alone: a transaction that does compares its
// revision (demand_assertion_jti), and a refusal is looked at again with the registration as it is now
// (oauth/checks/current_client.h). So a disabled client and a retired key end at once, and a read is saved where
// nothing has changed, which is nearly always.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/id.h"
#include "oauth/client.h"

namespace oauth {

class KnownClients {
 public:
  static constexpr std::size_t kMost = 5000;  // some kilobytes each

  std::shared_ptr<const Client> find(const base::BrandId& brand, const base::ClientId& client) const;
  void keep(const base::BrandId& brand, std::shared_ptr<const Client> client);
  void forget(const base::BrandId& brand, const base::ClientId& client);

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const Client>> clients_;
};

}  // namespace oauth
