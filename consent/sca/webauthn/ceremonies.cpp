#include "consent/sca/webauthn/ceremonies.h"

#include <algorithm>

#include "base/crypto/hash.h"
#include "base/encoding.h"
#include "base/json/reader.h"
#include "base/secret.h"
#include "consent/sca/webauthn/authenticator_data.h"
#include "consent/sca/webauthn/cbor.h"

namespace consent::webauthn {
namespace {

using base::json::ParseError;
using base::json::Reader;

constexpr std::size_t kLargestResponse = 32UL * 1024;
constexpr std::size_t kLargestClientData = 4UL * 1024;

auto refuse(std::string why) { return base::failure(std::move(why)); }

base::Result<std::string, ParseError> octets(Reader& reader, const char* member) {
  TRY(const std::string text, reader.required<std::string>(member));
  auto decoded = base::base64url_decode(text);
  if (!decoded) return base::failure(reader.invalid(member, "not base64url"));
  return std::move(*decoded);
}

struct Outer {
  std::string id;
  Reader response;
};

base::Result<Outer, ParseError> outer(Reader& reader) {
  TRY(const std::string type, reader.required<std::string>("type"));
  if (type != "public-key") return base::failure(reader.invalid("type", "not public-key"));
  TRY(std::string id, octets(reader, "rawId"));
  TRY(const std::string named, octets(reader, "id"));
  if (id != named) return base::failure(reader.invalid("rawId", "another id"));
  TRY(Reader response, reader.required<Reader>("response"));
  return Outer{std::move(id), response};
}

template <class Response, class Fill>
base::Result<Response, std::string> read_response(std::string_view text, const Fill& fill) {
  const auto json = base::json::parse_strict(text, {.max_bytes = kLargestResponse, .max_depth = 6});
  if (!json) return refuse(json.error().text());
  const auto response = [&]() -> base::Result<Response, ParseError> {
    Reader reader(*json);
    TRY(Outer read, outer(reader));
    return fill(read);
  }();
  if (!response) return refuse(response.error().text());
  return *response;
}

// Sections 7.1 steps 6 to 12 and 7.2 steps 10 to 15.
std::optional<std::string> client_data_fault(std::string_view text, std::string_view type, std::string_view challenge,
                                             const RelyingParty& rp) {
  const auto json = base::json::parse_strict(text, {.max_bytes = kLargestClientData, .max_depth = 4});
  if (!json) return "client data: " + json.error().text();
  const auto fault = [&]() -> base::Result<std::optional<std::string>, ParseError> {
    using Fault = std::optional<std::string>;
    Reader reader(*json);
    TRY(const std::string is, reader.required<std::string>("type"));
    TRY(const std::string answered, reader.required<std::string>("challenge"));
    TRY(const std::string origin, reader.required<std::string>("origin"));
    TRY(const std::optional<bool> framed, reader.optional<bool>("crossOrigin"));
    // [WEBAUTHN-3-7.2-10] "Verify that the value of C.type is the string webauthn.get."
    if (is != type) return Fault("client data of another ceremony");
    // [WEBAUTHN-3-7.2-11] "Verify that the value of C.challenge equals the base64url encoding of pkOptions.challenge."
    if (!base::constant_time_equal(answered, base::base64url_encode(challenge))) return Fault("another challenge");
    // [WEBAUTHN-3-7.2-12] "Verify that the value of C.origin is an origin expected by the Relying Party."
    if (std::find(rp.origins.begin(), rp.origins.end(), origin) == rp.origins.end())
      return Fault("client data of another origin");
    // [WEBAUTHN-3-7.2-13] a page of ours is never in a frame of another site
    if (framed.value_or(false) || reader.has("topOrigin")) return Fault("a frame of another site");
    return Fault();
  }();
  if (!fault) return "client data: " + fault.error().text();
  return *fault;
}

// What both ceremonies ask of the authenticator's own words.
std::optional<std::string> data_fault(const AuthenticatorData& data, const RelyingParty& rp) {
  // [WEBAUTHN-3-7.2-15] "Verify that the rpIdHash in authData is the SHA-256 hash of the RP ID"
  if (data.rp_id_hash != base::crypto::sha256(rp.id)) return "authenticator data of another site";
  // [WEBAUTHN-3-7.2-16] "Verify that the UP bit of the flags in authData is set."
  if (!data.user_present) return "nobody was present";
  // [WEBAUTHN-3-7.2-17] "If user verification was determined to be required, verify that the UV bit … is set."
  if (!data.user_verified) return "the user was not verified";
  return std::nullopt;
}

std::optional<std::string> attestation_fault(const cbor::Value& object, const AttestedCredential& credential,
                                             std::string_view authenticator_data, std::string_view client_data_json) {
  const cbor::Value* format = object.at("fmt");
  const cbor::Value* statement = object.at("attStmt");
  if (format == nullptr || format->kind != cbor::Kind::text || statement == nullptr ||
      statement->kind != cbor::Kind::map) {
    return "the attestation statement is missing";
  }
  // [WEBAUTHN-3-8.7] "none": the statement is an empty map
  if (format->string == "none") {
    if (statement->members() != 0) return "a statement with the format none";
    return std::nullopt;
  }
  if (format->string != "packed") return "an attestation that was not asked for";
  const cbor::Value* algorithm = statement->at("alg");
  const cbor::Value* signature = statement->at("sig");
  if (statement->members() != 2 || algorithm == nullptr || signature == nullptr ||
      algorithm->kind != cbor::Kind::integer || signature->kind != cbor::Kind::bytes) {
    return "a packed attestation that is not the credential's own";
  }
  // [WEBAUTHN-3-8.2] "Validate that alg matches the algorithm of the credentialPublicKey in authenticatorData."
  const cbor::Value key = cbor::read(credential.public_key).value_or(cbor::Value());
  if (key.at(3) == nullptr || key.at(3)->integer != algorithm->integer) return "self attestation by another algorithm";
  // [WEBAUTHN-3-8.2] "Verify that sig is a valid signature over the concatenation of authenticatorData and
  // clientDataHash using the credential public key with alg."
  if (!base::crypto::verify_raw(credential.key,
                                std::string(authenticator_data) + base::crypto::sha256(client_data_json),
                                signature->string)) {
    return "self attestation with a wrong signature";
  }
  return std::nullopt;
}

}  // namespace

base::Result<RegistrationResponse, std::string> registration_response_from_json(std::string_view text) {
  return read_response<RegistrationResponse>(text, [](Outer& outer) -> base::Result<RegistrationResponse, ParseError> {
    RegistrationResponse response;
    response.id = outer.id;
    TRY(response.client_data_json, octets(outer.response, "clientDataJSON"));
    TRY(response.attestation_object, octets(outer.response, "attestationObject"));
    return response;
  });
}

base::Result<AuthenticationResponse, std::string> authentication_response_from_json(std::string_view text) {
  return read_response<AuthenticationResponse>(
      text, [](Outer& outer) -> base::Result<AuthenticationResponse, ParseError> {
        AuthenticationResponse response;
        response.id = outer.id;
        TRY(response.client_data_json, octets(outer.response, "clientDataJSON"));
        TRY(response.authenticator_data, octets(outer.response, "authenticatorData"));
        TRY(response.signature, octets(outer.response, "signature"));
        if (outer.response.has("userHandle") && !outer.response.value()["userHandle"].is_null()) {
          TRY(response.user_handle, octets(outer.response, "userHandle"));
        }
        return response;
      });
}

base::Result<NewCredential, std::string> verify_registration(const RelyingParty& rp, std::string_view challenge,
                                                             const RegistrationResponse& response) {
  if (auto fault = client_data_fault(response.client_data_json, "webauthn.create", challenge, rp))
    return refuse(std::move(*fault));
  const auto object = cbor::read(response.attestation_object);
  if (!object) return refuse("attestation object: " + object.error());
  const cbor::Value* bytes = object->at("authData");
  if (bytes == nullptr || bytes->kind != cbor::Kind::bytes) return refuse("no authenticator data");
  const auto data = read_authenticator_data(bytes->string);
  if (!data) return refuse(data.error());
  if (auto fault = data_fault(*data, rp)) return refuse(std::move(*fault));
  if (!data->credential) return refuse("no credential");
  if (data->credential->id != response.id) return refuse("the credential has another id");
  if (auto fault = attestation_fault(*object, *data->credential, bytes->string, response.client_data_json))
    return refuse(std::move(*fault));
  return NewCredential{data->credential->id, data->credential->public_key, data->credential->aaguid, data->sign_count,
                       data->backup_eligible};
}

base::Result<Assertion, std::string> verify_authentication(const RelyingParty& rp, std::string_view challenge,
                                                           const StoredCredential& credential,
                                                           const AuthenticationResponse& response) {
  if (response.id != credential.id) return refuse("another credential");
  if (auto fault = client_data_fault(response.client_data_json, "webauthn.get", challenge, rp))
    return refuse(std::move(*fault));
  const auto data = read_authenticator_data(response.authenticator_data);
  if (!data) return refuse(data.error());
  if (auto fault = data_fault(*data, rp)) return refuse(std::move(*fault));
  // [WEBAUTHN-3-7.2-19] whether a key may be copied never changes during its life
  if (data->backup_eligible != credential.backup_eligible)
    return refuse("a key that was bound to its device no longer is");
  const auto key = read_public_key(credential.public_key);
  if (!key) return refuse("the stored key: " + key.error());
  // [WEBAUTHN-3-7.2-21] "Using credentialRecord.publicKey, verify that sig is a valid signature over the binary
  // concatenation of authData and hash."
  if (!base::crypto::verify_raw(*key, response.authenticator_data + base::crypto::sha256(response.client_data_json),
                                response.signature)) {
    return refuse("a wrong signature");
  }
  // [WEBAUTHN-3-7.2-22] a counter that does not grow "is a signal … that the authenticator may be cloned"
  if ((data->sign_count != 0 || credential.sign_count != 0) && data->sign_count <= credential.sign_count)
    return refuse("the signature counter did not grow: the authenticator may be cloned");
  return Assertion{data->sign_count, data->backed_up};
}

}  // namespace consent::webauthn
