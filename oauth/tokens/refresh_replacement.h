// What takes the place of a refresh token when a policy replaces it (FAPI 2.0 section 5.3.2.1 item 9). It is computed
// from the old one, so that a client whose reply was lost, and uses at the same moment, get the same; nothing secret is
// kept for that.
#pragma once

#include <string>
#include <string_view>

#include "base/id.h"
#include "base/secret.h"

namespace oauth {

inline constexpr std::string_view kRefreshReplacementKeyLabel = "aldgate oauth refresh token replacement v1";

class RefreshReplacement {
 public:
  // `key` is derived from the key-encryption key: every node computes alike, and nobody without it can, whatever old
  // tokens he holds.
  explicit RefreshReplacement(base::Secret key) : key_(std::move(key)) {}

  std::string of(const base::BrandId& brand, const base::GrantId& grant, std::string_view refresh_token) const;

 private:
  base::Secret key_;
};

}  // namespace oauth
