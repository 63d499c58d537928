#include "consent/sca/factors/passkey_options.h"

#include "base/encoding.h"
#include "base/json/strict.h"

namespace consent {
namespace {

using base::json::Value;

Value descriptors(const std::vector<std::string>& credentials) {
  Value list = Value::array();
  for (const auto& id : credentials)
    list.push_back({{"type", "public-key"}, {"id", base::base64url_encode(std::string_view(id))}});
  return list;
}

std::int64_t milliseconds(std::chrono::seconds timeout) { return std::chrono::milliseconds(timeout).count(); }

}  // namespace

std::string passkey_creation_options(const webauthn::RelyingParty& rp, const std::string& bank_name,
                                     const PasskeyUser& user, const std::string& challenge,
                                     const std::vector<std::string>& known_credentials, std::chrono::seconds timeout) {
  Value parameters = Value::array();
  for (const int algorithm : {-7, -8, -257}) parameters.push_back({{"type", "public-key"}, {"alg", algorithm}});
  return base::json::dump(
      {{"rp", {{"id", rp.id}, {"name", bank_name}}},
       {"user",
        {{"id", base::base64url_encode(std::string_view(user.handle))},
         {"name", user.label},
         {"displayName", user.label}}},
       {"challenge", base::base64url_encode(std::string_view(challenge))},
       {"pubKeyCredParams", std::move(parameters)},
       {"timeout", milliseconds(timeout)},
       {"excludeCredentials", descriptors(known_credentials)},
       {"authenticatorSelection",
        {{"residentKey", "required"}, {"requireResidentKey", true}, {"userVerification", "required"}}},
       {"attestation", "none"}});
}

std::string passkey_request_options(const webauthn::RelyingParty& rp, const std::string& challenge,
                                    const std::vector<std::string>& credentials, std::chrono::seconds timeout) {
  return base::json::dump({{"rpId", rp.id},
                           {"challenge", base::base64url_encode(std::string_view(challenge))},
                           {"allowCredentials", descriptors(credentials)},
                           {"userVerification", "required"},
                           {"timeout", milliseconds(timeout)}});
}

}  // namespace consent
