// The two ceremonies of WebAuthn Level 3 as a relying party verifies them: registration (section 7.1) and
// authentication (section 7.2). Pure: challenge, site and stored credential in, verdict out.
// Attestation: `none`, and `packed` where the credential signs for itself (section 8.2); certificates of makers are not
// asked for. Token binding, and pages inside frames of others: not here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace consent::webauthn {

struct RelyingParty {
  std::string id;                    // "bank.example": a domain, without scheme and port
  std::vector<std::string> origins;  // "https://bank.example": compared octet by octet
};

// RegistrationResponseJSON and AuthenticationResponseJSON (section 5.1.8), decoded. Unknown members are ignored.
struct RegistrationResponse {
  std::string id;  // raw
  std::string client_data_json;
  std::string attestation_object;
};
struct AuthenticationResponse {
  std::string id;  // raw
  std::string client_data_json;
  std::string authenticator_data;
  std::string signature;
  std::string user_handle;  // empty: none
};
base::Result<RegistrationResponse, std::string> registration_response_from_json(std::string_view text);
base::Result<AuthenticationResponse, std::string> authentication_response_from_json(std::string_view text);

struct NewCredential {
  std::string id;
  std::string public_key;  // COSE_Key
  std::string aaguid;
  std::uint32_t sign_count = 0;
  bool backup_eligible = false;
};

struct StoredCredential {
  std::string id;
  std::string public_key;
  std::uint32_t sign_count = 0;
  bool backup_eligible = false;
};

struct Assertion {
  std::uint32_t sign_count = 0;
  bool backed_up = false;
};

// `challenge`: the bytes that were sent. The failure is for the log.
base::Result<NewCredential, std::string> verify_registration(const RelyingParty& rp, std::string_view challenge,
                                                             const RegistrationResponse& response);
base::Result<Assertion, std::string> verify_authentication(const RelyingParty& rp, std::string_view challenge,
                                                           const StoredCredential& credential,
                                                           const AuthenticationResponse& response);

}  // namespace consent::webauthn
