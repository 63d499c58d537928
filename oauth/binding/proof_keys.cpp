#include "oauth/binding/proof_keys.h"

namespace oauth {

std::shared_ptr<const ProofHeader> ProofKeys::find(std::string_view encoded) const {
  const std::lock_guard lock(mutex_);
  const auto found = headers_.find(encoded);
  return found == headers_.end() ? nullptr : found->second;
}

void ProofKeys::keep(std::string_view encoded, std::shared_ptr<const ProofHeader> header) {
  if (encoded.size() > kLongest) return;
  std::shared_ptr<const ProofHeader> gone;  // ends after the lock
  const std::lock_guard lock(mutex_);
  if (headers_.size() >= kMost) {
    // Whichever sorts after the new one: as good as any, since a header is mostly its key.
    auto victim = headers_.upper_bound(encoded);
    if (victim == headers_.end()) victim = headers_.begin();
    gone = std::move(victim->second);
    headers_.erase(victim);
  }
  headers_.try_emplace(std::string(encoded), std::move(header));
}

}  // namespace oauth
