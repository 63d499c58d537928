// SHA-2 (FIPS 180-4) and HMAC (RFC 2104). Digests are raw bytes unless the name says otherwise.
#pragma once

#include <string>
#include <string_view>

#include "base/secret.h"

namespace base::crypto {

std::string sha256(std::string_view bytes);  // 32 bytes
std::string sha384(std::string_view bytes);  // 48 bytes
std::string sha512(std::string_view bytes);  // 64 bytes

// base64url(SHA-256(bytes)): `ath` (RFC 9449 section 4.2), S256 code challenges (RFC 7636 section 4.2), stored handles.
std::string sha256_base64url(std::string_view bytes);
// The first eight hex digits of SHA-256: how a log names a token.
std::string fingerprint(std::string_view bytes);

std::string hmac_sha256(const Secret& key, std::string_view message);  // 32 bytes; the key may have any length

}  // namespace base::crypto
