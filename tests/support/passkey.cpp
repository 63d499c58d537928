#include "tests/support/passkey.h"

#include <stdexcept>

#include "base/crypto/hash.h"
#include "base/encoding.h"
#include "base/entropy.h"
#include "base/json/strict.h"

namespace tests {
namespace {

using base::json::Value;

Value parsed(const std::string& text) {
  auto value = base::json::parse_strict(text, {.max_bytes = 64UL * 1024, .max_depth = 8});
  if (!value) throw std::runtime_error("these are no options: " + text);
  return std::move(*value);
}

std::string b64(std::string_view bytes) { return base::base64url_encode(bytes); }

std::string number(std::uint64_t value, int bytes) {
  std::string out;
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i) & 0xff);
  return out;
}

std::string cbor_bytes(std::string_view bytes) {
  if (bytes.size() < 256) return "\x58" + number(bytes.size(), 1) + std::string(bytes);
  return "\x59" + number(bytes.size(), 2) + std::string(bytes);
}

std::string random_id() {
  base::SystemEntropy entropy;
  return *base::base64url_decode(base::random_handle(entropy));
}

}  // namespace

Passkey::Passkey(std::string origin, Bound bound)
    : origin_(std::move(origin)),
      bound_(bound),
      key_(base::crypto::PrivateKey::generate(base::crypto::JwsAlgorithm::eddsa)),
      id_(random_id()) {}

std::string Passkey::client_data(const std::string& type, const std::string& challenge,
                                 const PasskeyTwist& twist) const {
  return Value{{"type", type},
               {"challenge", twist.challenge.empty() ? challenge : twist.challenge},
               {"origin", twist.origin.empty() ? origin_ : twist.origin},
               {"crossOrigin", false}}
      .dump();
}

std::string Passkey::authenticator_data(const std::string& rp_id, unsigned flags) const {
  const unsigned copyable = bound_ == Bound::copyable ? 0x18U : 0U;
  return base::crypto::sha256(rp_id) + static_cast<char>(flags | copyable) + number(counter, 4);
}

std::string Passkey::registered(const std::string& creation_options, const PasskeyTwist& twist) {
  const Value options = parsed(creation_options);
  user_ = options["user"]["id"].get<std::string>();
  const std::string client = client_data("webauthn.create", options["challenge"].get<std::string>(), twist);
  const Value jwk = parsed(key_.public_key().to_jwk());
  // {1: OKP, 3: EdDSA, -1: Ed25519, -2: x}
  const std::string cose = std::string("\xa4\x01\x01\x03\x27\x20\x06\x21", 8) +
                           cbor_bytes(*base::base64url_decode(jwk["x"].get<std::string>()));
  const std::string data =
      authenticator_data(options["rp"]["id"].get<std::string>(), 0x41U | (twist.user_verified ? 0x04U : 0U)) +
      std::string(16, '\0') + number(id_.size(), 2) + id_ + cose;
  const std::string object = std::string(
                                 "\xa3\x63"
                                 "fmt\x64none\x67"
                                 "attStmt\xa0\x68"
                                 "authData") +
                             cbor_bytes(data);
  return Value{{"id", b64(id_)},
               {"rawId", b64(id_)},
               {"type", "public-key"},
               {"clientExtensionResults", Value::object()},
               {"response", {{"clientDataJSON", b64(client)}, {"attestationObject", b64(object)}}}}
      .dump();
}

std::string Passkey::asserted(const std::string& request_options, const PasskeyTwist& twist) {
  const Value options = parsed(request_options);
  ++counter;
  const std::string client = client_data("webauthn.get", options["challenge"].get<std::string>(), twist);
  const std::string data =
      authenticator_data(options["rpId"].get<std::string>(), 0x01U | (twist.user_verified ? 0x04U : 0U));
  return Value{{"id", b64(id_)},
               {"rawId", b64(id_)},
               {"type", "public-key"},
               {"clientExtensionResults", Value::object()},
               {"response",
                {{"clientDataJSON", b64(client)},
                 {"authenticatorData", b64(data)},
                 {"signature", b64(key_.sign(data + base::crypto::sha256(client)))},
                 {"userHandle", user_}}}}
      .dump();
}

}  // namespace tests
