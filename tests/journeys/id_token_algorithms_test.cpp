// Which algorithm signs a client's ID tokens, and that RS256 gives access to nothing.
#include <gtest/gtest.h>

#include "base/crypto/jws.h"
#include "base/encoding.h"
#include "base/json/strict.h"
#include "gateway/wiring/parts.h"
#include "oauth/tokens/id_token.h"
#include "tests/journeys/support/journey.h"
#include "tests/support/rs256.h"

namespace journeys {
namespace {

using base::crypto::JwsAlgorithm;
using base::crypto::PrivateKey;
using base::http::Headers;
using base::json::Value;
using oauth::ProfileName;

std::function<void(oauth::NewClient&)> of(ProfileName profile, const std::string& algorithm = "") {
  return [=](oauth::NewClient& client) {
    client.profile = profile;
    client.id_token_signed_response_alg = algorithm;
  };
}

// The published key that a token names, as JWK text.
std::string published_key(Gateway& gateway, const std::string& token) {
  const auto jws = base::crypto::parse_compact(token);
  const Value set = Value::parse(gateway.send("GET", "/jwks").body);
  for (const Value& key : set.at("keys")) {
    if (jws && key.value("kid", "") == jws->header.kid) return base::json::dump(key);
  }
  return "";
}

Value claims_of(const std::string& jwt) { return Value::parse(base::crypto::parse_compact(jwt)->payload); }

// The same RSA key, signing with RSASSA-PKCS1-v1_5.
PrivateKey as_rs256(const PrivateKey& key) {
  return PrivateKey::from_pkcs8(key.to_pkcs8().reveal(), JwsAlgorithm::rs256)->with_kid(key.kid());
}

struct IdTokenAlgorithm : testing::Test {
  // Why the registration is refused; empty: it is not.
  std::string refusal(const std::function<void(oauth::NewClient&)>& change) {
    try {
      const Tpp made(gateway, "New", JwsAlgorithm::es256, change);
      return "";
    } catch (const std::runtime_error& error) {
      return error.what();
    }
  }

