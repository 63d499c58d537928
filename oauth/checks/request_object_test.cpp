#include "oauth/checks/request_object.h"

#include <gtest/gtest.h>

#include <functional>

#include "base/crypto/hash.h"
#include "base/crypto/jws.h"
#include "base/encoding.h"
#include "base/json/strict.h"
#include "tests/support/fake_jwks.h"
#include "tests/support/fakes.h"

namespace oauth {
namespace {

using base::crypto::JwsAlgorithm;
using base::crypto::PrivateKey;
using base::json::Value;

constexpr std::int64_t kSeconds = 1'780'000'000;
const base::Instant kNow{std::chrono::seconds(kSeconds)};
constexpr const char* kIssuer = "https://localhost:8443";

struct Object {
  PrivateKey key = PrivateKey::generate(JwsAlgorithm::es256, "k1");
  Value header = {{"typ", "oauth-authz-req+jwt"}, {"alg", "ES256"}, {"kid", "k1"}};
  Value claims = {{"iss", "app"},
                  {"client_id", "app"},
                  {"aud", kIssuer},
                  {"nbf", kSeconds},
                  {"exp", kSeconds + 300},
                  {"response_type", "code"},
                  {"redirect_uri", "https://tpp.example/callback"},
                  {"state", "a state"}};
  std::string make() const { return base::crypto::sign_compact_raw(header.dump(), claims.dump(), key); }
};

Client client_of(const PrivateKey& key) {
  Client client;
  client.id = base::ClientId("app");
  ClientKey registered;
  registered.kid = key.kid();
  registered.jwk = key.public_key().to_jwk();
  registered.thumbprint = key.public_key().thumbprint();
  client.keys.push_back(std::move(registered));
  return client;
}

base::Result<RequestObject, OAuthError> verify(const std::string& text, const Client& client) {
  tests::FakeJwks nobody;
  tests::FakeMonotonicClock monotonic;
  ClientKeys keys(nobody, monotonic);
  base::Caller caller;
  caller.now = {kNow, kNow};
  return verify_request_object(text, client, kIssuer, caller, keys);
}

base::Result<RequestObject, OAuthError> verify(const Object& object) {
  return verify(object.make(), client_of(object.key));
}

TEST(RequestObject, AGoodOneIsTheRequest) {
  Object object;
  object.claims["jti"] = "j";
  const auto got = verify(object);
  ASSERT_TRUE(got.has_value()) << got.error().log_text;
  EXPECT_EQ(got->parameters.only("redirect_uri"), "https://tpp.example/callback");
  EXPECT_EQ(got->parameters.only("state"), "a state");
  EXPECT_EQ(got->parameters.only("client_id"), "app");
  EXPECT_EQ(got->parameters.list().size(), 4u) << "iss, aud, nbf, exp and jti are the JWT's own";
  EXPECT_EQ(got->text.substr(0, got->text.rfind('.')), object.make().substr(0, got->text.rfind('.')));
  EXPECT_EQ(got->jti_hash, base::crypto::sha256("j"));
  // Attack 20: the record outlives exp and skew.
  EXPECT_GT(got->jti_expires_at, kNow + std::chrono::seconds(300) + kFapi2.past_skew);
}

TEST(RequestObject, NeedsNoJti) {
  const auto got = verify(Object());
  ASSERT_TRUE(got.has_value());
  EXPECT_FALSE(got->jti_hash.has_value());
}

struct Case {
  const char* name;
  std::function<void(Object&)> change;
  const char* refusal;  // a part of the text; nullptr: accepted
};

// [FAPI2-MS-FINAL-5.3.1-2] [FAPI2-MS-FINAL-5.3.1-3] [FAPI2-MS-FINAL-5.3.1-4] [FAPI2-SP-FINAL-5.3.2.1-13]
// [RFC9101-4] [FAPI2-MS-FINAL-5.3.1-5] [RFC9101-6.2] [RFC9101-10.2] [RFC9101-10.8] [RFC9126-3] [RFC8725-3.11]
// [RFC7515-4.1.3] [RFC7516-9]; attacks 3, 24, 25, 26, 40.
TEST(RequestObject, EachCheckRefusesWhatIsOneStepOff) {
  const std::vector<Case> cases = {
      {"typ absent", [](auto& o) { o.header.erase("typ"); }, nullptr},
      {"typ JWT", [](auto& o) { o.header["typ"] = "JWT"; }, nullptr},
      {"typ with application/", [](auto& o) { o.header["typ"] = "application/oauth-authz-req+jwt"; }, nullptr},
      {"typ dpop+jwt", [](auto& o) { o.header["typ"] = "dpop+jwt"; }, "typ must be"},
      {"typ client-authentication+jwt", [](auto& o) { o.header["typ"] = "client-authentication+jwt"; }, "typ must be"},
      {"typ at+jwt", [](auto& o) { o.header["typ"] = "at+jwt"; }, "typ must be"},
      {"alg none", [](auto& o) { o.header["alg"] = "none"; }, "signature"},
      {"alg RS256", [](auto& o) { o.header["alg"] = "RS256"; }, "signature"},
      {"alg HS256", [](auto& o) { o.header["alg"] = "HS256"; }, "signature"},
      {"alg of another key type", [](auto& o) { o.header["alg"] = "PS256"; }, "signature"},
      {"kid unknown", [](auto& o) { o.header["kid"] = "k2"; }, "kid"},
      {"kid SQL", [](auto& o) { o.header["kid"] = "k1' OR '1'='1"; }, "kid"},
      {"kid absent, one key", [](auto& o) { o.header.erase("kid"); }, nullptr},
      {"kid and alg useless",
       [](auto& o) {
         o.header = {{"alg", "none"}};
       },
       "kid"},
      {"embedded jwk", [](auto& o) { o.header["jwk"] = Value::parse(o.key.public_key().to_jwk()); }, "jwk"},
      {"jku", [](auto& o) { o.header["jku"] = "https://evil.example/jwks"; }, "jku"},
      {"x5u", [](auto& o) { o.header["x5u"] = "https://evil.example/x"; }, "x5u"},
      {"crit", [](auto& o) { o.header["crit"] = {"exp"}; }, "crit"},
      {"b64 false", [](auto& o) { o.header["b64"] = false; }, "b64"},
      {"zip", [](auto& o) { o.header["zip"] = "DEF"; }, "zip"},
      {"iss absent", [](auto& o) { o.claims.erase("iss"); }, "iss must be"},
      {"iss another", [](auto& o) { o.claims["iss"] = "other"; }, "iss must be"},
      {"client_id absent", [](auto& o) { o.claims.erase("client_id"); }, "client_id must be"},
      {"client_id another", [](auto& o) { o.claims["client_id"] = "other"; }, "client_id must be"},
      {"client_id a number", [](auto& o) { o.claims["client_id"] = 1; }, "client_id must be"},
      {"sub somebody", [](auto& o) { o.claims["sub"] = "somebody"; }, nullptr},
      {"sub the client", [](auto& o) { o.claims["sub"] = "app"; }, "sub must not"},
      {"aud absent", [](auto& o) { o.claims.erase("aud"); }, "aud must be"},
      {"aud another", [](auto& o) { o.claims["aud"] = "https://other.example"; }, "aud must be"},
      {"aud with a slash", [](auto& o) { o.claims["aud"] = "https://localhost:8443/"; }, "aud must be"},
      {"aud the PAR endpoint", [](auto& o) { o.claims["aud"] = "https://localhost:8443/par"; }, "aud must be"},
      {"aud several",
       [](auto& o) {
         o.claims["aud"] = {"https://other.example", kIssuer};
       },
       nullptr},
      {"aud several others",
       [](auto& o) {
         o.claims["aud"] = {"https://other.example", "https://x.example"};
       },
       "aud must be"},
      {"aud empty", [](auto& o) { o.claims["aud"] = Value::array(); }, "aud must be"},
      {"aud in an object",
       [](auto& o) {
         o.claims["aud"] = {{"x", kIssuer}};
       },
       "aud must be"},
      {"aud with a number",
       [](auto& o) {
         o.claims["aud"] = Value::array({kIssuer, 1});
       },
       "aud must be"},
      {"exp absent", [](auto& o) { o.claims.erase("exp"); }, "exp is missing"},
      {"exp text", [](auto& o) { o.claims["exp"] = "1780000300"; }, "exp must be a number"},
      {"exp negative", [](auto& o) { o.claims["exp"] = -1; }, "exp must be a number"},
      {"exp huge", [](auto& o) { o.claims["exp"] = 1e300; }, "exp must be a number"},
      {"exp 9 s past",
       [](auto& o) {
         o.claims["nbf"] = kSeconds - 60;
         o.claims["exp"] = kSeconds - 9;
       },
       nullptr},
      {"exp 10 s past",
       [](auto& o) {
         o.claims["nbf"] = kSeconds - 60;
         o.claims["exp"] = kSeconds - 10;
       },
       "exp is 10 s in the past"},
      {"exp 5 minutes past",
       [](auto& o) {
         o.claims["nbf"] = kSeconds - 600;
         o.claims["exp"] = kSeconds - 300;
       },
       "exp is 300 s in the past"},
      {"exp 60 minutes after nbf", [](auto& o) { o.claims["exp"] = kSeconds + 3600; }, nullptr},
      {"exp a second more", [](auto& o) { o.claims["exp"] = kSeconds + 3601; },
       "exp is 3601 s after nbf; at most 3600"},
      {"exp 70 minutes after nbf", [](auto& o) { o.claims["exp"] = kSeconds + 4200; }, "exp is 4200 s after nbf"},
      {"exp in 2100", [](auto& o) { o.claims["exp"] = 4102444800; }, "s after nbf"},
      {"nbf absent", [](auto& o) { o.claims.erase("nbf"); }, "nbf is missing"},
      {"nbf text", [](auto& o) { o.claims["nbf"] = "now"; }, "nbf must be a number"},
      {"nbf null", [](auto& o) { o.claims["nbf"] = nullptr; }, "nbf must be a number"},
      {"nbf 8 s ahead", [](auto& o) { o.claims["nbf"] = kSeconds + 8; }, nullptr},
      {"nbf 30 s ahead", [](auto& o) { o.claims["nbf"] = kSeconds + 30; }, nullptr},
      {"nbf 31 s ahead", [](auto& o) { o.claims["nbf"] = kSeconds + 31; }, "nbf is 31 s ahead; at most 30 s"},
      {"nbf 61 s ahead", [](auto& o) { o.claims["nbf"] = kSeconds + 61; }, "nbf is 61 s ahead"},
      {"nbf 60 minutes past",
       [](auto& o) {
         o.claims["nbf"] = kSeconds - 3600;
         o.claims["exp"] = kSeconds;
       },
       nullptr},
      {"nbf a second more",
       [](auto& o) {
         o.claims["nbf"] = kSeconds - 3601;
         o.claims["exp"] = kSeconds - 1;
       },
       "nbf is 3601 s in the past; at most 3600 s"},
      {"nbf 70 minutes past", [](auto& o) { o.claims["nbf"] = kSeconds - 4200; }, "nbf is 4200 s in the past"},
      {"iat now", [](auto& o) { o.claims["iat"] = kSeconds; }, nullptr},
      {"iat 61 s ahead", [](auto& o) { o.claims["iat"] = kSeconds + 61; }, "iat is 61 s ahead"},
      {"iat text", [](auto& o) { o.claims["iat"] = "now"; }, "iat must be a number"},
      {"request_uri in it", [](auto& o) { o.claims["request_uri"] = "urn:x"; }, "request_uri must not"},
      {"request in it", [](auto& o) { o.claims["request"] = "a.b.c"; }, "request must not"},
      {"jti empty", [](auto& o) { o.claims["jti"] = ""; }, "jti must be"},
      {"jti a number", [](auto& o) { o.claims["jti"] = 1; }, "jti must be"},
      {"jti huge", [](auto& o) { o.claims["jti"] = std::string(257, 'j'); }, "jti must be"},
      {"state a number", [](auto& o) { o.claims["state"] = 1; }, "state must not be a number"},
      {"nonce null", [](auto& o) { o.claims["nonce"] = nullptr; }, "nonce must be a string"},
      {"scope an array", [](auto& o) { o.claims["scope"] = {"openid"}; }, "scope must be a string"},
      {"max_age a number", [](auto& o) { o.claims["max_age"] = 60; }, nullptr},
      {"max_age a fraction", [](auto& o) { o.claims["max_age"] = 0.5; }, "max_age must be"},
      {"max_age null", [](auto& o) { o.claims["max_age"] = nullptr; }, "max_age must be"},
      {"claims a number", [](auto& o) { o.claims["claims"] = 1; }, "claims must not be a number"},
      {"claims true", [](auto& o) { o.claims["claims"] = true; }, "claims must be"},
  };
  for (const auto& c : cases) {
    Object object;
    c.change(object);
    const auto got = verify(object);
    EXPECT_EQ(got.has_value(), c.refusal == nullptr) << c.name << ": " << (got ? "" : got.error().log_text);
    if (got || c.refusal == nullptr) continue;
    EXPECT_EQ(got.error().code, OAuthErrorCode::invalid_request_object) << c.name;
    EXPECT_NE(got.error().public_text.find(c.refusal), std::string::npos) << c.name << ": " << got.error().public_text;
  }
}

// [RFC9101-4] JSON values as JSON or as its text, numbers as numbers, what is not ours as it may be.
TEST(RequestObject, ValuesBecomeParameters) {
  Object object;
  const Value claims = {{"id_token", {{"acr", {{"essential", true}}}}}};
  object.claims["claims"] = claims;
  object.claims["authorization_details"] = R"([{"type":"x"}])";
  object.claims["max_age"] = 3600;
  object.claims["vendor"] = {{"x", 1}};
  object.claims["vendor_text"] = "y";
  const auto got = verify(object);
  ASSERT_TRUE(got.has_value()) << got.error().log_text;
  EXPECT_EQ(got->parameters.only("claims"), claims.dump());
  EXPECT_EQ(got->parameters.only("authorization_details"), R"([{"type":"x"}])");
  EXPECT_EQ(got->parameters.only("max_age"), "3600");
  EXPECT_EQ(got->parameters.count("vendor"), 0u);
  EXPECT_EQ(got->parameters.only("vendor_text"), "y");
  EXPECT_EQ(got->parameters.count("exp"), 0u);
}

TEST(RequestObject, EveryAllowedAlgorithmWorks) {
  for (const auto algorithm : {JwsAlgorithm::es256, JwsAlgorithm::ps256, JwsAlgorithm::eddsa}) {
    Object object;
    object.key = PrivateKey::generate(algorithm, "k1");
    object.header["alg"] = std::string(to_text(algorithm));
    EXPECT_TRUE(verify(object).has_value()) << to_text(algorithm);
  }
}

TEST(RequestObject, AnotherClientsKeyIsRefused) {
  const auto got = verify(Object().make(), client_of(PrivateKey::generate(JwsAlgorithm::es256, "k1")));
  ASSERT_FALSE(got.has_value());
  EXPECT_NE(got.error().public_text.find("signature"), std::string::npos);
}

TEST(RequestObject, AChangedOneIsRefused) {
  const Object object;
  const std::string text = object.make();
  const auto first = text.find('.');
  const auto second = text.rfind('.');
  Object other = object;
  other.claims["state"] = "another";
  const std::string swapped = text.substr(0, first) + other.make().substr(first, second - first) + text.substr(second);
  std::string flipped = text;
  flipped[second + 5] = flipped[second + 5] == 'A' ? 'B' : 'A';
  for (const std::string& bad : {swapped, flipped, text.substr(0, second + 1), text.substr(0, second), text + ".",
                                 text + "=", " " + text, std::string(), std::string("."), std::string("..")}) {
    EXPECT_FALSE(verify(bad, client_of(object.key)).has_value()) << bad;
  }
}

// [RFC8725-3.1] alg none in its own spelling: no signature at all.
TEST(RequestObject, AnUnsignedOneIsRefused) {
  const Object object;
  const std::string text =
      base::base64url_encode(R"({"alg":"none"})") + "." + base::base64url_encode(object.claims.dump()) + ".";
  const auto got = verify(text, client_of(object.key));
  ASSERT_FALSE(got.has_value());
  EXPECT_NE(got.error().public_text.find("no signature"), std::string::npos) << got.error().public_text;
}

// Attack 2: the public key's own bytes as an HMAC secret.
TEST(RequestObject, AnHmacWithThePublicKeyIsRefused) {
  Object object;
  object.header["alg"] = "HS256";
  const std::string input =
      base::base64url_encode(object.header.dump()) + "." + base::base64url_encode(object.claims.dump());
  for (const std::string& secret : {object.key.public_key().to_jwk(), object.key.public_key().to_spki()}) {
    const std::string text =
        input + "." + base::base64url_encode(base::crypto::hmac_sha256(base::Secret::copy_of(secret), input));
    EXPECT_FALSE(verify(text, client_of(object.key)).has_value());
  }
}

// Attack 3: encryption is no signature.
TEST(RequestObject, AnEncryptedOneIsRefusedInClearWords) {
  const auto got =
      verify(base::base64url_encode(R"({"alg":"RSA-OAEP","enc":"A128GCM"})") + ".a.b.c.d", client_of(Object().key));
  ASSERT_FALSE(got.has_value());
  EXPECT_EQ(got.error().code, OAuthErrorCode::invalid_request_object);
  EXPECT_NE(got.error().public_text.find("encrypted"), std::string::npos);
}

// Attack 26: other JWTs of the same client, of the same key.
TEST(RequestObject, OtherJwtsOfTheClientAreRefused) {
  Object assertion;
  assertion.header.erase("typ");
  assertion.claims = {{"iss", "app"}, {"sub", "app"},         {"aud", kIssuer},
                      {"jti", "j"},   {"exp", kSeconds + 60}, {"nbf", kSeconds}};
  EXPECT_FALSE(verify(assertion).has_value()) << "a client assertion";
  assertion.claims["client_id"] = "app";
  EXPECT_FALSE(verify(assertion).has_value()) << "a client assertion with a client_id";
  Object proof;
  proof.header = {{"typ", "dpop+jwt"}, {"alg", "ES256"}, {"jwk", Value::parse(proof.key.public_key().to_jwk())}};
  proof.claims = {{"jti", "j"}, {"htm", "POST"}, {"htu", "https://localhost:8443/par"}, {"iat", kSeconds}};
  EXPECT_FALSE(verify(proof).has_value()) << "a DPoP proof";
}

// Attacks 22 and 25.
TEST(RequestObject, OnlyStrictJsonIsRead) {
  const Object object;
  const auto refused = [&](const std::string& claims) {
    return !verify(base::crypto::sign_compact_raw(object.header.dump(), claims, object.key), client_of(object.key))
                .has_value();
  };
  const std::string good = object.claims.dump();
  const std::string body = good.substr(0, good.size() - 1);
  EXPECT_FALSE(refused(good));
  EXPECT_TRUE(refused(body + R"(,"aud":"https://localhost:8443"})")) << "a member twice";
  EXPECT_TRUE(refused(body + R"(,"claims":{"id_token":{},"id_token":{}}})")) << "a member twice, deeper";
  EXPECT_TRUE(refused(body + R"(,"x":)" + std::string(10'000, '[') + std::string(10'000, ']') + "}")) << "10k deep";
  EXPECT_TRUE(refused(body + R"(,"x":)" + std::string(20, '[') + std::string(20, ']') + "}")) << "20 deep";
  EXPECT_TRUE(refused(body + ",\"state2\":\"\xff\"}")) << "not UTF-8";
  EXPECT_TRUE(refused(body + R"(,"x":"\u0000"})")) << "NUL";
  EXPECT_TRUE(refused(good + "x")) << "bytes after the value";
  EXPECT_TRUE(refused("[" + good + "]")) << "no object";
  EXPECT_TRUE(refused(R"("text")"));
  EXPECT_TRUE(refused(body + R"(,"x":")" + std::string(30'000, 'x') + "\"}")) << "too large";
}

TEST(RequestObject, ADuplicateHeaderMemberIsRefused) {
  const Object object;
  EXPECT_FALSE(verify(base::crypto::sign_compact_raw(R"({"alg":"ES256","alg":"ES256","kid":"k1"})",
                                                     object.claims.dump(), object.key),
                      client_of(object.key))
                   .has_value());
}

}  // namespace
}  // namespace oauth
