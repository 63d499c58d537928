#include "oauth/tokens/verified_tokens.h"

namespace oauth {

std::shared_ptr<const AccessToken> VerifiedTokens::find(const std::string& hash) const {
  const std::lock_guard lock(mutex_);
  const auto found = tokens_.find(hash);
  return found == tokens_.end() ? nullptr : found->second;
}

void VerifiedTokens::keep(const std::string& hash, const AccessToken& token) {
  auto kept = std::make_shared<const AccessToken>(token);
  std::shared_ptr<const AccessToken> gone;  // ends after the lock
  const std::lock_guard lock(mutex_);
  if (tokens_.size() >= kMost) {
    gone = std::move(tokens_.begin()->second);
    tokens_.erase(tokens_.begin());
  }
  tokens_.insert_or_assign(hash, std::move(kept));
}

}  // namespace oauth
