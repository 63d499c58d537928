// The secret parts of challenges, derived from one key of the installation and never stored: what a passkey signs, the
// code that was sent, the number that is compared. Each is bound to the terms of the challenge, so that nothing made
// for one payment answers for another. [RTS-SCA-5.1b] "the authentication code generated is specific to the amount of
// the payment transaction and the payee"
#pragma once

#include <string>
#include <string_view>

#include "base/crypto/key_encryption.h"
#include "base/entropy.h"
#include "base/id.h"
#include "base/secret.h"

namespace consent {

class ChallengeSecrets {
 public:
  explicit ChallengeSecrets(const base::crypto::KeyEncryptionKey& key);

  // 32 bytes for a passkey to sign. `scope` says what for; `id`: the challenge, or a session's handle.
  std::string passkey_challenge(std::string_view scope, std::string_view id, std::string_view terms_hash) const;
  std::string code_mac(std::string_view challenge, std::string_view terms_hash, std::string_view code) const;
  // Two digits, shown in the browser and on the device.
  std::string compared_number(std::string_view challenge) const;
  // WebAuthn's user handle: names the customer to the authenticator and tells nothing.
  std::string user_handle(const base::PsuId& psu) const;

  // What is kept of a factor or of an enrolment under way.
  std::string seal(const base::PsuId& psu, std::string_view id, std::string_view secret, base::Entropy& entropy) const;
  base::Secret open(const base::PsuId& psu, std::string_view id, std::string_view sealed) const;  // throws

 private:
  std::string mac(std::string_view label, std::initializer_list<std::string_view> parts) const;
  const base::crypto::KeyEncryptionKey& key_;
  base::Secret mac_key_;
};

// Six digits, each equally likely.
std::string random_code(base::Entropy& entropy);

}  // namespace consent
