#include "oauth/tokens/requested_claims.h"

#include <algorithm>

#include "base/ensure.h"
#include "base/json/strict.h"

namespace oauth {
namespace {

constexpr base::json::Limits kLimits{.max_bytes = 16 * 1024, .max_depth = 8};

// [OIDC-CORE-5.5.1] value: "the Claim be returned with a particular value"; values: "one of a set of values"
bool admits(const base::json::Value& request, std::string_view value) {
  if (!request.is_object()) return true;
  const auto one = request.find("value");
  if (one != request.end() && *one != value) return false;
  const auto several = request.find("values");
  return several == request.end() || std::find(several->begin(), several->end(), value) != several->end();
}

}  // namespace

bool asks_userinfo_for(const std::string& requested_claims, std::string_view claim) {
  if (requested_claims.empty()) return false;
  const auto claims = base::json::parse_strict(requested_claims, kLimits);
  if (!claims || !claims->is_object()) return false;
  const auto userinfo = claims->find("userinfo");
  // [OIDC-CORE-5.5.1] null: "requested … in the default manner"
  return userinfo != claims->end() && userinfo->is_object() && userinfo->contains(claim);
}

bool is_for_subject(const std::string& requested_claims, std::string_view subject) {
  if (requested_claims.empty()) return true;
  const auto claims = base::json::parse_strict(requested_claims, kLimits);
  ENSURE(claims && claims->is_object(), "the claims parameter was read before it was stored");
  for (const char* place : {"id_token", "userinfo"}) {
    const auto found = claims->find(place);
    if (found == claims->end() || !found->is_object()) continue;
    const auto asked = found->find(kClaimSubject);
    if (asked != found->end() && !admits(*asked, subject)) return false;
  }
  return true;
}

}  // namespace oauth
