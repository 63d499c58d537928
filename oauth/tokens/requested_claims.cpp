#include "oauth/tokens/requested_claims.h"

#include "base/json/strict.h"

namespace oauth {

bool asks_userinfo_for(const std::string& requested_claims, std::string_view claim) {
  if (requested_claims.empty()) return false;
  const auto claims = base::json::parse_strict(requested_claims, {.max_bytes = 16 * 1024, .max_depth = 8});
  if (!claims || !claims->is_object()) return false;
  const auto userinfo = claims->find("userinfo");
  // [OIDC-CORE-5.5.1] null: "requested … in the default manner"
  return userinfo != claims->end() && userinfo->is_object() && userinfo->contains(claim);
}

}  // namespace oauth
