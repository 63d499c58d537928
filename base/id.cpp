#include "base/id.h"

#include <array>
#include <cstdint>

#include "base/encoding.h"

namespace base {

std::string uuid_v7(Instant now, Entropy& entropy) {
  std::array<unsigned char, 16> b{};
  entropy.fill(std::as_writable_bytes(std::span(b)));
  const auto since = now.time_since_epoch();
  const auto milliseconds = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
  for (std::size_t i = 0; i < 6; ++i) b[i] = static_cast<unsigned char>(milliseconds >> (8 * (5 - i)));
  b[6] = static_cast<unsigned char>((b[6] & 0x0f) | 0x70);
  b[8] = static_cast<unsigned char>((b[8] & 0x3f) | 0x80);
  const std::string hex = hex_encode({reinterpret_cast<const char*>(b.data()), b.size()});
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) + "-" + hex.substr(20);
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

}  // namespace base
