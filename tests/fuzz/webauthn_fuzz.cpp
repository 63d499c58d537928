// Passkey ceremonies from strangers: without the private key nothing is accepted, and what is read keeps its bounds.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/ensure.h"
#include "consent/sca/webauthn/authenticator_data.h"
#include "consent/sca/webauthn/cbor.h"
#include "consent/sca/webauthn/ceremonies.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace consent;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto item = cbor::read_first(text)) ENSURE(item->size <= size && item->size > 0, "read within its bytes");
  if (const auto read = webauthn::read_authenticator_data(text)) {
    ENSURE(read->rp_id_hash.size() == 32, "a hash is a hash");
    ENSURE(!read->backed_up || read->backup_eligible, "only eligible keys are backed up");
    if (read->credential) {
      ENSURE(!read->credential->id.empty() && read->credential->id.size() <= 1023, "an id has a length");
      ENSURE(webauthn::read_public_key(read->credential->public_key).has_value(), "a stored key is read again");
    }
  }
  const webauthn::RelyingParty rp{"bank.example", {"https://bank.example"}};
  if (const auto response = webauthn::registration_response_from_json(text))
    ENSURE(!webauthn::verify_registration(rp, "a challenge nobody answered", *response), "nobody answered it");
  if (const auto response = webauthn::authentication_response_from_json(text)) {
    ENSURE(!webauthn::verify_authentication(rp, "a challenge nobody answered", {response->id, "", 0, false}, *response),
           "nobody answered it");
  }
  return 0;
}
