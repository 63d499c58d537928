// Refresh tokens as this node read them last, with their grants, by SHA-256. A token and its grant never change but to
// end or to be replaced, and a transaction that acts on what stands here demands that neither has happened
// (demand_unchanged). So a grant that has ended is refused at once, and a read is saved with every refresh but a
// token's first here.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/id.h"
#include "oauth/store/grant_store.h"

namespace oauth {

class KnownRefreshTokens {
 public:
  static constexpr std::size_t kMost = 10'000;  // half a kilobyte each, and what the authorization details take

  std::shared_ptr<const RefreshGrant> find(const base::BrandId& brand, const std::string& hash) const;
  // One that is live and was not replaced; others are not kept.
  void keep(const base::BrandId& brand, const std::string& hash, const RefreshGrant& read);
  void forget(const base::BrandId& brand, const std::string& hash);

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const RefreshGrant>> tokens_;
};

}  // namespace oauth
