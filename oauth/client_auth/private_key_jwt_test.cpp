#include "oauth/client_auth/private_key_jwt.h"

#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "base/crypto/hash.h"
#include "base/encoding.h"
#include "base/json/strict.h"
#include "tests/support/fake_jwks.h"
#include "tests/support/fakes.h"

namespace oauth {
namespace {

using base::crypto::JwsAlgorithm;
using base::crypto::PrivateKey;
using base::json::Value;

const base::Instant kNow{std::chrono::seconds(1'780'000'000)};
constexpr const char* kIssuer = "https://localhost:8443";

std::int64_t now_seconds() { return 1'780'000'000; }

struct Assertion {
  PrivateKey key = PrivateKey::generate(JwsAlgorithm::es256, "k1");
  Value header = {{"typ", "JWT"}, {"alg", "ES256"}, {"kid", "k1"}};
  Value claims = {{"iss", "demo-dpop"}, {"sub", "demo-dpop"},        {"aud", kIssuer},
                  {"jti", "a-jti"},     {"exp", now_seconds() + 60}, {"iat", now_seconds()}};
  std::string make() const { return base::crypto::sign_compact_raw(header.dump(), claims.dump(), key); }
};

ClientKey registered(const PrivateKey& key) {
  ClientKey out;
  out.kid = key.kid();
  out.jwk = key.public_key().to_jwk();
  out.thumbprint = key.public_key().thumbprint();
  return out;
}

Client client_with(std::vector<ClientKey> keys) {
  Client client;
  client.id = base::ClientId("demo-dpop");
  client.keys = std::move(keys);
  return client;
}

base::Result<AssertionUse, OAuthError> verify(const std::string& text, const Client& client) {
  tests::FakeJwks nobody;
  tests::FakeMonotonicClock monotonic;
  ClientKeys keys(nobody, monotonic);
  base::Caller caller;
  caller.now = {kNow, kNow};
  TRY(const ReadAssertion read, read_assertion(text));
  return verify_assertion(read, client, kIssuer, caller, keys);
}

base::Result<AssertionUse, OAuthError> verify(const Assertion& assertion) {
  return verify(assertion.make(), client_with({registered(assertion.key)}));
}

TEST(PrivateKeyJwt, AGoodAssertionNamesItsKeyAndItsRecord) {
  const auto use = verify(Assertion());
  ASSERT_TRUE(use.has_value()) << use.error().log_text;
  EXPECT_EQ(use->kid, "k1");
  EXPECT_EQ(use->jti_hash, base::crypto::sha256("a-jti"));
  // Attack 20: the record outlives exp and skew.
  EXPECT_GT(use->expires_at, kNow + std::chrono::seconds(60) + kFapi2.past_skew);
  EXPECT_TRUE(use->mark_key_used);
}

struct Case {
  const char* name;
  std::function<void(Assertion&)> change;
  bool good;
};

// [RFC7523-3-2] [RFC7523-3-4] [RFC7523-3-5] [RFC7523-3-6] [RFC7523-3-7] [RFC7523-3-9] [RFC8725-3.11] [RFC7515-4.1.3]
// [FAPI2-SP-FINAL-5.3.2.1-8] [FAPI2-SP-FINAL-5.3.2.1-13] [FAPI2-SP-FINAL-5.4.1-1]: RFC 7523 section 3, FAPI 2.0
// section 5.3.2.1 items 8 and 13; attacks 1, 2, 24, 25, 26, 40.
TEST(PrivateKeyJwt, EachCheckRefusesWhatIsOneStepOff) {
  const Case cases[] = {
      {"typ absent", [](auto& a) { a.header.erase("typ"); }, true},
      {"typ client-authentication+jwt", [](auto& a) { a.header["typ"] = "client-authentication+jwt"; }, true},
      {"typ dpop+jwt", [](auto& a) { a.header["typ"] = "dpop+jwt"; }, false},
      {"typ at+jwt", [](auto& a) { a.header["typ"] = "at+jwt"; }, false},
      {"typ oauth-authz-req+jwt", [](auto& a) { a.header["typ"] = "oauth-authz-req+jwt"; }, false},
      {"alg RS256", [](auto& a) { a.header["alg"] = "RS256"; }, false},
      {"alg none", [](auto& a) { a.header["alg"] = "none"; }, false},
      {"alg HS256", [](auto& a) { a.header["alg"] = "HS256"; }, false},
      {"kid unknown", [](auto& a) { a.header["kid"] = "k2"; }, false},
      {"kid a path", [](auto& a) { a.header["kid"] = "../../../dev/null"; }, false},
      {"kid SQL", [](auto& a) { a.header["kid"] = "k1' OR '1'='1"; }, false},
      {"kid absent, one key", [](auto& a) { a.header.erase("kid"); }, true},
      {"embedded jwk", [](auto& a) { a.header["jwk"] = Value::parse(a.key.public_key().to_jwk()); }, false},
      {"jku", [](auto& a) { a.header["jku"] = "https://evil.example/jwks"; }, false},
      {"x5u", [](auto& a) { a.header["x5u"] = "https://evil.example/x"; }, false},
      {"crit", [](auto& a) { a.header["crit"] = {"exp"}; }, false},
      {"b64 false", [](auto& a) { a.header["b64"] = false; }, false},
      {"iss absent", [](auto& a) { a.claims.erase("iss"); }, false},
      {"iss another", [](auto& a) { a.claims["iss"] = "demo-mtls"; }, false},
      {"sub absent", [](auto& a) { a.claims.erase("sub"); }, false},
      {"sub another", [](auto& a) { a.claims["sub"] = "demo-mtls"; }, false},
      {"iss and sub another", [](auto& a) { a.claims["iss"] = a.claims["sub"] = "demo-mtls"; }, false},
      {"aud absent", [](auto& a) { a.claims.erase("aud"); }, false},
      {"aud another server", [](auto& a) { a.claims["aud"] = "https://other.example"; }, false},
      {"aud with a slash", [](auto& a) { a.claims["aud"] = "https://localhost:8443/"; }, false},
      {"aud the token endpoint", [](auto& a) { a.claims["aud"] = "https://localhost:8443/token"; }, false},
      {"aud the PAR endpoint", [](auto& a) { a.claims["aud"] = "https://localhost:8443/par"; }, false},
      {"aud an array of the issuer", [](auto& a) { a.claims["aud"] = {kIssuer}; }, false},
      {"aud empty", [](auto& a) { a.claims["aud"] = ""; }, false},
      {"aud an empty array", [](auto& a) { a.claims["aud"] = Value::array(); }, false},
      {"aud in other case", [](auto& a) { a.claims["aud"] = "https://LOCALHOST:8443"; }, false},
      {"aud the mTLS base", [](auto& a) { a.claims["aud"] = "https://localhost:8444"; }, false},
      {"aud issuer and evil",
       [](auto& a) {
         a.claims["aud"] = {kIssuer, "https://evil.example"};
       },
       false},
      {"jti absent", [](auto& a) { a.claims.erase("jti"); }, false},
      {"jti empty", [](auto& a) { a.claims["jti"] = ""; }, false},
      {"jti huge", [](auto& a) { a.claims["jti"] = std::string(257, 'x'); }, false},
      {"exp absent", [](auto& a) { a.claims.erase("exp"); }, false},
      {"exp text", [](auto& a) { a.claims["exp"] = "1780000060"; }, false},
      {"exp negative", [](auto& a) { a.claims["exp"] = -1; }, false},
      {"exp huge", [](auto& a) { a.claims["exp"] = 1e300; }, false},
      {"exp a year ahead", [](auto& a) { a.claims["exp"] = now_seconds() + 31'536'000; }, false},
      {"exp in 2038", [](auto& a) { a.claims["exp"] = 2'147'483'648; }, false},
      {"exp after 9999", [](auto& a) { a.claims["exp"] = 253'402'300'800; }, false},
      {"exp beyond 64 bits", [](auto& a) { a.claims["exp"] = 1e20; }, false},
      {"exp with a fraction", [](auto& a) { a.claims["exp"] = 1'780'000'060.25; }, true},
      {"exp null", [](auto& a) { a.claims["exp"] = nullptr; }, false},
      {"exp true", [](auto& a) { a.claims["exp"] = true; }, false},
      {"exp an array", [](auto& a) { a.claims["exp"] = {now_seconds() + 60}; }, false},
      {"exp now", [](auto& a) { a.claims["exp"] = now_seconds(); }, true},
      {"exp 1 s past", [](auto& a) { a.claims["exp"] = now_seconds() - 1; }, true},
      {"exp 11 s past", [](auto& a) { a.claims["exp"] = now_seconds() - 11; }, false},
      {"exp 9 s past", [](auto& a) { a.claims["exp"] = now_seconds() - 9; }, true},
      {"exp 10 s past", [](auto& a) { a.claims["exp"] = now_seconds() - 10; }, false},
      {"exp 5 minutes past", [](auto& a) { a.claims["exp"] = now_seconds() - 300; }, false},
      {"exp 10 minutes ahead", [](auto& a) { a.claims["exp"] = now_seconds() + 600; }, true},
      {"exp a day ahead", [](auto& a) { a.claims["exp"] = now_seconds() + 86400; }, false},
      {"iat absent", [](auto& a) { a.claims.erase("iat"); }, true},
      {"iat 8 s ahead", [](auto& a) { a.claims["iat"] = now_seconds() + 8; }, true},
      {"iat 10 s ahead", [](auto& a) { a.claims["iat"] = now_seconds() + 10; }, true},
      {"iat 11 s ahead", [](auto& a) { a.claims["iat"] = now_seconds() + 11; }, true},
      {"iat 30 s ahead", [](auto& a) { a.claims["iat"] = now_seconds() + 30; }, true},
      {"iat 59 s ahead", [](auto& a) { a.claims["iat"] = now_seconds() + 59; }, false},
      {"iat 60 s ahead", [](auto& a) { a.claims["iat"] = now_seconds() + 60; }, false},
      {"iat in 2038", [](auto& a) { a.claims["iat"] = 2'147'483'648; }, false},
      {"iat negative", [](auto& a) { a.claims["iat"] = -1; }, false},
      {"iat huge", [](auto& a) { a.claims["iat"] = 1e300; }, false},
      {"iat text", [](auto& a) { a.claims["iat"] = "1780000000"; }, false},
      {"iat with a fraction", [](auto& a) { a.claims["iat"] = 1'780'000'000.5; }, true},
      {"iat of 1970", [](auto& a) { a.claims["iat"] = 0; }, true},
      {"iat 31 s ahead", [](auto& a) { a.claims["iat"] = now_seconds() + 31; }, false},
      {"iat 61 s ahead", [](auto& a) { a.claims["iat"] = now_seconds() + 61; }, false},
      {"nbf 8 s ahead", [](auto& a) { a.claims["nbf"] = now_seconds() + 8; }, true},
      {"nbf 10 s ahead", [](auto& a) { a.claims["nbf"] = now_seconds() + 10; }, true},
      {"nbf 11 s ahead", [](auto& a) { a.claims["nbf"] = now_seconds() + 11; }, true},
      {"nbf 30 s ahead", [](auto& a) { a.claims["nbf"] = now_seconds() + 30; }, true},
      {"nbf 31 s ahead", [](auto& a) { a.claims["nbf"] = now_seconds() + 31; }, false},
      {"nbf 59 s ahead", [](auto& a) { a.claims["nbf"] = now_seconds() + 59; }, false},
      {"nbf 60 s ahead", [](auto& a) { a.claims["nbf"] = now_seconds() + 60; }, false},
      {"nbf negative", [](auto& a) { a.claims["nbf"] = -1; }, false},
      {"nbf huge", [](auto& a) { a.claims["nbf"] = 1e300; }, false},
      {"nbf past", [](auto& a) { a.claims["nbf"] = now_seconds() - 86400; }, true},
      {"nbf 61 s ahead", [](auto& a) { a.claims["nbf"] = now_seconds() + 61; }, false},
      {"nbf text", [](auto& a) { a.claims["nbf"] = "now"; }, false},
  };
  for (const auto& c : cases) {
    Assertion assertion;
    c.change(assertion);
    const auto got = verify(assertion);
    EXPECT_EQ(got.has_value(), c.good) << c.name << ": " << (got ? "" : got.error().log_text);
    if (!got) {
      EXPECT_EQ(got.error().code, OAuthErrorCode::invalid_client) << c.name;
    }
  }
}

// A developer can see which clock is wrong, and by how much.
TEST(PrivateKeyJwt, AWrongDateIsToldWithItsSeconds) {
  const auto told = [](const char* claim, std::int64_t at) {
    Assertion assertion;
    assertion.claims[claim] = at;
    const auto got = verify(assertion);
    return got ? "" : got.error().public_text;
  };
  EXPECT_EQ(told("exp", now_seconds() - 75),
            "client_assertion exp is 75 s in the past; less than 10 s is accepted (server time 2026-05-28T20:26:40Z)");
  EXPECT_EQ(told("exp", now_seconds() + 631),
            "client_assertion exp is 631 s ahead; at most 630 s are accepted (server time 2026-05-28T20:26:40Z)");
  EXPECT_EQ(told("nbf", now_seconds() + 31),
            "client_assertion nbf is 31 s ahead; at most 30 s are accepted (server time 2026-05-28T20:26:40Z)");
  EXPECT_EQ(told("iat", now_seconds() + 3600),
            "client_assertion iat is 3600 s ahead; at most 30 s are accepted (server time 2026-05-28T20:26:40Z)");
}

// Attacks 5, 20: whatever its dates and whenever it comes, an assertion that is accepted leaves a record that lives
// longer than it could be accepted again.
TEST(PrivateKeyJwt, TheRecordOutlivesEveryInstantOfAcceptance) {
  std::mt19937_64 random(20);
  const auto between = [&](std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
  };
  tests::FakeJwks nobody;
  tests::FakeMonotonicClock monotonic;
  ClientKeys keys(nobody, monotonic);
  Assertion assertion;
  const Client client = client_with({registered(assertion.key)});
  int accepted = 0;
  for (int round = 0; round < 300; ++round) {
    assertion.claims["iat"] = now_seconds() + between(-700, 40);
    if (round % 3 == 0) {
      assertion.claims["exp"] = static_cast<double>(now_seconds()) + static_cast<double>(between(-100, 6400)) / 10;
    } else {
      assertion.claims["exp"] = now_seconds() + between(-20, 640);
    }
    const auto read = read_assertion(assertion.make());
    ASSERT_TRUE(read.has_value());
    const auto at = [&](base::Instant now) {
      base::Caller caller;
      caller.now = {now, now};
      return verify_assertion(*read, client, kIssuer, caller, keys);
    };
    const auto first = at(kNow + std::chrono::microseconds(between(-5'000'000, 5'000'000)));
    if (!first) continue;
    ++accepted;
    // At the record's end, when it may be deleted, and at any moment after it.
    for (const std::int64_t later :
         {std::int64_t{0}, std::int64_t{1}, between(0, 1'000'000), between(0, 10'000'000'000)}) {
      EXPECT_FALSE(at(first->expires_at + std::chrono::microseconds(later)).has_value())
          << assertion.claims.dump() << " + " << later;
    }
  }
  EXPECT_GT(accepted, 100);
}

// Attack 2: the public key's own bytes as an HMAC secret.
TEST(PrivateKeyJwt, AnHmacWithThePublicKeyIsRefused) {
  Assertion assertion;
  assertion.header["alg"] = "HS256";
  const std::string spki = assertion.key.public_key().to_spki();
  const std::string pem = "-----BEGIN PUBLIC KEY-----\n" + base::base64_encode(spki) + "\n-----END PUBLIC KEY-----\n";
  const std::string input =
      base::base64url_encode(assertion.header.dump()) + "." + base::base64url_encode(assertion.claims.dump());
  for (const std::string& secret : {assertion.key.public_key().to_jwk(), spki, pem}) {
    const std::string text =
        input + "." + base::base64url_encode(base::crypto::hmac_sha256(base::Secret::copy_of(secret), input));
    EXPECT_FALSE(verify(text, client_with({registered(assertion.key)})).has_value());
  }
}

// Attack 25.
TEST(PrivateKeyJwt, DuplicateMembersAreRefused) {
  const Assertion assertion;
  const std::string claims =
      R"({"iss":"demo-dpop","sub":"demo-dpop","aud":"https://evil.example","aud":"https://localhost:8443","jti":"j","exp":1780000060})";
  EXPECT_FALSE(verify(base::crypto::sign_compact_raw(assertion.header.dump(), claims, assertion.key),
                      client_with({registered(assertion.key)}))
                   .has_value());
}

TEST(PrivateKeyJwt, AnotherClientsKeyIsRefused) {
  Assertion assertion;
  const auto other = PrivateKey::generate(JwsAlgorithm::es256, "k1");
  const auto got = verify(assertion.make(), client_with({registered(other)}));
  ASSERT_FALSE(got.has_value());
  EXPECT_EQ(got.error().public_text, "client authentication failed");
}

TEST(PrivateKeyJwt, AClientWithoutLiveKeysIsRefused) {
  EXPECT_FALSE(verify(Assertion().make(), client_with({})).has_value());
}

// Rotation: both keys work while both are live; without a kid the two are ambiguous.
TEST(PrivateKeyJwt, SeveralLiveKeysWork) {
  Assertion first;
  Assertion second;
  second.key = PrivateKey::generate(JwsAlgorithm::es256, "k2");
  second.header["kid"] = "k2";
  const Client client = client_with({registered(first.key), registered(second.key)});
  EXPECT_TRUE(verify(first.make(), client).has_value());
  EXPECT_TRUE(verify(second.make(), client).has_value());
  second.header.erase("kid");
  EXPECT_FALSE(verify(second.make(), client).has_value());
}

TEST(PrivateKeyJwt, EveryAllowedAlgorithmWorks) {
  for (const auto algorithm : {JwsAlgorithm::es256, JwsAlgorithm::ps256, JwsAlgorithm::eddsa}) {
    Assertion assertion;
    assertion.key = PrivateKey::generate(algorithm, "k1");
    assertion.header["alg"] = std::string(to_text(algorithm));
    EXPECT_TRUE(verify(assertion).has_value()) << to_text(algorithm);
  }
}

}  // namespace
}  // namespace oauth
