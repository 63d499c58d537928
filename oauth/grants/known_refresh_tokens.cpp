#include "oauth/grants/known_refresh_tokens.h"

namespace oauth {
namespace {

// The hash has one length, so that no two pairs make the same text.
std::string key_of(const base::BrandId& brand, const std::string& hash) { return hash + brand.str(); }

}  // namespace

std::shared_ptr<const RefreshGrant> KnownRefreshTokens::find(const base::BrandId& brand,
                                                             const std::string& hash) const {
  const std::string key = key_of(brand, hash);
  const std::lock_guard lock(mutex_);
  const auto found = tokens_.find(key);
  return found == tokens_.end() ? nullptr : found->second;
}

void KnownRefreshTokens::keep(const base::BrandId& brand, const std::string& hash, const RefreshGrant& read) {
  if (!read.token.live || read.token.replaced_at) return;
  std::string key = key_of(brand, hash);
  auto kept = std::make_shared<const RefreshGrant>(read);
  std::shared_ptr<const RefreshGrant> gone;  // ends after the lock
  const std::lock_guard lock(mutex_);
  if (tokens_.size() >= kMost && !tokens_.contains(key)) {
    gone = std::move(tokens_.begin()->second);
    tokens_.erase(tokens_.begin());
  }
  tokens_.insert_or_assign(std::move(key), std::move(kept));
}

void KnownRefreshTokens::forget(const base::BrandId& brand, const std::string& hash) {
  const std::string key = key_of(brand, hash);
  std::shared_ptr<const RefreshGrant> gone;
  const std::lock_guard lock(mutex_);
  const auto found = tokens_.find(key);
  if (found == tokens_.end()) return;
  gone = std::move(found->second);
  tokens_.erase(found);
}

}  // namespace oauth