  Gateway gateway;
  Customer alice{gateway};
};

// [OIDC-CORE-15.1] [OIDC-DISCOVERY-3]
TEST_F(IdTokenAlgorithm, AnOidcClientGetsRs256ThatThePublishedKeyVerifies) {
  for (const char* registered : {"RS256", ""}) {
    Tpp tpp(gateway, "Plain OpenID", JwsAlgorithm::es256, of(ProfileName::oidc, registered));
    const Authorised done = walk(tpp, alice);
    const std::string jwk = published_key(gateway, done.tokens.id);
    EXPECT_TRUE(tests::rs256_fits(done.tokens.id, jwk)) << done.tokens.id << " " << jwk;
    EXPECT_EQ(Value::parse(jwk)["alg"], "RS256");
    EXPECT_EQ(Value::parse(jwk)["use"], "sig");
    EXPECT_FALSE(Value::parse(jwk).contains("d"));
    const Value claims = claims_of(done.tokens.id);
    EXPECT_EQ(claims["iss"], kIssuer);
    EXPECT_EQ(claims["aud"], tpp.id());
    EXPECT_EQ(claims["nonce"], done.pushed.nonce);
    EXPECT_EQ(claims["at_hash"], oauth::left_half_hash(done.tokens.access, JwsAlgorithm::rs256));
    EXPECT_EQ(claims["s_hash"], oauth::left_half_hash(done.pushed.state, JwsAlgorithm::rs256));
    // The rest is as for everybody.
    EXPECT_EQ(base::crypto::parse_compact(done.tokens.access)->header.alg, "ES256");
    EXPECT_EQ(tpp.obie("GET", "/accounts", done.tokens.access).status, 200);
    EXPECT_EQ(tpp.obie("GET", "/accounts", tpp.refresh(done.tokens.refresh).access).status, 200);
  }
}

// [FAPI2-SP-FINAL-5.4.1-1]
TEST_F(IdTokenAlgorithm, AFapi2ClientGetsEs256OrPs256) {
  for (const auto& [registered, expected] :
       {std::pair("", JwsAlgorithm::es256), {"ES256", JwsAlgorithm::es256}, {"PS256", JwsAlgorithm::ps256}}) {
    Tpp tpp(gateway, "Strict", JwsAlgorithm::es256, of(ProfileName::fapi2, registered));
    const Authorised done = walk(tpp, alice);
    const auto jws = base::crypto::parse_compact(done.tokens.id);
    ASSERT_TRUE(jws);
    const auto key = base::crypto::PublicKey::from_jwk(published_key(gateway, done.tokens.id));
    ASSERT_TRUE(key) << registered;
    EXPECT_EQ(key->algorithm(), expected);
    EXPECT_TRUE(base::crypto::verify(*jws, *key));
    EXPECT_EQ(claims_of(done.tokens.id)["at_hash"], oauth::left_half_hash(done.tokens.access, expected));
  }
  Tpp chooser(gateway, "Chooser", JwsAlgorithm::es256, of(ProfileName::oidc, "PS256"));
  EXPECT_EQ(base::crypto::parse_compact(walk(chooser, alice).tokens.id)->header.alg, "PS256");
}

TEST_F(IdTokenAlgorithm, AFapi2ClientThatWantsRs256IsToldWhyItCannot) {
  const std::string why = refusal(of(ProfileName::fapi2, "RS256"));
  EXPECT_NE(why.find("id_token_signed_response_alg"), std::string::npos) << why;
  EXPECT_NE(why.find("FAPI 2.0 section 5.4.1"), std::string::npos) << why;
  EXPECT_NE(why.find("profile oidc"), std::string::npos) << why;
  for (const char* algorithm : {"none", "HS256", "EdDSA", "RS512", "rs256", "ES256 ", "RS256,ES256"}) {
    for (const auto profile : {ProfileName::fapi2, ProfileName::oidc}) {
      EXPECT_NE(refusal(of(profile, algorithm)), "") << algorithm;
    }
  }
  EXPECT_EQ(refusal(of(ProfileName::fapi2)), "");
}

// The profile changes the ID token and nothing else.
TEST_F(IdTokenAlgorithm, AnOidcClientIsHeldToAllOfFapi2) {
  Tpp tpp(gateway, "Plain OpenID", JwsAlgorithm::es256, of(ProfileName::oidc));
  const std::string consent = tpp.consent();
  EXPECT_EQ(tpp.push(consent, {{"code_challenge_method", "plain"}}).answer.error(), "invalid_request");
  EXPECT_EQ(tpp.push(consent, {{"code_challenge", ""}}).answer.status, 400);
  EXPECT_NE(tpp.push(consent, {{"response_type", "code id_token"}}).answer.status, 201);
  EXPECT_NE(tpp.push(consent, {{"response_type", "id_token"}}).answer.status, 201);
  const auto asked =
      tpp.post("/token", tpp.authenticated({{"grant_type", "client_credentials"}, {"scope", "accounts"}}), {});
  EXPECT_EQ(asked.status, 400) << "no token without a key it is bound to";
  const Answer unpushed = gateway.send(
      "GET", "/authorize?response_type=code&scope=openid&client_id=" + tpp.id() + "&redirect_uri=" + kRedirect);
  EXPECT_EQ(unpushed.status, 400);
  EXPECT_EQ(unpushed.header("Location"), "");
  const Authorised done = walk(tpp, alice);
  EXPECT_EQ(
      gateway
          .send("GET", std::string(kIssuer) + "/userinfo", Headers{{"Authorization", "Bearer " + done.tokens.access}})
          .status,
      401);
}

// [FAPI2-SP-FINAL-5.4.1-1] What a client signs with RS256, with its own registered key, is believed of no profile.
TEST_F(IdTokenAlgorithm, Rs256OfAClientIsRefusedEverywhere) {
  for (const auto profile : {ProfileName::fapi2, ProfileName::oidc}) {
    Tpp tpp(gateway, "Signer", JwsAlgorithm::ps256, of(profile));
    const std::string consent = tpp.consent();
    const PrivateKey good = tpp.key;
    ASSERT_EQ(tpp.push_signed(consent).answer.status, 201);

    const Form plain{{"grant_type", "client_credentials"}, {"scope", "accounts"}};
    tpp.key = as_rs256(good);
    EXPECT_EQ(tpp.call("/token", plain).error(), "invalid_client");
    tpp.key = good;
    EXPECT_NE(tpp.client_token(), "");

    Pushed pushed;
    const Form parameters = tpp.authorization_parameters(consent, pushed);
    tpp.key = as_rs256(good);
    const std::string object = tpp.request_object(parameters);
    EXPECT_EQ(base::crypto::parse_compact(object)->header.alg, "RS256");
    tpp.key = good;
    EXPECT_EQ(tpp.call("/par", {{"request", object}}).error(), "invalid_request_object");

    tpp.proof_key = PrivateKey::generate(JwsAlgorithm::ps256);
    EXPECT_NE(tpp.client_token(), "");
    tpp.proof_key = PrivateKey::generate(JwsAlgorithm::rs256);
    EXPECT_EQ(tpp.call("/token", plain).error(), "invalid_dpop_proof");
  }
}

// Attack 26: what is meant for the client opens nothing here, whatever signed it.
TEST_F(IdTokenAlgorithm, NothingOfTheRsaKeysIsAnAccessToken) {
  Tpp tpp(gateway, "Plain OpenID", JwsAlgorithm::es256, of(ProfileName::oidc));
  const Authorised done = walk(tpp, alice);
  EXPECT_EQ(tpp.obie("GET", "/accounts", done.tokens.id).status, 401);
  const auto keys = gateway.parts().authorization_server.keys().current();
  const auto now = gateway.clock().now();
  const auto jws = base::crypto::parse_compact(done.tokens.access);
  ASSERT_TRUE(jws);
  // The good token's own claims, signed with the server's keys that are for ID tokens.
  for (const auto algorithm : {JwsAlgorithm::rs256, JwsAlgorithm::ps256}) {
    const auto& key = keys->signing_key(now, algorithm);
    const std::string token = base::crypto::sign_compact({.typ = "at+jwt", .kid = "", .jwk = ""}, jws->payload, key);
    EXPECT_EQ(tpp.obie("GET", "/accounts", token).status, 401) << base::crypto::to_text(algorithm);
    EXPECT_EQ(tpp.introspect(token).at("/active"), "false");
  }
  const std::string same =
      base::crypto::sign_compact({.typ = "at+jwt", .kid = "", .jwk = ""}, jws->payload, keys->signing_key(now));
  EXPECT_EQ(tpp.obie("GET", "/accounts", same).status, 200) << "it is the key that decides";
}

TEST_F(IdTokenAlgorithm, TheRsaKeyRotatesAndTheNextIdTokenNamesTheNextKey) {
  Tpp tpp(gateway, "Plain OpenID", JwsAlgorithm::es256, of(ProfileName::oidc));
  auto& keys = gateway.parts().authorization_server.keys();
  const std::string before = keys.current()->signing_key(gateway.clock().now(), JwsAlgorithm::rs256).kid();
  const Authorised first = walk(tpp, alice);
  const std::string next = keys.rotate(gateway.caller(), "journey", JwsAlgorithm::rs256);
  const std::string set = gateway.send("GET", "/jwks").body;
  EXPECT_NE(set.find(before), std::string::npos);
  EXPECT_NE(set.find(next), std::string::npos) << "published before it signs";
  gateway.clock().advance(keys.schedule().publish_lead + std::chrono::seconds(1));
  keys.refresh(gateway.caller());
  Customer again(gateway);
  const Authorised second = walk(tpp, again);
  EXPECT_EQ(base::crypto::parse_compact(first.tokens.id)->header.kid, before);
  EXPECT_EQ(base::crypto::parse_compact(second.tokens.id)->header.kid, next);
  for (const auto* done : {&first, &second}) {
    EXPECT_TRUE(tests::rs256_fits(done->tokens.id, published_key(gateway, done->tokens.id)));
  }
}

// [OIDC-DISCOVERY-3]
TEST_F(IdTokenAlgorithm, TheMetadataListsRs256ForIdTokensAlone) {
  const Value metadata = Value::parse(gateway.send("GET", "/.well-known/openid-configuration").body);
  EXPECT_EQ(metadata.at("id_token_signing_alg_values_supported"), (Value{"ES256", "PS256", "RS256"}));
  for (const auto& [name, value] : metadata.items()) {
    if (name == "id_token_signing_alg_values_supported") continue;
    EXPECT_EQ(base::json::dump(value).find("RS256"), std::string::npos) << name;
  }
  const Value set = Value::parse(gateway.send("GET", "/jwks").body);
  for (const Value& algorithm : metadata.at("id_token_signing_alg_values_supported")) {
    const auto with = [&](const Value& key) { return key.value("alg", "") == algorithm; };
    EXPECT_TRUE(std::any_of(set.at("keys").begin(), set.at("keys").end(), with)) << algorithm << " has no key";
  }
}

}  // namespace
}  // namespace journeys
