// What a client asks for one by one (OpenID Connect Core section 5.5). ID tokens hold every claim below anyway;
// userinfo answers with those that were asked for there.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace oauth {

// Beside `sub`, which always stands. Metadata's claims_supported are these.
inline constexpr std::string_view kClaimAcr = "acr";
inline constexpr std::string_view kClaimAuthTime = "auth_time";
inline constexpr std::string_view kClaimIntent = "openbanking_intent_id";
inline constexpr std::array kRequestableClaims{kClaimAcr, kClaimAuthTime, kClaimIntent};

// `requested_claims`: the claims parameter as it was stored; empty: none.
bool asks_userinfo_for(const std::string& requested_claims, std::string_view claim);

}  // namespace oauth
