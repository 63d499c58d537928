// What a client asks for one by one (OpenID Connect Core section 5.5). ID tokens hold every claim below anyway;
// userinfo answers with those that were asked for there.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace oauth {

inline constexpr const char* kClaimSubject = "sub";  // always stands
// Beside it. Metadata's claims_supported are these.
inline constexpr std::string_view kClaimAcr = "acr";
inline constexpr std::string_view kClaimAuthTime = "auth_time";
inline constexpr std::string_view kClaimIntent = "openbanking_intent_id";
inline constexpr std::array kRequestableClaims{kClaimAcr, kClaimAuthTime, kClaimIntent};

// `requested_claims`: the claims parameter as it was stored; empty: none.
bool asks_userinfo_for(const std::string& requested_claims, std::string_view claim);
// Is the request for this customer, as the client knows him? It is for anybody unless it asks for `sub` with a value.
bool is_for_subject(const std::string& requested_claims, std::string_view subject);

}  // namespace oauth
