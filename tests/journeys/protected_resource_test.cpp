// What a resource says of itself (RFC 9728), and what it may demand of the customer's authentication (RFC 9470).
#include <gtest/gtest.h>

#include "tests/journeys/support/journey.h"

namespace journeys {
namespace {

using namespace std::chrono_literals;

TEST(ProtectedResource, EachListenerDescribesItself) {
  Gateway gateway;
  for (const std::string base : {kIssuer, kMtlsBase}) {
    const Answer document = gateway.send("GET", base + "/.well-known/oauth-protected-resource");
    ASSERT_EQ(document.status, 200);
    EXPECT_EQ(document.header("Content-Type"), "application/json");
    EXPECT_EQ(document.at("/resource"), base);
    EXPECT_EQ(document.at("/authorization_servers"), "[\"" + std::string(kIssuer) + "\"]");
    EXPECT_EQ(document.at("/bearer_methods_supported"), R"(["header"])");
    EXPECT_EQ(document.at("/dpop_bound_access_tokens_required"), base == kIssuer ? "true" : "");
    EXPECT_EQ(document.at("/tls_client_certificate_bound_access_tokens"), base == kMtlsBase ? "true" : "");
    EXPECT_NE(document.at("/scopes_supported").find("accounts"), std::string::npos);
    EXPECT_EQ(document.at("/scopes_supported").find("openid"), std::string::npos);
    EXPECT_NE(document.at("/dpop_signing_alg_values_supported").find("ES256"), std::string::npos);
    EXPECT_NE(document.at("/authorization_details_types_supported").find("urn:aldgate:consent"), std::string::npos);
  }
  EXPECT_EQ(gateway.send("GET", std::string(kOperationsBase) + "/.well-known/oauth-protected-resource").status, 404);
  EXPECT_EQ(gateway.send("POST", "/.well-known/oauth-protected-resource").status, 405);
}

// [RFC9728-5.1]
TEST(ProtectedResource, EveryUnauthorizedAnswerLeadsToTheMetadata) {
  Gateway gateway;
  Tpp tpp(gateway);
  const std::string good = tpp.client_token("test");
  const std::string url = std::string(kIssuer) + "/sandbox/resource";
  const std::string bad_proof = tpp.proof({.method = "POST", .url = url, .token = good});
  for (const base::http::Headers& headers :
       {base::http::Headers{}, base::http::Headers{{"Authorization", "DPoP nonsense"}},
        base::http::Headers{{"Authorization", "DPoP " + good}},
        base::http::Headers{{"Authorization", "Bearer " + good}},
        base::http::Headers{{"Authorization", "DPoP " + good}, {"DPoP", bad_proof}}}) {
    const Answer refused = gateway.send("GET", url, headers);
    EXPECT_EQ(refused.status, 401);
    EXPECT_NE(refused.header("WWW-Authenticate")
                  .find("resource_metadata=\"" + std::string(kIssuer) + "/.well-known/oauth-protected-resource\""),
              std::string::npos)
        << refused.header("WWW-Authenticate");
  }
  const Answer mtls = gateway.send("GET", std::string(kMtlsBase) + "/open-banking/v4.0/aisp/accounts");
  EXPECT_EQ(mtls.status, 401);
  EXPECT_NE(mtls.header("WWW-Authenticate")
                .find("resource_metadata=\"" + std::string(kMtlsBase) + "/.well-known/oauth-protected-resource\""),
            std::string::npos);
  const Answer spoofed = gateway.send("GET", url, {{"Host", "evil.example"}, {"X-Forwarded-Host", "evil.example"}});
  EXPECT_EQ(spoofed.header("WWW-Authenticate").find("evil"), std::string::npos);
}

// The same of a token whose ground went away after it was issued, on every surface.
TEST(ProtectedResource, ATokenWhoseConsentEndedIsChallengedWithTheMetadataToo) {
  Gateway gateway;
  Tpp tpp(gateway);
  Customer alice(gateway);
  const Authorised done = walk(tpp, alice);
  gateway.advance_business("P91D");  // the consent's own end, which no sweep has told the grant of yet
  for (const std::string path : {"/open-banking/v4.0/aisp/accounts", "/userinfo"}) {
    const Answer refused = tpp.resource("GET", path, done.tokens.access);
    EXPECT_EQ(refused.status, 401) << path << refused.body;
    const std::string challenge = refused.header("WWW-Authenticate");
    EXPECT_TRUE(challenge.starts_with("DPoP error=\"invalid_token\"")) << path << challenge;
    EXPECT_NE(challenge.find("resource_metadata=\"" + std::string(kIssuer) + "/.well-known/oauth-protected-resource\""),
              std::string::npos)
        << path << challenge;
    EXPECT_NE(challenge.find("algs="), std::string::npos);
    EXPECT_EQ(refused.header("Cache-Control"), "no-store");
  }
}

struct Stage {
  Gateway gateway;
  Tpp tpp{gateway};
  Customer alice{gateway};
  std::string token;

