#include "oauth/tokens/authorization_response.h"

#include <gtest/gtest.h>

#include "base/crypto/jws.h"
#include "base/json/strict.h"

namespace oauth {
namespace {

using base::crypto::JwsAlgorithm;
using base::crypto::PrivateKey;
using base::http::Parameters;
using base::json::Value;

const base::Instant kNow{std::chrono::seconds(1'780'000'000)};
const std::string kIssuer = "https://localhost:8443";

struct AuthorizationResponses : testing::Test {
  AuthorizationResponses() {
    request.client = base::ClientId("app");
    request.redirect_uri = "https://tpp.example/callback";
    request.state = "a state\r\nwith \"<&>\"";
  }
  AuthorizationResponse code() const { return code_response(tools, request, "the-code"); }
  AuthorizationResponse denied(const std::string& description = "") const {
    return error_response(tools, request, "access_denied", description);
  }
  static Parameters query_of(const std::string& url) {
    return *Parameters::parse(std::string_view(url).substr(url.find('?') + 1));
  }
  // Verified, as a client does.
  Value claims_of(const std::string& text) const {
    const auto jws = base::crypto::parse_compact(text);
    EXPECT_TRUE(jws.has_value() && base::crypto::verify(*jws, key.public_key()).has_value());
    EXPECT_EQ(jws->header.kid, "k1");
    EXPECT_EQ(jws->header.typ, "JWT");
    return Value::parse(jws->payload);
  }

  PrivateKey key = PrivateKey::generate(JwsAlgorithm::es256, "k1");
  ResponseTools tools{kIssuer,
                      std::make_shared<KeySnapshot>(std::vector<RingKey>{
                          {{"k1", kNow, kNow, std::nullopt, std::nullopt}, key.public_key(), key}}),
                      kFapi2, kNow};
  PushedRequest request;
};

// [RFC6749-4.1.2] [RFC9207-2]
TEST_F(AuthorizationResponses, ArePlainParametersInTheQuery) {
  const auto response = code();
  EXPECT_FALSE(response.response.has_value());
  const auto query = query_of(response.url);
  EXPECT_EQ(query.list().size(), 3u);
  EXPECT_EQ(query.only("code"), "the-code");
  EXPECT_EQ(query.only("state"), *request.state);
  EXPECT_EQ(query.only("iss"), kIssuer);
}

// Attack 42: a line end never gets into a Location.
TEST_F(AuthorizationResponses, EncodeWhatTheClientSent) {
  EXPECT_EQ(code().url.find_first_of("\r\n\"<> "), std::string::npos);
  EXPECT_EQ(query_of(denied("a \"quoted\" \n text").url).only("error_description"), "a 'quoted' ? text");
}

TEST_F(AuthorizationResponses, KeepTheRedirectUrisOwnQuery) {
  request.redirect_uri += "?dummy1=lorem&dummy2=ipsum";
  for (const auto mode : {ResponseMode::query, ResponseMode::query_jwt}) {
    request.response_mode = mode;
    EXPECT_TRUE(code().url.starts_with(request.redirect_uri + "&"));
  }
  request.response_mode = ResponseMode::form_post_jwt;
  EXPECT_EQ(code().url, request.redirect_uri);
}

// [JARM-2.1] [RFC9207-2.4] [FAPI2-MS-FINAL-5.4.1-1]: one parameter, everything else in the JWT.
TEST_F(AuthorizationResponses, AreOneSignedJwtInTheQuery) {
  request.response_mode = ResponseMode::query_jwt;
  const auto response = code();
  EXPECT_FALSE(response.response.has_value());
  const auto query = query_of(response.url);
  ASSERT_EQ(query.list().size(), 1u);
  const Value claims = claims_of(std::string(*query.only("response")));
  EXPECT_EQ(claims.size(), 5u);
  EXPECT_EQ(claims["iss"], kIssuer);
  EXPECT_EQ(claims["aud"], "app");
  EXPECT_EQ(claims["code"], "the-code");
  EXPECT_EQ(claims["state"], *request.state);
  const auto life = claims["exp"].get<std::int64_t>() - 1'780'000'000;
  EXPECT_GT(life, 10);
  EXPECT_LE(life, 600);
}

TEST_F(AuthorizationResponses, AreOneSignedJwtInAForm) {
  request.response_mode = ResponseMode::form_post_jwt;
  const auto response = denied("no");
  EXPECT_EQ(response.url, request.redirect_uri);
  const Value claims = claims_of(response.response.value());
  EXPECT_EQ(claims.size(), 6u);
  EXPECT_EQ(claims["error"], "access_denied");
  EXPECT_EQ(claims["error_description"], "no");
  EXPECT_EQ(claims["state"], *request.state);
  EXPECT_FALSE(claims.contains("code"));
}

TEST_F(AuthorizationResponses, HaveNoStateWhenNoneWasSent) {
  request.state.reset();
  EXPECT_EQ(query_of(code().url).count("state"), 0u);
  request.response_mode = ResponseMode::form_post_jwt;
  EXPECT_FALSE(claims_of(denied().response.value()).contains("state"));
}

TEST_F(AuthorizationResponses, APlainOneNeedsNoKey) {
  tools.keys = nullptr;
  EXPECT_EQ(query_of(denied().url).only("error"), "access_denied");
}

TEST(ResponseModes, AreKnownByTheirNames) {
  EXPECT_EQ(response_mode_from_text("jwt"), ResponseMode::query_jwt);
  for (const auto mode : {ResponseMode::query, ResponseMode::query_jwt, ResponseMode::form_post_jwt}) {
    EXPECT_EQ(response_mode_from_text(to_text(mode)), mode);
  }
  for (const char* text : {"", "fragment", "fragment.jwt", "form_post", "Query", "query.jwt "}) {
    EXPECT_FALSE(response_mode_from_text(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace oauth
