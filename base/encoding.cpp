#include "base/encoding.h"

#include <array>
#include <cstdint>

namespace base {
namespace {

constexpr std::string_view kUrlAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kBad = 0xff;

constexpr std::array<std::uint8_t, 256> reverse(std::string_view alphabet) {
  std::array<std::uint8_t, 256> table{};
  for (auto& entry : table) entry = kBad;
  for (std::size_t i = 0; i < alphabet.size(); ++i)
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  return table;
}
constexpr auto kUrlReverse = reverse(kUrlAlphabet);
constexpr auto kReverse = reverse(kAlphabet);

std::string encode(std::string_view in, std::string_view alphabet) {
  std::string out((in.size() * 4 + 2) / 3, '\0');
  char* to = out.data();
  std::size_t i = 0;
  const auto byte = [&](std::size_t k) { return static_cast<std::uint32_t>(static_cast<unsigned char>(in[k])); };
  for (; i + 3 <= in.size(); i += 3) {
    const std::uint32_t v = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    *to++ = alphabet[v >> 18];
    *to++ = alphabet[(v >> 12) & 63];
    *to++ = alphabet[(v >> 6) & 63];
    *to++ = alphabet[v & 63];
  }
  if (in.size() - i == 1) {
    const std::uint32_t v = byte(i) << 16;
    *to++ = alphabet[v >> 18];
    *to++ = alphabet[(v >> 12) & 63];
  } else if (in.size() - i == 2) {
    const std::uint32_t v = byte(i) << 16 | byte(i + 1) << 8;
    *to++ = alphabet[v >> 18];
    *to++ = alphabet[(v >> 12) & 63];
    *to++ = alphabet[(v >> 6) & 63];
  }
  return out;
}

std::optional<std::string> decode(std::string_view in, const std::array<std::uint8_t, 256>& table) {
  if (in.size() % 4 == 1) return std::nullopt;
  std::string out(in.size() / 4 * 3 + (in.size() % 4 == 0 ? 0 : in.size() % 4 - 1), '\0');
  char* to = out.data();
  const auto digit = [&](std::size_t k) { return std::uint32_t{table[static_cast<unsigned char>(in[k])]}; };
  std::uint32_t seen = 0;  // all digits together: the mark of a bad one is a bit that no good one has
  std::size_t i = 0;
  for (; i + 4 <= in.size(); i += 4) {
    const std::uint32_t a = digit(i), b = digit(i + 1), c = digit(i + 2), d = digit(i + 3);
    seen |= a | b | c | d;
    const std::uint32_t v = a << 18 | b << 12 | c << 6 | d;
    *to++ = static_cast<char>(v >> 16 & 0xff);
    *to++ = static_cast<char>(v >> 8 & 0xff);
    *to++ = static_cast<char>(v & 0xff);
  }
  std::uint32_t unused = 0;
  if (in.size() - i >= 2) {
    const std::uint32_t a = digit(i), b = digit(i + 1), c = in.size() - i == 3 ? digit(i + 2) : 0;
    seen |= a | b | c;
    const std::uint32_t v = a << 18 | b << 12 | c << 6;
    *to++ = static_cast<char>(v >> 16 & 0xff);
    if (in.size() - i == 3) *to++ = static_cast<char>(v >> 8 & 0xff);
    unused = in.size() - i == 3 ? v & 0xff : v & 0xffff;
  }
  static_assert((kBad & 0x80) != 0);
  // Two texts must not decode to one value: the unused bits of the last character are zero.
  if ((seen & 0x80) != 0 || unused != 0) return std::nullopt;
  return out;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kUpperHex = "0123456789ABCDEF";

}  // namespace

std::string base64url_encode(std::span<const std::byte> bytes) {
  return encode({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, kUrlAlphabet);
}
std::string base64url_encode(std::string_view bytes) { return encode(bytes, kUrlAlphabet); }
std::optional<std::string> base64url_decode(std::string_view text) { return decode(text, kUrlReverse); }

std::string base64_encode(std::string_view bytes) {
  std::string out = encode(bytes, kAlphabet);
  while (out.size() % 4 != 0) out += '=';
  return out;
}
std::optional<std::string> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  return decode(text.substr(0, text.size() - padding), kReverse);
}

std::string hex_encode(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto b = static_cast<unsigned char>(c);
    out += kHex[b >> 4];
    out += kHex[b & 15];
  }
  return out;
}
std::optional<std::string> hex_decode(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high << 4 | low);
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool unreserved = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                            c == '.' || c == '_' || c == '~';
    if (unreserved) {
      out += c;
      continue;
    }
    const auto b = static_cast<unsigned char>(c);
    out += '%';
    out += kUpperHex[b >> 4];
    out += kUpperHex[b & 15];
  }
  return out;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_value(text[i + 1]);
    const int low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high << 4 | low);
    i += 2;
  }
  return out;
}

std::optional<std::u32string> utf8_decode(std::string_view text) {
  constexpr char32_t kSmallest[]{0, 0x80, 0x800, 0x10000};
  std::u32string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i++]);
    const std::size_t more = lead < 0x80   ? 0
                             : lead < 0xc0 ? 4
                             : lead < 0xe0 ? 1
                             : lead < 0xf0 ? 2
                             : lead < 0xf8 ? 3
                                           : 4;
    if (more > 3 || text.size() - i < more) return std::nullopt;
    char32_t point = more == 0 ? lead : lead & (0x3fu >> more);
    for (const std::size_t end = i + more; i < end; ++i) {
      const auto next = static_cast<unsigned char>(text[i]);
      if ((next & 0xc0u) != 0x80) return std::nullopt;
      point = (point << 6u) | (next & 0x3fu);
    }
    if (point < kSmallest[more] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return std::nullopt;
    out += point;
  }
  return out;
}

std::string html_escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace base
