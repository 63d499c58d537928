// Who may speak to the authorization server, and how: assertions and proofs, one fault at a time, in the right words.
#include <gtest/gtest.h>

#include "base/crypto/hash.h"
#include "base/crypto/jws.h"
#include "base/encoding.h"
#include "tests/journeys/support/journey.h"

namespace journeys {
namespace {

using namespace std::chrono_literals;
using base::http::Headers;

constexpr const char* kAssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const std::string kToken = std::string(kIssuer) + "/token";

// A nonce, so that the state of Redis decides nothing.
std::string nonce_of(Tpp& tpp) {
  return tpp
      .post("/token", tpp.authenticated({{"grant_type", "client_credentials"}, {"scope", "accounts"}}),
            {{"DPoP", tpp.proof({.url = kToken, .token = "", .nonce = "AAAA"})}})
      .header("DPoP-Nonce");
}

Form with(const std::string& assertion) {
  return {{"grant_type", "client_credentials"},
          {"scope", "accounts"},
          {"client_assertion_type", kAssertionType},
          {"client_assertion", assertion}};
}

struct Stage {
  Gateway gateway;
  Tpp tpp{gateway};
  std::string nonce = nonce_of(tpp);

  ProofOptions options() const { return {.method = "POST", .url = kToken, .token = "", .nonce = nonce}; }
  Answer assert_with(const std::string& assertion) {
    return tpp.post("/token", with(assertion), {{"DPoP", tpp.proof(options())}});
  }
  Answer prove_with(const ProofOptions& changed) {
    return tpp.post("/token", with(tpp.assertion()), {{"DPoP", tpp.proof(changed)}});
  }
  std::int64_t now() { return unix_seconds(gateway.clock().now()); }
};

void expect_invalid_client(const Answer& answer) {
  EXPECT_EQ(answer.status, 401) << answer.body;
  EXPECT_EQ(answer.error(), "invalid_client");
  EXPECT_EQ(answer.header("Cache-Control"), "no-store");
}

void expect_invalid_proof(const Answer& answer) {
  EXPECT_EQ(answer.status, 400) << answer.body;
  EXPECT_EQ(answer.error(), "invalid_dpop_proof");
}

TEST(ClientAuthentication, AnAssertionAndAProofOfTheRegisteredKeyAreEnough) {
  Stage s;
  ASSERT_NE(s.nonce, "");
  EXPECT_EQ(s.assert_with(s.tpp.assertion()).status, 200);
  EXPECT_EQ(s.assert_with(s.tpp.assertion({}, {{"typ", "\"JWT\""}})).status, 200);
  EXPECT_EQ(s.assert_with(s.tpp.assertion({}, {{"kid", ""}})).status, 200) << "the only key of the algorithm";
}

TEST(ClientAuthentication, PS256AndEdDsaKeysServeAsWell) {
  Gateway gateway;
  for (const auto algorithm : {base::crypto::JwsAlgorithm::ps256, base::crypto::JwsAlgorithm::eddsa}) {
    Tpp tpp(gateway, "Other", algorithm);
    tpp.proof_key = base::crypto::PrivateKey::generate(algorithm);
    const std::string token = tpp.client_token();
    EXPECT_EQ(tpp.obie("GET", "/account-access-consents/0192d3a0-0000-7000-8000-000000000000", token)
                  .at("/Errors/0/ErrorCode"),
              "U011");
  }
}

TEST(ClientAuthentication, AnAssertionIsUsedOnce) {
  Stage s;
  const std::string assertion = s.tpp.assertion();
  EXPECT_EQ(s.assert_with(assertion).status, 200);
  expect_invalid_client(s.assert_with(assertion));
  EXPECT_EQ(s.assert_with(s.tpp.assertion({{"jti", "\"j-1\""}})).status, 200);
  expect_invalid_client(s.assert_with(s.tpp.assertion({{"jti", "\"j-1\""}})));  // another signature, the same jti
}

TEST(ClientAuthentication, AnAssertionUsedAtOneEndpointIsUsedAtAll) {
  Stage s;
  const std::string assertion = s.tpp.assertion();
  EXPECT_EQ(s.assert_with(assertion).status, 200);
  const Form form{{"client_assertion_type", kAssertionType}, {"client_assertion", assertion}, {"token", "x"}};
  expect_invalid_client(s.tpp.post("/revoke", form, {}));
}

TEST(ClientAuthentication, TheAudienceIsTheIssuerAsAString) {
  Stage s;
  for (const std::string& audience : {"[" + quoted(kIssuer) + "]", quoted(kToken), quoted(std::string(kIssuer) + "/"),
                                      quoted("https://other.example"), std::string()}) {
    expect_invalid_client(s.assert_with(s.tpp.assertion({{"aud", audience}})));
  }
}

TEST(ClientAuthentication, IssuerAndSubjectAreTheClient) {
  Stage s;
  Tpp other(s.gateway, "Other");
  expect_invalid_client(s.assert_with(s.tpp.assertion({{"iss", quoted(other.id())}})));
  expect_invalid_client(s.assert_with(s.tpp.assertion({{"sub", quoted(other.id())}})));
  expect_invalid_client(s.assert_with(s.tpp.assertion({{"iss", quoted(other.id())}, {"sub", quoted(other.id())}})));
  expect_invalid_client(s.assert_with(s.tpp.assertion({{"iss", ""}})));
  Form form = with(s.tpp.assertion());
  form.push_back({"client_id", other.id()});
  expect_invalid_client(s.tpp.post("/token", form, {{"DPoP", s.tpp.proof(s.options())}}));
}

TEST(ClientAuthentication, TimesOfAnAssertionAreNearEnough) {
  Stage s;
  const auto at = [&](std::int64_t offset) { return std::to_string(s.now() + offset); };
  expect_invalid_client(s.assert_with(s.tpp.assertion({{"exp", at(-11)}})));
  expect_invalid_client(s.assert_with(s.tpp.assertion({{"exp", at(7200)}})));
  expect_invalid_client(s.assert_with(s.tpp.assertion({{"exp", ""}})));
  expect_invalid_client(s.assert_with(s.tpp.assertion({{"exp", "\"tomorrow\""}})));
  expect_invalid_client(s.assert_with(s.tpp.assertion({{"iat", at(61)}})));
  expect_invalid_client(s.assert_with(s.tpp.assertion({{"nbf", at(61)}})));
  EXPECT_EQ(s.assert_with(s.tpp.assertion({{"iat", at(8)}, {"nbf", at(8)}})).status, 200);
}

TEST(ClientAuthentication, AJtiIsNeeded) {
  Stage s;
  expect_invalid_client(s.assert_with(s.tpp.assertion({{"jti", ""}})));
  expect_invalid_client(s.assert_with(s.tpp.assertion({{"jti", "7"}})));
  expect_invalid_client(s.assert_with(s.tpp.assertion({{"jti", quoted(std::string(300, 'j'))}})));
}

TEST(ClientAuthentication, TheKeyDecidesTheAlgorithm) {
  Stage s;
  for (const char* algorithm : {"\"RS256\"", "\"HS256\"", "\"none\"", "\"PS256\"", "\"es256\""}) {
    expect_invalid_client(s.assert_with(s.tpp.assertion({}, {{"alg", algorithm}})));
  }
  // HMAC under the public key's own text.
  const std::string header = base::base64url_encode(std::string(R"({"alg":"HS256","kid":"key-1"})"));
  const auto good = base::crypto::parse_compact(s.tpp.assertion());
  ASSERT_TRUE(good);
  const std::string input = header + "." + base::base64url_encode(good->payload);
  const auto secret = base::Secret::copy_of(s.tpp.key.public_key().to_jwk());
  expect_invalid_client(s.assert_with(input + "." + base::base64url_encode(base::crypto::hmac_sha256(secret, input))));
  expect_invalid_client(s.assert_with(input + "."));

  Tpp rsa(s.gateway, "RSA", base::crypto::JwsAlgorithm::ps256);
  expect_invalid_client(
      rsa.post("/token", with(rsa.assertion({}, {{"alg", "\"RS256\""}})), {{"DPoP", rsa.proof(s.options())}}));
}

TEST(ClientAuthentication, KeysOfOthersAndEmbeddedKeysSignNothing) {
  Stage s;
  const auto own = s.tpp.key;
  s.tpp.key = base::crypto::PrivateKey::generate(base::crypto::JwsAlgorithm::es256, "key-1");
  expect_invalid_client(s.assert_with(s.tpp.assertion()));
  expect_invalid_client(s.assert_with(s.tpp.assertion({}, {{"jwk", s.tpp.key.public_key().to_jwk()}})));
  s.tpp.key = own;
  expect_invalid_client(s.assert_with(s.tpp.assertion({}, {{"kid", "\"key-2\""}})));
  expect_invalid_client(s.assert_with(s.tpp.assertion({}, {{"crit", "[\"exp\"]"}})));
  expect_invalid_client(s.assert_with(s.tpp.assertion({}, {{"typ", "\"dpop+jwt\""}})));
  expect_invalid_client(s.assert_with(s.tpp.assertion() + "x"));
  expect_invalid_client(s.assert_with("not.a.jwt"));
  expect_invalid_client(s.assert_with(""));
}

TEST(ClientAuthentication, WithoutAnAssertionOrWithASecretNobodyIsKnown) {
  Stage s;
  const Headers proof{{"DPoP", s.tpp.proof(s.options())}};
  expect_invalid_client(s.tpp.post("/token", {{"grant_type", "client_credentials"}, {"scope", "accounts"}}, proof));
  expect_invalid_client(s.tpp.post("/token", {{"grant_type", "client_credentials"}, {"client_id", s.tpp.id()}}, proof));
  Form secret = with(s.tpp.assertion());
  secret.push_back({"client_secret", "s3cret"});
  expect_invalid_client(s.tpp.post("/token", secret, proof));
  Headers basic = proof;
  basic.add("Authorization", "Basic YTpi");
  const Answer refused = s.tpp.post("/token", with(s.tpp.assertion()), basic);
  expect_invalid_client(refused);
  EXPECT_TRUE(refused.header("WWW-Authenticate").starts_with("Basic"));
  Form other_type = with(s.tpp.assertion());
  other_type[2].value = "urn:ietf:params:oauth:client-assertion-type:saml2-bearer";
  expect_invalid_client(s.tpp.post("/token", other_type, proof));
}

TEST(ClientAuthentication, AProofIsNeededAndIsOne) {
  Stage s;
  expect_invalid_proof(s.tpp.post("/token", with(s.tpp.assertion()), {}));
  expect_invalid_proof(s.tpp.post("/token", with(s.tpp.assertion()),
                                  {{"DPoP", s.tpp.proof(s.options())}, {"DPoP", s.tpp.proof(s.options())}}));
  expect_invalid_proof(s.tpp.post("/token", with(s.tpp.assertion()), {{"DPoP", "no proof"}}));
}

TEST(ClientAuthentication, AProofIsUsedOnce) {
  Stage s;
  const std::string proof = s.tpp.proof(s.options());
  EXPECT_EQ(s.tpp.post("/token", with(s.tpp.assertion()), {{"DPoP", proof}}).status, 200);
  expect_invalid_proof(s.tpp.post("/token", with(s.tpp.assertion()), {{"DPoP", proof}}));
}

TEST(ClientAuthentication, AProofFitsItsRequest) {
  Stage s;
  const auto changed = [&](const Claims& claims, const Claims& header = {}) {
    ProofOptions options = s.options();
    options.claims = claims;
    options.header = header;
    return s.prove_with(options);
  };
  const auto at = [&](std::int64_t offset) { return std::to_string(s.now() + offset); };
  EXPECT_EQ(changed({}).status, 200);
  EXPECT_EQ(changed({{"htu", quoted("HTTPS://LOCALHOST:8443/token?x=1#y")}}).status, 200)
      << "compared as URLs, without query";
  EXPECT_EQ(changed({{"iat", at(8)}}).status, 200);
  expect_invalid_proof(changed({{"htm", "\"GET\""}}));
  expect_invalid_proof(changed({{"htm", "\"post\""}}));
  expect_invalid_proof(changed({{"htu", quoted(std::string(kIssuer) + "/par")}}));
  expect_invalid_proof(changed({{"htu", quoted(std::string(kMtlsBase) + "/token")}}));
  expect_invalid_proof(changed({{"htu", "\"/token\""}}));
  for (const char* claim : {"htm", "htu", "jti", "iat"}) expect_invalid_proof(changed({{claim, ""}}));
  expect_invalid_proof(changed({{"iat", at(-62)}}));
  expect_invalid_proof(changed({{"iat", at(61)}}));
  expect_invalid_proof(changed({}, {{"typ", "\"JWT\""}}));
  expect_invalid_proof(changed({}, {{"jwk", ""}}));
  expect_invalid_proof(changed({}, {{"alg", "\"HS256\""}}));
  expect_invalid_proof(changed({}, {{"jwk", std::string(s.tpp.proof_key.to_private_jwk().reveal())}}));
  expect_invalid_proof(changed({}, {{"jwk", s.tpp.key.public_key().to_jwk()}}));
}

TEST(ClientAuthentication, AForeignNonceIsAnsweredWithOneOfOurs) {
  Stage s;
  ProofOptions options = s.options();
  options.nonce = "bm90IG91cnM";
  const Answer answer = s.prove_with(options);
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.error(), "use_dpop_nonce");
  options.nonce = answer.header("DPoP-Nonce");
  EXPECT_EQ(s.prove_with(options).status, 200);
}

TEST(ClientAuthentication, ParametersStandOnceAndInTheBody) {
  Stage s;
  const auto proof = [&] { return Headers{{"DPoP", s.tpp.proof(s.options())}}; };
  Form twice = with(s.tpp.assertion());
  twice.push_back({"scope", "webhooks"});
  EXPECT_EQ(s.tpp.post("/token", twice, proof()).error(), "invalid_request");
  EXPECT_EQ(s.tpp.post("/token?grant_type=client_credentials", with(s.tpp.assertion()), proof()).error(),
            "invalid_request");

  Headers headers = proof();
  headers.add("Content-Type", "application/json");
  EXPECT_EQ(s.gateway.send("POST", kToken, headers, "{}").error(), "invalid_request");
  Headers bad = proof();
  bad.add("Content-Type", "application/x-www-form-urlencoded");
  EXPECT_EQ(s.gateway.send("POST", kToken, bad, "grant_type=%zz").error(), "invalid_request");
}

TEST(ClientAuthentication, UnknownGrantsAndScopesAreRefusedInTheirOwnWords) {
  Stage s;
  EXPECT_EQ(s.tpp.call("/token", {{"grant_type", "password"}, {"username", "alice"}}).error(),
            "unsupported_grant_type");
  EXPECT_EQ(s.tpp.call("/token", {{"scope", "accounts"}}).error(), "invalid_request");
  for (const char* scope : {"", "openid", "everything", "accounts  x", "payments fly"}) {
    Form form{{"grant_type", "client_credentials"}};
    if (*scope != '\0') form.push_back({"scope", scope});
    EXPECT_EQ(s.tpp.call("/token", form).error(), "invalid_scope") << scope;
  }
}

TEST(ClientAuthentication, ARefusedRequestLeavesTheAssertionUnspent) {
  Stage s;
  const std::string assertion = s.tpp.assertion();
  Form wrong = with(assertion);
  wrong[1].value = "everything";
  EXPECT_EQ(s.tpp.post("/token", wrong, {{"DPoP", s.tpp.proof(s.options())}}).error(), "invalid_scope");
  EXPECT_EQ(s.assert_with(assertion).status, 200);
}

TEST(ClientAuthentication, AResourceTakesTheTokenOnlyWithItsKeysProof) {
  Stage s;
  Customer alice(s.gateway);
  const Authorised done = walk(s.tpp, alice);
  const std::string url = std::string(kIssuer) + "/open-banking/v4.0/aisp/accounts";
  const std::string& token = done.tokens.access;
  const auto options = [&] { return ProofOptions{.method = "GET", .url = url, .token = token, .nonce = s.nonce}; };
  const auto get = [&](const Headers& headers) { return s.gateway.send("GET", url, headers); };

  EXPECT_EQ(get({{"Authorization", "DPoP " + token}, {"DPoP", s.tpp.proof(options())}}).status, 200);
  EXPECT_EQ(get({}).status, 401);
  EXPECT_EQ(get({{"Authorization", "DPoP " + token}}).status, 401) << "no proof";
  EXPECT_EQ(get({{"Authorization", "Bearer " + token}}).status, 401) << "no bearer token";
  EXPECT_EQ(get({{"Authorization", "Bearer " + token}, {"DPoP", s.tpp.proof(options())}}).status, 401);
  EXPECT_EQ(
      get({{"Authorization", "DPoP " + token}, {"Authorization", "DPoP " + token}, {"DPoP", s.tpp.proof(options())}})
          .status,
      400);
  EXPECT_EQ(
      get({{"Authorization", "DPoP " + token}, {"DPoP", s.tpp.proof(options())}, {"DPoP", s.tpp.proof(options())}})
          .status,
      401);
  const std::string once = s.tpp.proof(options());
  EXPECT_EQ(get({{"Authorization", "DPoP " + token}, {"DPoP", once}}).status, 200);
  EXPECT_EQ(get({{"Authorization", "DPoP " + token}, {"DPoP", once}}).status, 401) << "replayed";
  ProofOptions without_ath = options();
  without_ath.token = "";
  EXPECT_EQ(get({{"Authorization", "DPoP " + token}, {"DPoP", s.tpp.proof(without_ath)}}).status, 401);
  ProofOptions for_post = options();
  for_post.method = "POST";
  EXPECT_EQ(get({{"Authorization", "DPoP " + token}, {"DPoP", s.tpp.proof(for_post)}}).status, 401);
  Tpp thief(s.gateway, "Thief");
  EXPECT_EQ(get({{"Authorization", "DPoP " + token}, {"DPoP", thief.proof(options())}}).status, 401) << "another key";
  EXPECT_EQ(s.gateway.send("GET", url + "?access_token=" + token).status, 400) << "never in the query";
  std::string altered = token;
  altered[altered.size() / 2] = altered[altered.size() / 2] == 'A' ? 'B' : 'A';
  ProofOptions of_altered = options();
  of_altered.token = altered;
  EXPECT_EQ(get({{"Authorization", "DPoP " + altered}, {"DPoP", s.tpp.proof(of_altered)}}).status, 401);
}

}  // namespace
}  // namespace journeys
