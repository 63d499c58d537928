// Time-based one-time passwords (RFC 6238, RFC 4226): HMAC-SHA-1, 30-second steps, 6 digits, as authenticator apps do.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/secret.h"

namespace base::crypto {

enum class TotpHash { sha1, sha256, sha512 };

// RFC 4648 section 6, upper case, without padding; nullopt on any other character or non-zero trailing bits.
std::optional<base::Secret> base32_decode(std::string_view text);

// The same form, for authenticator apps.
std::string base32_encode(std::string_view bytes);

std::int64_t totp_step(base::Instant at);
std::string totp_code(const base::Secret& key, std::int64_t step, int digits = 6, TotpHash hash = TotpHash::sha1);

// The step whose code this is: the present one, the one before or the one after (RFC 6238 section 5.2); nullopt: none.
// Takes the same time whichever it is.
std::optional<std::int64_t> totp_match(const base::Secret& key, std::string_view code, base::Instant at);

}  // namespace base::crypto
