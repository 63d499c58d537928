#include "oauth/tokens/refresh_replacement.h"

#include "base/crypto/hash.h"
#include "base/encoding.h"

namespace oauth {

std::string RefreshReplacement::of(const base::BrandId& brand, const base::GrantId& grant,
                                   std::string_view refresh_token) const {
  // A NUL ends each part, which none of them can hold: no two triples make the same message.
  std::string message;
  for (const std::string_view part : {std::string_view(brand.str()), std::string_view(grant.str()), refresh_token}) {
    message.append(part).push_back('\0');
  }
  return base::base64url_encode(base::crypto::hmac_sha256(key_, message));
}

}  // namespace oauth
