// Handles, access tokens, ID tokens, errors: what leaves the server, and what comes back changed.
#include <gtest/gtest.h>

#include <functional>

#include "base/crypto/jws.h"
#include "base/json/strict.h"
#include "oauth/endpoints/metadata.h"
#include "oauth/oauth_error.h"
#include "oauth/tokens/access_token.h"
#include "oauth/tokens/handle.h"
#include "oauth/tokens/id_token.h"
#include "tests/support/fakes.h"

namespace oauth {
namespace {

using base::crypto::JwsAlgorithm;
using base::crypto::PrivateKey;
using base::json::Value;

const base::Instant kNow{std::chrono::seconds(1'780'000'000)};
constexpr const char* kIssuer = "https://localhost:8443";

TEST(Handle, CarriesItsBucketAndIsFoundByItsHash) {
  tests::SeededEntropy entropy;
  const Handle made = new_handle(kNow + std::chrono::milliseconds(999), entropy);
  EXPECT_EQ(made.bucket, kNow);
  const auto read = parse_handle(made.text, kNow);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->bucket, made.bucket);
  EXPECT_EQ(read->hash, made.hash);
  EXPECT_NE(new_handle(kNow, entropy).text, made.text);
}

TEST(Handle, AnotherSpellingIsNoHandle) {
  tests::SeededEntropy entropy;
  const std::string good = new_handle(kNow, entropy).text;
  std::string upper = good;
  for (std::size_t i = 0; i < upper.find('.'); ++i) upper[i] = static_cast<char>(std::toupper(upper[i]));
  for (const std::string& text :
       {std::string(), std::string("."), good.substr(1), good + "A", "0" + good, "-" + good, "+" + good,
        good.substr(good.find('.')), std::string("zz") + good.substr(good.find('.')),
        std::string("ffffffffff") + good.substr(good.find('.'))}) {
    EXPECT_FALSE(parse_handle(text, kNow).has_value()) << text;
  }
  if (upper != good) {
    EXPECT_FALSE(parse_handle(upper, kNow).has_value());
  }
  EXPECT_FALSE(parse_handle(good, kNow + std::chrono::hours(24 * 31)).has_value());
}

struct TokenFixture : testing::Test {
  PrivateKey key = PrivateKey::generate(JwsAlgorithm::es256, "k1");
  KeySnapshot keys{{RingKey{{"k1", kNow, kNow, std::nullopt, std::nullopt}, key.public_key(), key}}};
  AccessToken token = [] {
    AccessToken t;
    t.issuer = kIssuer;
    t.audience = kIssuer;
    t.jti = "j";
    t.client = base::ClientId("app");
    t.scope = "openid accounts";
    t.issued_at = kNow;
    t.expires_at = kNow + std::chrono::seconds(300);
    t.jkt = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
    t.grant = base::GrantId("0192d3a0-0000-7000-8000-000000000001");
    t.subject = "0192d3a0-0000-7000-8000-00000000a11c";
    t.consent = base::ConsentId("consent-1");
    t.auth_time = kNow;
    t.acr = "urn:openbanking:psd2:sca";
    t.authorization_details = R"([{"consent_id":"consent-1","type":"urn:aldgate:consent"}])";
    return t;
  }();
  base::Result<AccessToken, AccessTokenError> read(const std::string& text, base::Instant now = kNow) {
    return read_access_token(text, keys, kIssuer, kIssuer, now, Expiry::checked);
  }
};

// [RFC9068-2.2]
TEST_F(TokenFixture, WhatWasSignedIsRead) {
  const auto got = read(sign_access_token(token, key));
  ASSERT_TRUE(got.has_value()) << got.error().log_text;
  EXPECT_EQ(got->client, token.client);
  EXPECT_EQ(got->grant, token.grant);
  EXPECT_EQ(got->subject, token.subject);
  EXPECT_EQ(got->authorization_details, token.authorization_details);
  EXPECT_EQ(got->consent, token.consent);
  EXPECT_EQ(got->jkt, token.jkt);
  EXPECT_EQ(got->kid, "k1");
  EXPECT_EQ(base::crypto::parse_compact(sign_access_token(token, key))->header.typ, "at+jwt");
}

// [RFC9068-4] [RFC9068-2.2] [FAPI2-SP-FINAL-5.3.2.1-4] [FAPI2-SP-FINAL-6.7]; attacks 10, 18, 26, 31, 39, 40.
TEST_F(TokenFixture, EachCheckRefusesWhatIsOneStepOff) {
  const std::string good = sign_access_token(token, key);
  const Value claims = Value::parse(base::crypto::parse_compact(good)->payload);
  struct Case {
    const char* name;
    std::function<void(Value& header, Value& claims)> change;
  };
  const Case cases[] = {
      {"typ JWT", [](auto& h, auto&) { h["typ"] = "JWT"; }},
      {"typ absent", [](auto& h, auto&) { h.erase("typ"); }},
      {"kid absent", [](auto& h, auto&) { h.erase("kid"); }},
      {"kid unknown", [](auto& h, auto&) { h["kid"] = "k2"; }},
      {"alg none", [](auto& h, auto&) { h["alg"] = "none"; }},
      {"iss of another server", [](auto&, auto& c) { c["iss"] = "https://other.example"; }},
      {"aud of another resource", [](auto&, auto& c) { c["aud"] = "https://other.example"; }},
      {"aud an array", [](auto&, auto& c) { c["aud"] = Value::array({kIssuer}); }},
      {"exp absent", [](auto&, auto& c) { c.erase("exp"); }},
      {"exp now", [](auto&, auto& c) { c["exp"] = 1'780'000'000; }},
      {"exp text", [](auto&, auto& c) { c["exp"] = "1780000300"; }},
      {"iat ahead", [](auto&, auto& c) { c["iat"] = 1'780'000'006; }},
      {"jti absent", [](auto&, auto& c) { c.erase("jti"); }},
      {"client_id absent", [](auto&, auto& c) { c.erase("client_id"); }},
      {"sub absent", [](auto&, auto& c) { c.erase("sub"); }},
      {"cnf absent", [](auto&, auto& c) { c.erase("cnf"); }},
      {"cnf of both kinds", [](auto&, auto& c) { c["cnf"]["x5t#S256"] = "x"; }},
      {"cnf of another kind",
       [](auto&, auto& c) {
         c["cnf"] = {{"kid", "x"}};
       }},
      {"grant_id no UUID", [](auto&, auto& c) { c["grant_id"] = "x' OR 1=1"; }},
      {"a customer without a grant", [](auto&, auto& c) { c.erase("grant_id"); }},
  };
  for (const auto& c : cases) {
    Value header = {{"typ", "at+jwt"}, {"alg", "ES256"}, {"kid", "k1"}};
    Value changed = claims;
    c.change(header, changed);
    EXPECT_FALSE(read(base::crypto::sign_compact_raw(header.dump(), changed.dump(), key)).has_value()) << c.name;
  }
  EXPECT_FALSE(read(sign_access_token(token, PrivateKey::generate(JwsAlgorithm::es256, "k1"))).has_value());
  EXPECT_TRUE(read(good, kNow + std::chrono::seconds(299)).has_value());
  EXPECT_FALSE(read(good, kNow + std::chrono::seconds(300)).has_value());
}

TEST_F(TokenFixture, ACompromisedOrRetiredKeyVerifiesNothing) {
  const std::string good = sign_access_token(token, key);
  for (const bool compromised : {true, false}) {
    KeyDates dates{"k1", kNow, kNow, std::nullopt, std::nullopt};
    (compromised ? dates.compromised_at : dates.retires_at) = kNow;
    const KeySnapshot gone({RingKey{dates, key.public_key(), std::nullopt}});
    const auto got = read_access_token(good, gone, kIssuer, kIssuer, kNow, Expiry::checked);
    ASSERT_FALSE(got.has_value());
    EXPECT_TRUE(got.error().unknown_kid);
    EXPECT_EQ(gone.jwks(kNow), "{\"keys\":[]}");
  }
}

class NoLimits final : public base::http::AfterAuthentication {
 public:
  std::optional<base::http::Response> refuse(base::http::Call&, const base::ClientId&) override { return std::nullopt; }
};

// [RFC6749-5.2]; attack 42: nothing that could end a header or a string leaves.
TEST(OAuthErrors, AreJsonWithSafeTextAndTheirStatus) {
  EXPECT_EQ(error_description("a \"b\" \\ \r\n \xc3\xa9"), "a 'b' / ?? ??");
  base::http::Request request;
  base::observe::RequestEvent event;
  NoLimits limits;
  base::http::Call call{request, {}, {}, event, limits};
  const auto refused = to_response(oauth_error(OAuthErrorCode::invalid_client, "public", "log"), call);
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.body, R"({"error":"invalid_client","error_description":"public"})");
  EXPECT_EQ(refused.headers.only("Cache-Control"), "no-store");
  EXPECT_EQ(refused.headers.count("WWW-Authenticate"), 0u);
  EXPECT_EQ(event.error, "invalid_client");
  EXPECT_EQ(event.reason, "log");
  auto nonce = oauth_error(OAuthErrorCode::use_dpop_nonce, "nonce");
  nonce.dpop_nonce = "abc";
  const auto again = to_response(nonce, call);
  EXPECT_EQ(again.status, 400);
  EXPECT_EQ(again.headers.only("DPoP-Nonce"), "abc");
}

// [RFC8414-2] [RFC9126-5] [RFC9207-3] [RFC9449-5.1] [RFC8705-5]
TEST(Metadata, TellsWhatIsWired) {
  Settings settings;
  settings.issuer = kIssuer;
  settings.mtls_base = "https://localhost:8444";
  base::http::Request request;
  base::observe::RequestEvent event;
  NoLimits limits;
  base::http::Call call{request, {}, {}, event, limits};
  const Value document = Value::parse(MetadataEndpoint(settings, DetailTypes(settings))(call).body);
  EXPECT_EQ(document["issuer"], kIssuer);
  EXPECT_EQ(document["pushed_authorization_request_endpoint"], "https://localhost:8443/par");
  EXPECT_EQ(document["require_pushed_authorization_requests"], true);
  EXPECT_EQ(document["authorization_response_iss_parameter_supported"], true);
  EXPECT_EQ(document["response_types_supported"], Value::array({"code"}));
  EXPECT_EQ(document["code_challenge_methods_supported"], Value::array({"S256"}));
  EXPECT_EQ(document["dpop_signing_alg_values_supported"], Value::array({"PS256", "ES256", "EdDSA"}));
  EXPECT_EQ(document["mtls_endpoint_aliases"]["token_endpoint"], "https://localhost:8444/token");
  EXPECT_EQ(document["introspection_endpoint"], "https://localhost:8443/introspect");
  EXPECT_EQ(document["mtls_endpoint_aliases"]["introspection_endpoint"], "https://localhost:8444/introspect");
  EXPECT_EQ(document["introspection_endpoint_auth_methods_supported"],
            document["token_endpoint_auth_methods_supported"]);
  EXPECT_EQ(document["introspection_signing_alg_values_supported"], Value::array({"ES256"}));
  EXPECT_EQ(document["userinfo_endpoint"], "https://localhost:8443/userinfo");
  EXPECT_EQ(document["mtls_endpoint_aliases"]["userinfo_endpoint"], "https://localhost:8444/userinfo");
  EXPECT_EQ(document["userinfo_signing_alg_values_supported"], Value::array({"ES256"}));
  EXPECT_EQ(document["id_token_encryption_alg_values_supported"], Value::array({"RSA-OAEP-256", "ECDH-ES"}));
  EXPECT_EQ(document["id_token_encryption_enc_values_supported"], Value::array({"A256GCM"}));
  EXPECT_EQ(document["claims_supported"], Value::array({"sub", "acr", "auth_time", "openbanking_intent_id"}));
  EXPECT_EQ(document["subject_types_supported"], Value::array({"public", "pairwise"}));
  EXPECT_EQ(document["scopes_supported"],
            Value::array({"openid", "accounts", "payments", "fundsconfirmations", "webhooks"}));
  settings.sandbox = SandboxFeatures::yes;
  EXPECT_TRUE(
      Value::parse(MetadataEndpoint(settings, DetailTypes(settings))(call).body)["scopes_supported"].dump().find(
          "test") != std::string::npos);
}

}  // namespace
}  // namespace oauth
