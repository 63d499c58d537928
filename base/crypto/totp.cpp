#include "base/crypto/totp.h"

#include <openssl/hmac.h>

#include <array>

#include "base/ensure.h"

namespace base::crypto {
namespace {

const EVP_MD* digest_of(TotpHash hash) {
  switch (hash) {
    case TotpHash::sha1:
      return EVP_sha1();
    case TotpHash::sha256:
      return EVP_sha256();
    case TotpHash::sha512:
      return EVP_sha512();
  }
  return EVP_sha1();
}

}  // namespace

std::optional<base::Secret> base32_decode(std::string_view text) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = (bits << 5 | static_cast<std::uint32_t>(digit)) & 0xfff;
    count += 5;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>(bits >> count & 0xff);
    }
  }
  const std::size_t rest = text.size() % 8;
  const bool possible = rest == 0 || rest == 2 || rest == 4 || rest == 5 || rest == 7;
  if (!possible || (bits & ((1u << count) - 1)) != 0) return std::nullopt;
  return base::Secret(std::move(bytes));
}

std::string base32_encode(std::string_view bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string text;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char byte : bytes) {
    bits = (bits << 8 | static_cast<unsigned char>(byte)) & 0xfff;
    for (count += 8; count >= 5; count -= 5) text += kAlphabet[bits >> (count - 5) & 31];
  }
  if (count > 0) text += kAlphabet[bits << (5 - count) & 31];
  return text;
}

std::int64_t totp_step(base::Instant at) {
  return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count() / 30;
}

std::string totp_code(const base::Secret& key, std::int64_t step, int digits, TotpHash hash) {
  std::array<unsigned char, 8> counter{};
  for (std::size_t i = 0; i < 8; ++i)
    counter[i] = static_cast<unsigned char>(static_cast<std::uint64_t>(step) >> (8 * (7 - i)));
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned int size = 0;
  const std::string_view bytes = key.reveal();
  const auto* made = HMAC(digest_of(hash), bytes.data(), static_cast<int>(bytes.size()), counter.data(), counter.size(),
                          mac.data(), &size);
  ENSURE(made != nullptr && size >= 20, "HMAC failed");
  // [RFC4226-5.3] dynamic truncation: the low four bits of the last byte say where 31 bits are taken.
  const std::size_t at = mac[size - 1] & 0x0f;
  const std::uint32_t number = (static_cast<std::uint32_t>(mac[at] & 0x7f) << 24) |
                               (static_cast<std::uint32_t>(mac[at + 1]) << 16) |
                               (static_cast<std::uint32_t>(mac[at + 2]) << 8) | mac[at + 3];
  std::uint32_t modulus = 1;
  for (int i = 0; i < digits; ++i) modulus *= 10;
  std::string code = std::to_string(number % modulus);
  code.insert(0, static_cast<std::size_t>(digits) - code.size(), '0');
  return code;
}

std::optional<std::int64_t> totp_match(const base::Secret& key, std::string_view code, base::Instant at) {
  const std::int64_t now = totp_step(at);
  std::optional<std::int64_t> match;
  for (std::int64_t step = now - 1; step <= now + 1; ++step) {
    if (base::constant_time_equal(totp_code(key, step), code)) match = step;
  }
  return match;
}

}  // namespace base::crypto
