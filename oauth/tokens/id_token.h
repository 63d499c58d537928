// ID tokens (OpenID Connect Core sections 2 and 3.1.3.6; UK Open Banking's openbanking_intent_id).
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/crypto/jwe.h"
#include "base/crypto/jwk.h"
#include "base/entropy.h"
#include "base/id.h"

namespace oauth {

struct IdToken {
  std::string issuer;
  base::ClientId client;
  std::string subject;
  base::Instant issued_at;
  base::Instant expires_at;
  base::Instant auth_time;
  std::string acr;
  std::optional<std::string> nonce;
  std::optional<std::string> state_hash;
  base::ConsentId consent;
  std::string access_token;  // for at_hash
};

std::string sign_id_token(const IdToken& token, const base::crypto::PrivateKey& key);

// A nested JWT (section 16.14: signed, then encrypted) to a key of the client.
std::string encrypt_id_token(const std::string& signed_token, const base::crypto::EncryptionKey& key,
                             base::Entropy& entropy);

// Base64url of the left half of the hash that goes with the key's algorithm: at_hash, s_hash (section 3.1.3.6).
std::string left_half_hash(std::string_view text, base::crypto::JwsAlgorithm algorithm);

}  // namespace oauth
