// Server-provided DPoP nonces (RFC 9449 sections 8 and 9), stateless: the time of minting and a MAC over it. Any node
// that holds the key-encryption key can mint and read them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/secret.h"

namespace oauth {

class DpopNonces {
 public:
  static constexpr std::chrono::seconds kLife{300};

  explicit DpopNonces(base::Secret key) : key_(std::move(key)) {}

  std::string mint(base::Instant now) const;
  // When it was minted; nullopt: not ours.
  std::optional<base::Instant> minted_at(std::string_view nonce) const;

 private:
  base::Secret key_;
};

}  // namespace oauth