  Stage() {
    const Pushed pushed = tpp.push_form({{"scope", "openid test"}}, {});
    alice.open(pushed.url);
    alice.sign_in();
    alice.press("allow");
    token = tpp.redeem(Callback(alice.take_callback()).code, pushed).access;
  }
  Answer demand(const std::string& query) { return tpp.resource("GET", "/sandbox/resource" + query, token); }
};

// [RFC9470-3]
TEST(ProtectedResource, DemandsAFreshAuthenticationAndSaysHowFresh) {
  Stage stage;
  EXPECT_EQ(stage.demand("").status, 200);
  EXPECT_EQ(stage.demand("?max_age=60").status, 200);
  stage.gateway.clock().advance(120s);
  EXPECT_EQ(stage.demand("?max_age=300").status, 200);
  const Answer refused = stage.demand("?max_age=60");
  EXPECT_EQ(refused.status, 401);
  const std::string challenge = refused.header("WWW-Authenticate");
  EXPECT_TRUE(challenge.starts_with("DPoP error=\"insufficient_user_authentication\"")) << challenge;
  EXPECT_NE(challenge.find("max_age=\"60\""), std::string::npos) << challenge;
  EXPECT_EQ(challenge.find("acr_values"), std::string::npos);
  EXPECT_NE(challenge.find("resource_metadata="), std::string::npos);
  EXPECT_EQ(refused.header("Cache-Control"), "no-store");
  EXPECT_EQ(stage.demand("").status, 200) << "the token itself is good";
}

TEST(ProtectedResource, DemandsAnAuthenticationLevelAndNamesIt) {
  Stage stage;
  EXPECT_EQ(stage.demand("?acr_values=urn%3Aopenbanking%3Apsd2%3Asca").status, 200);
  EXPECT_EQ(stage.demand("?acr_values=level-4%20urn%3Aopenbanking%3Apsd2%3Asca").status, 200);
  const Answer refused = stage.demand("?acr_values=level-4%20level-5&max_age=60");
  EXPECT_EQ(refused.status, 401);
  const std::string challenge = refused.header("WWW-Authenticate");
  EXPECT_NE(challenge.find("acr_values=\"level-4 level-5\""), std::string::npos) << challenge;
  EXPECT_NE(challenge.find("max_age=\"60\""), std::string::npos) << challenge;
}

TEST(ProtectedResource, AClientsOwnTokenHasNoAuthenticationToOffer) {
  Stage stage;
  stage.token = stage.tpp.client_token("test");
  EXPECT_EQ(stage.demand("").status, 200);
  EXPECT_EQ(stage.demand("?max_age=999999999").status, 401);
  EXPECT_EQ(stage.demand("?acr_values=urn%3Aopenbanking%3Apsd2%3Asca").status, 401);
}

TEST(ProtectedResource, ADemandThatIsNoneIsRefused) {
  Stage stage;
  for (const char* query : {"?max_age=-1", "?max_age=", "?max_age=1.5", "?max_age=9999999999", "?max_age=1&max_age=2",
                            "?acr_values=", "?acr_values=%22", "?acr_values=a%0d%0ab", "?max_age=%ff"}) {
    EXPECT_EQ(stage.demand(query).status, 400) << query;
  }
}

}  // namespace
}  // namespace journeys
