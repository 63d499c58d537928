// base64url without padding (RFC 4648 section 5, RFC 7515 section 2), base64, hex. Decoders are strict: no padding in
// base64url, no whitespace, no non-zero trailing bits; nullopt otherwise.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace base {

std::string base64url_encode(std::span<const std::byte> bytes);
std::string base64url_encode(std::string_view bytes);
std::optional<std::string> base64url_decode(std::string_view text);
std::string base64_encode(std::string_view bytes);  // standard alphabet, padded
std::optional<std::string> base64_decode(std::string_view text);
std::string hex_encode(std::string_view bytes);  // lower case
std::optional<std::string> hex_decode(std::string_view text);

// application/x-www-form-urlencoded and URI component escaping (RFC 3986 unreserved set kept).
std::string percent_encode(std::string_view text);
std::optional<std::string> percent_decode(std::string_view text);  // nullopt on a bad escape; '+' stays '+'
std::string html_escape(std::string_view text);
// Code points of well-formed UTF-8 (RFC 3629: shortest forms, no surrogates, at most U+10FFFF); nullopt otherwise.
std::optional<std::u32string> utf8_decode(std::string_view text);

inline std::span<const std::byte> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

}  // namespace base
