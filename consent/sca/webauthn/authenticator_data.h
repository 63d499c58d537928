// Authenticator data and the credential's public key in it (WebAuthn Level 3, sections 6.1 and 6.5.1). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/crypto/raw_signature.h"
#include "base/result.h"

namespace consent::webauthn {

struct AttestedCredential {
  std::string aaguid;      // 16 bytes: the authenticator's model; all zero when it does not say
  std::string id;          // 1 to 1023 bytes
  std::string public_key;  // COSE_Key as it stood there: what is stored
  base::crypto::RawPublicKey key;
};

struct AuthenticatorData {
  std::string rp_id_hash;  // 32 bytes
  bool user_present = false;
  bool user_verified = false;
  bool backup_eligible = false;  // the key may be copied to other devices ("synced passkey")
  bool backed_up = false;
  std::uint32_t sign_count = 0;
  std::optional<AttestedCredential> credential;
};

base::Result<AuthenticatorData, std::string> read_authenticator_data(std::string_view bytes);

// A COSE_Key of ES256, EdDSA (Ed25519) or RS256, and of nothing else; the failure says why it is none.
base::Result<base::crypto::RawPublicKey, std::string> read_public_key(std::string_view cose);

}  // namespace consent::webauthn
