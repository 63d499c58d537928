#include "consent/sca/challenge_secrets.h"

#include <array>

#include "base/crypto/hash.h"
#include "base/ensure.h"

namespace consent {
namespace {

std::string associated_data(const base::PsuId& psu, std::string_view id) {
  return "sca factor " + psu.str() + " " + std::string(id);
}

}  // namespace

ChallengeSecrets::ChallengeSecrets(const base::crypto::KeyEncryptionKey& key)
    : key_(key), mac_key_(key.derive("consent sca challenges")) {}

// Each part with its length before it: no two lists of parts read alike.
std::string ChallengeSecrets::mac(std::string_view label, std::initializer_list<std::string_view> parts) const {
  std::string message(label);
  for (const auto part : parts) message += ":" + std::to_string(part.size()) + ":" + std::string(part);
  return base::crypto::hmac_sha256(mac_key_, message);
}

std::string ChallengeSecrets::passkey_challenge(std::string_view scope, std::string_view id,
                                                std::string_view terms_hash) const {
  return mac("passkey", {scope, id, terms_hash});
}

std::string ChallengeSecrets::code_mac(std::string_view challenge, std::string_view terms_hash,
                                       std::string_view code) const {
  return mac("code", {challenge, terms_hash, code});
}

std::string ChallengeSecrets::compared_number(std::string_view challenge) const {
  const std::string bytes = mac("number", {challenge});
  const unsigned high = static_cast<unsigned char>(bytes[0]), low = static_cast<unsigned char>(bytes[1]);
  const unsigned number = (high << 8 | low) % 90 + 10;
  return std::to_string(number);
}

std::string ChallengeSecrets::user_handle(const base::PsuId& psu) const { return mac("user", {psu.str()}); }

std::string ChallengeSecrets::seal(const base::PsuId& psu, std::string_view id, std::string_view secret,
                                   base::Entropy& entropy) const {
  return key_.seal(secret, associated_data(psu, id), entropy);
}

base::Secret ChallengeSecrets::open(const base::PsuId& psu, std::string_view id, std::string_view sealed) const {
  auto opened = key_.open(sealed, associated_data(psu, id));
  ENSURE(opened.has_value(), "a sealed factor does not open: another key, or a damaged or moved row");
  return std::move(*opened);
}

std::string random_code(base::Entropy& entropy) {
  constexpr std::uint32_t kCodes = 1'000'000;
  // Above the last multiple the low codes would come more often.
  constexpr std::uint32_t kEven = UINT32_MAX - UINT32_MAX % kCodes;
  for (;;) {
    std::array<std::byte, 4> bytes{};
    entropy.fill(bytes);
    std::uint32_t number = 0;
    for (const std::byte byte : bytes) number = number << 8 | static_cast<std::uint32_t>(byte);
    if (number >= kEven) continue;
    const std::string digits = std::to_string(number % kCodes);
    return std::string(6 - digits.size(), '0') + digits;
  }
}

}  // namespace consent
