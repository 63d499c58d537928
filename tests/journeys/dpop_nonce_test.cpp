// Server nonces as a client's policy (RFC 9449 sections 8 and 9), with a memory of proofs that would need none.
#include <gtest/gtest.h>

#include "tests/journeys/support/journey.h"

namespace journeys {
namespace {

using namespace std::chrono_literals;

const Form kForm{{"grant_type", "client_credentials"}, {"scope", "test"}};
constexpr const char* kResource = "/sandbox/resource";

struct Stage {
  Gateway gateway;
  Tpp tpp{gateway};

  Stage() {
    gateway.sql("UPDATE oauth.client SET require_dpop_nonce = true WHERE client_id = '" + tpp.id() + "'");
    gateway.clock().advance(1h);  // Redis started long ago
  }
  Answer post(const Tpp& who, const std::string& path, const Form& form, const std::string& nonce) {
    return who.post(path, who.authenticated(form),
                    {{"DPoP", who.proof({.method = "POST", .url = kIssuer + path, .token = "", .nonce = nonce})}});
  }
  Answer token(const std::string& nonce) { return post(tpp, "/token", kForm, nonce); }
  Answer resource(const std::string& access, const std::string& nonce) {
    const std::string url = std::string(kIssuer) + kResource;
    return gateway.send("GET", url,
                        {{"Authorization", "DPoP " + access},
                         {"DPoP", tpp.proof({.method = "GET", .url = url, .token = access, .nonce = nonce})}});
  }
};

// [RFC9449-8]
TEST(DpopNonce, AClientOfThatPolicyNeedsOneEverywhereAndOthersDoNot) {
  Stage s;
  const Answer asked = s.token("");
  EXPECT_EQ(asked.status, 400);
  EXPECT_EQ(asked.error(), "use_dpop_nonce");
  const std::string nonce = asked.header("DPoP-Nonce");
  ASSERT_NE(nonce, "");
  EXPECT_EQ(s.token("AAAA").error(), "use_dpop_nonce");
  const Answer token = s.token(nonce);
  ASSERT_EQ(token.status, 200) << token.body;
  EXPECT_EQ(token.header("DPoP-Nonce"), "") << "the old one is good for long";

  const Form pushed{{"response_type", "code"}};
  EXPECT_EQ(s.post(s.tpp, "/par", pushed, "").error(), "invalid_request") << "checks of the request come first";
  const Form whole{{"response_type", "code"},
                   {"redirect_uri", kRedirect},
                   {"scope", "openid test"},
                   {"code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"},
                   {"code_challenge_method", "S256"}};
  const Answer par = s.post(s.tpp, "/par", whole, "");
  EXPECT_EQ(par.status, 400);
  EXPECT_EQ(par.error(), "use_dpop_nonce");
  EXPECT_EQ(s.post(s.tpp, "/par", whole, par.header("DPoP-Nonce")).status, 201);

  // [RFC9449-9] "401 … with … use_dpop_nonce"
  const std::string access = token.at("/access_token");
  const Answer refused = s.resource(access, "");
  EXPECT_EQ(refused.status, 401);
  EXPECT_NE(refused.header("WWW-Authenticate").find("error=\"use_dpop_nonce\""), std::string::npos);
  ASSERT_NE(refused.header("DPoP-Nonce"), "");
  EXPECT_EQ(s.resource(access, refused.header("DPoP-Nonce")).status, 200);

  Tpp other(s.gateway);
  EXPECT_EQ(s.post(other, "/token", kForm, "").status, 200);
}

// [RFC9449-8.2]
TEST(DpopNonce, TheNextOneComesBeforeTheOldOneEnds) {
  Stage s;
  const std::string first = s.token("").header("DPoP-Nonce");
  ASSERT_EQ(s.token(first).status, 200);
  s.gateway.clock().advance(151s);
  const Answer token = s.token(first);
  ASSERT_EQ(token.status, 200);
  const std::string second = token.header("DPoP-Nonce");
  ASSERT_NE(second, "");
  EXPECT_NE(second, first);
  const std::string access = token.at("/access_token");
  const Answer resource = s.resource(access, first);
  EXPECT_EQ(resource.status, 200);
  EXPECT_NE(resource.header("DPoP-Nonce"), "");
  EXPECT_EQ(s.resource(access, second).header("DPoP-Nonce"), "");

  s.gateway.clock().advance(150s);
  EXPECT_EQ(s.token(first).error(), "use_dpop_nonce") << "301 s old";
  EXPECT_EQ(s.resource(access, first).status, 401);
  EXPECT_EQ(s.resource(access, second).status, 200);
}

// A request that is refused for another reason burns no proof, and a proof is good for one request only.
TEST(DpopNonce, AProofWithItsNonceIsUsedOnce) {
  Stage s;
  const std::string nonce = s.token("").header("DPoP-Nonce");
  const std::string proof =
      s.tpp.proof({.method = "POST", .url = std::string(kIssuer) + "/token", .token = "", .nonce = nonce});
  const auto send = [&] { return s.tpp.post("/token", s.tpp.authenticated(kForm), {{"DPoP", proof}}); };
  EXPECT_EQ(send().status, 200);
  EXPECT_EQ(send().error(), "invalid_dpop_proof");
}

}  // namespace
}  // namespace journeys
