// A passkey of one site, as a software authenticator holds it (Ed25519). Answers the options that the product offers
// (PublicKeyCredential…OptionsJSON) with the JSON that a browser would send.
#pragma once

#include <cstdint>
#include <string>

#include "base/crypto/jwk.h"

namespace tests {

// Things that a test may want wrong.
struct PasskeyTwist {
  bool user_verified = true;
  std::string origin = {};     // another one than the page's
  std::string challenge = {};  // base64url; another one than offered
};

class Passkey {
 public:
  enum class Bound : std::uint8_t { device, copyable };
  explicit Passkey(std::string origin, Bound bound = Bound::device);

  std::string registered(const std::string& creation_options, const PasskeyTwist& twist = {});
  std::string asserted(const std::string& request_options, const PasskeyTwist& twist = {});

  std::uint32_t counter = 1;  // grows with each assertion

 private:
  std::string client_data(const std::string& type, const std::string& challenge, const PasskeyTwist& twist) const;
  std::string authenticator_data(const std::string& rp_id, unsigned flags) const;

  std::string origin_;
  Bound bound_;
  base::crypto::PrivateKey key_;
  std::string id_;
  std::string user_;  // user handle, base64url, of the registration
};

}  // namespace tests
