// The scopes of this authorization server (RFC 6749 section 3.3).
#pragma once

#include <array>
#include <string_view>

namespace oauth {

// Need an intent: the customer's consent, made first with a client-credentials token of the same scope.
inline constexpr std::array<std::string_view, 3> kIntentScopes{"accounts", "payments", "fundsconfirmations"};
inline constexpr std::string_view kScopeOpenid = "openid";
inline constexpr std::string_view kScopeTest = "test";          // sandbox only: /sandbox/resource
inline constexpr std::string_view kScopeWebhooks = "webhooks";  // client credentials only
// Marks a client as one of the bank's own resource servers: it may introspect every token made for our resources
// (RFC 7662 section 2.1). It is never granted, so no token carries it.
inline constexpr std::string_view kScopeIntrospection = "introspection";

constexpr bool is_intent_scope(std::string_view value) {
  for (const auto scope : kIntentScopes) {
    if (scope == value) return true;
  }
  return false;
}

}  // namespace oauth
