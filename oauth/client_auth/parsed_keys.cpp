#include "oauth/client_auth/parsed_keys.h"

#include "base/ensure.h"

namespace oauth {

base::crypto::PublicKey ParsedKeys::of(const ClientKey& key) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = keys_.find(key.thumbprint); found != keys_.end()) return found->second;
  }
  const auto parsed = base::crypto::PublicKey::from_jwk(key.jwk);
  ENSURE(parsed && parsed->thumbprint() == key.thumbprint,
         "a registered key does not parse, or is not the one its row names");
  const std::lock_guard lock(mutex_);
  if (keys_.size() >= kMost) keys_.clear();
  keys_.insert_or_assign(key.thumbprint, *parsed);
  return *parsed;
}

}  // namespace oauth
