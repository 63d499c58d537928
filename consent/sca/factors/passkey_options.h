// What navigator.credentials is called with: PublicKeyCredentialCreationOptionsJSON and …RequestOptionsJSON (WebAuthn
// Level 3 section 5.1). User verification is always required; attestation is not asked for.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "consent/sca/webauthn/ceremonies.h"

namespace consent {

struct PasskeyUser {
  std::string handle;  // raw
  std::string label;   // shown by the authenticator
};

std::string passkey_creation_options(const webauthn::RelyingParty& rp, const std::string& bank_name,
                                     const PasskeyUser& user, const std::string& challenge,
                                     const std::vector<std::string>& known_credentials, std::chrono::seconds timeout);
// No `credentials`: whichever the device has for this site.
std::string passkey_request_options(const webauthn::RelyingParty& rp, const std::string& challenge,
                                    const std::vector<std::string>& credentials, std::chrono::seconds timeout);

}  // namespace consent
