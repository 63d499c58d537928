// Access tokens whose signature and claims were found good: a token is shown many times in its life, and verifying it
// costs more than all else that is done with it. By SHA-256 of the whole text; what time changes (expiry, the key's
// standing in the ring) is asked each time by who uses this.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "oauth/tokens/access_token.h"

namespace oauth {

class VerifiedTokens {
 public:
  static constexpr std::size_t kMost = 10'000;

  std::shared_ptr<const AccessToken> find(const std::string& hash) const;
  void keep(const std::string& hash, const AccessToken& token);

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const AccessToken>> tokens_;
};

}  // namespace oauth
