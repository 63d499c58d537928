// The ceremonies of tests/golden/webauthn_vectors.json, made by tests/end_to_end/webauthn_vectors.mjs with the verdict
// of an independent implementation beside ours.
#include "consent/sca/webauthn/ceremonies.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/json/strict.h"
#include "consent/sca/webauthn/authenticator_data.h"
#include "tests/support/project_files.h"

namespace consent::webauthn {
namespace {

using base::json::Value;

const Value& golden() {
  static const Value read =
      base::json::parse_strict(tests::text_of_project_file("tests/golden/webauthn_vectors.json"), {1UL << 20, 16})
          .value();
  return read;
}

RelyingParty rp() { return {golden()["rpId"].get<std::string>(), {golden()["origin"].get<std::string>()}}; }

std::string octets(const Value& text) { return base::base64url_decode(text.get<std::string>()).value(); }

const Value& vector_named(const std::string& name) {
  for (const auto& vector : golden()["vectors"]) {
    if (vector["name"] == name) return vector;
  }
  throw std::runtime_error("no vector " + name);
}

base::Result<NewCredential, std::string> registered(const Value& vector, const RelyingParty& party = rp()) {
  TRY(const RegistrationResponse response, registration_response_from_json(vector["response"].dump()));
  return verify_registration(party, octets(vector["challenge"]), response);
}

StoredCredential stored(const Value& vector) {
  // Made by the same vectors: the copied passkeys say so in their name.
  const bool copied = vector["name"].get<std::string>().ends_with("with a copied passkey");
  return {octets(vector["response"]["rawId"]), octets(vector["publicKey"]), vector["signCount"].get<std::uint32_t>(),
          copied};
}

base::Result<Assertion, std::string> asserted(const Value& vector) {
  TRY(const AuthenticationResponse response, authentication_response_from_json(vector["response"].dump()));
  return verify_authentication(rp(), octets(vector["challenge"]), stored(vector), response);
}

TEST(WebAuthn, GivesEachGoldenCeremonyItsVerdict) {
  int accepted = 0, refused = 0;
  for (const auto& vector : golden()["vectors"]) {
    const auto name = vector["name"].get<std::string>();
    std::string why;
    bool good = false;
    if (vector["ceremony"] == "registration") {
      const auto outcome = registered(vector);
      good = outcome.has_value();
      if (!good) why = outcome.error();
    } else {
      const auto outcome = asserted(vector);
      good = outcome.has_value();
      if (!good) why = outcome.error();
    }
    EXPECT_EQ(good, vector["ours"].get<bool>()) << name << ": " << why;
    ++(good ? accepted : refused);
  }
  EXPECT_GE(accepted, 18);
  EXPECT_GE(refused, 60);
}

TEST(WebAuthn, KeepsWhatTheAuthenticatorSaidOfItself) {
  const auto bound = registered(vector_named("ES256: a new passkey, no attestation"));
  ASSERT_TRUE(bound);
  EXPECT_FALSE(bound->backup_eligible);
  EXPECT_EQ(bound->id.size(), 32U);
  EXPECT_EQ(bound->aaguid, std::string(16, '\0'));
  EXPECT_TRUE(read_public_key(bound->public_key));
  EXPECT_TRUE(registered(vector_named("ES256: a passkey that may be copied between devices"))->backup_eligible);
  EXPECT_EQ(asserted(vector_named("ES256: a sign-in with a counter that grew"))->sign_count, 8U);
}

TEST(WebAuthn, SaysWhyForTheLog) {
  const std::pair<const char*, const char*> cases[] = {
      {"EdDSA: of another site (rpId)", "authenticator data of another site"},
      {"EdDSA: of another origin", "client data of another origin"},
      {"EdDSA: another challenge", "another challenge"},
      {"EdDSA: a user who was not verified", "the user was not verified"},
      {"EdDSA: a user who was not present", "nobody was present"},
      {"EdDSA: self attestation, one bit of the signature off", "self attestation with a wrong signature"},
      {"EdDSA: inside a foreign frame", "a frame of another site"},
      {"EdDSA: one byte too many", "bytes after the authenticator data"},
      {"a member beside the key", "the public key has other members"},
  };
  for (const auto& [name, why] : cases) {
    const auto outcome = registered(vector_named(name));
    ASSERT_FALSE(outcome) << name;
    EXPECT_EQ(outcome.error(), why) << name;
  }
  EXPECT_EQ(asserted(vector_named("RS256: a counter that stood still")).error(),
            "the signature counter did not grow: the authenticator may be cloned");
  EXPECT_EQ(asserted(vector_named("RS256: one bit of the signature off")).error(), "a wrong signature");
}

TEST(WebAuthn, RefusesAKeyThatBecameCopyable) {
  const Value& vector = vector_named("ES256: a sign-in");
  StoredCredential credential = stored(vector);
  credential.backup_eligible = true;
  const auto response = authentication_response_from_json(vector["response"].dump());
  EXPECT_EQ(verify_authentication(rp(), octets(vector["challenge"]), credential, *response).error(),
            "a key that was bound to its device no longer is");
}

TEST(WebAuthn, RefusesAResponseThatIsNone) {
  const std::string good = vector_named("ES256: a sign-in")["response"].dump();
  ASSERT_TRUE(authentication_response_from_json(good));
  for (const char* member : {"id", "rawId", "type", "response"}) {
    Value changed = vector_named("ES256: a sign-in")["response"];
    changed.erase(member);
    EXPECT_FALSE(authentication_response_from_json(changed.dump())) << member;
  }
  for (const char* member : {"clientDataJSON", "authenticatorData", "signature"}) {
    Value changed = vector_named("ES256: a sign-in")["response"];
    changed["response"][member] = "no base64url!";
    EXPECT_FALSE(authentication_response_from_json(changed.dump())) << member;
  }
  EXPECT_FALSE(authentication_response_from_json(""));
  EXPECT_FALSE(authentication_response_from_json("[]"));
  EXPECT_FALSE(authentication_response_from_json(good + good));
  Value other = vector_named("ES256: a sign-in")["response"];
  other["rawId"] = "AAAA";
  EXPECT_FALSE(authentication_response_from_json(other.dump())) << "two ids";
}

TEST(WebAuthn, AnyByteOffIsRefused) {
  const Value& vector = vector_named("EdDSA: a sign-in");
  const auto good = authentication_response_from_json(vector["response"].dump()).value();
  for (std::string AuthenticationResponse::*part :
       {&AuthenticationResponse::client_data_json, &AuthenticationResponse::authenticator_data,
        &AuthenticationResponse::signature}) {
    for (std::size_t i = 0; i < (good.*part).size(); ++i) {
      AuthenticationResponse bad = good;
      (bad.*part)[i] = static_cast<char>((bad.*part)[i] ^ 1);
      EXPECT_FALSE(verify_authentication(rp(), octets(vector["challenge"]), stored(vector), bad)) << i;
    }
  }
}

}  // namespace
}  // namespace consent::webauthn
