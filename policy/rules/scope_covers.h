#pragma once

#include <optional>

#include "policy/authorised_access.h"

namespace policy {

// [RFC6750-3.1] insufficient_scope: "The request requires higher privileges than provided by the access token."
inline std::optional<Denial> scope_covers(const AccessFacts& facts) {
  if (facts.scope_allows) return std::nullopt;
  return Denial{DenialCode::scope_missing, "scope_covers: the token's scope does not cover this surface"};
}

}  // namespace policy
