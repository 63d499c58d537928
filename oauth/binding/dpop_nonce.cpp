#include "oauth/binding/dpop_nonce.h"

#include "base/crypto/hash.h"
#include "base/encoding.h"

namespace oauth {
namespace {

constexpr std::size_t kTimeBytes = 8;
constexpr std::size_t kMacBytes = 16;

}  // namespace

std::string DpopNonces::mint(base::Instant now) const {
  std::string bytes;
  const auto micros = static_cast<std::uint64_t>(now.time_since_epoch().count());
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(micros >> shift & 0xff);
  return base::base64url_encode(bytes + base::crypto::hmac_sha256(key_, bytes).substr(0, kMacBytes));
}

std::optional<base::Instant> DpopNonces::minted_at(std::string_view nonce) const {
  const auto bytes = base::base64url_decode(nonce);
  if (!bytes || bytes->size() != kTimeBytes + kMacBytes) return std::nullopt;
  const std::string time = bytes->substr(0, kTimeBytes);
  const std::string mac = base::crypto::hmac_sha256(key_, time).substr(0, kMacBytes);
  if (!base::constant_time_equal(mac, std::string_view(*bytes).substr(kTimeBytes))) return std::nullopt;
  std::uint64_t micros = 0;
  for (const char c : time) micros = micros << 8 | static_cast<unsigned char>(c);
  return base::Instant(std::chrono::microseconds(static_cast<std::int64_t>(micros)));
}

}  // namespace oauth
