// Quotas: by address before anybody is known, by client afterwards.
#include <gtest/gtest.h>

#include "tests/journeys/support/journey.h"

namespace journeys {
namespace {

using namespace std::chrono_literals;

TEST(Limits, OfAClientEndIn429WithoutABodyOnTheUkSurface) {
  Gateway gateway([](gateway::Settings& s) { s.limits.client = {4, 3600s}; });
  Tpp tpp(gateway);
  Tpp other(gateway, "Other");
  const std::string token = tpp.client_token();
  Answer answer;
  for (int i = 0; i < 12 && answer.status != 429; ++i) {
    answer = tpp.obie("GET", "/account-access-consents/0192d3a0-0000-7000-8000-000000000000", token);
    EXPECT_TRUE(answer.header("RateLimit").starts_with("\"client\";r=")) << answer.header("RateLimit");
  }
  ASSERT_EQ(answer.status, 429);
  EXPECT_EQ(answer.body, "");
  EXPECT_EQ(answer.header("RateLimit-Policy"), "\"client\";q=4;w=3600");
  EXPECT_TRUE(answer.header("RateLimit").starts_with("\"client\";r=0;t="));
  EXPECT_GE(std::stoi(answer.header("Retry-After")), 1);
  EXPECT_EQ(answer.interaction().size(), 36u);

  const Answer at_token = tpp.call("/token", {{"grant_type", "client_credentials"}, {"scope", "accounts"}});
  EXPECT_EQ(at_token.status, 429);
  EXPECT_EQ(at_token.header("Content-Type"), "application/problem+json");
  EXPECT_EQ(at_token.at("/type"), "urn:aldgate:problem:quota-exceeded");
  EXPECT_NE(at_token.header("Retry-After"), "");
  EXPECT_NE(other.client_token(), "") << "another client has its own";
}

TEST(Limits, OfAnAddressEndIn429InTheSurfacesWords) {
  Gateway gateway([](gateway::Settings& s) { s.limits.address = {3, 3600s}; });
  base::http::Peer peer = Gateway::default_peer();
  peer.address = "198.51.100.1";
  const auto until_limited = [&](const std::string& method, const std::string& path) {
    Answer answer;
    for (int i = 0; i < 6; ++i) answer = gateway.send(method, path, {}, "", peer);
    return answer;
  };
  const Answer page = until_limited("GET", "/login");
  EXPECT_EQ(page.status, 429);
  EXPECT_NE(page.body.find("id=\"error\""), std::string::npos);
  EXPECT_NE(page.header("Retry-After"), "");
  const Answer oauth = gateway.send("POST", "/token", {}, "", peer);
  EXPECT_EQ(oauth.status, 429);
  EXPECT_EQ(oauth.header("Content-Type"), "application/problem+json");
  EXPECT_EQ(oauth.header("RateLimit-Policy"), "\"address\";q=3;w=3600");
  const Answer obie = gateway.send("GET", "/open-banking/v4.0/aisp/accounts", {}, "", peer);
  EXPECT_EQ(obie.status, 429);
  EXPECT_EQ(obie.body, "");
  EXPECT_EQ(gateway.send("GET", "/.well-known/openid-configuration", {}, "", peer).status, 200)
      << "inline routes are free";
  peer.address = "198.51.100.2";
  EXPECT_EQ(gateway.send("GET", "/login", {}, "", peer).status, 200);
}

// Behind an edge the customers are counted, not the edge; and nobody else can choose whom he is counted as.
TEST(Limits, CountTheCustomerBehindATrustedEdge) {
  Gateway gateway([](gateway::Settings& s) {
    s.limits.address = {3, 3600s};
    s.trusted_peers = {*base::net::Cidr::parse("10.1.0.0/28")};
    s.client_address_header = gateway::ClientAddressHeader::forwarded;
  });
  base::http::Peer edge = Gateway::default_peer();
  edge.address = "10.1.0.1";
  const auto status_for = [&](const std::string& client, const base::http::Peer& peer) {
    return gateway.send("GET", "/login", {{"Forwarded", "for=" + client}}, "", peer).status;
  };
  int last = 0;
  for (int i = 0; i < 6; ++i) last = status_for("198.51.100.21", edge);
  EXPECT_EQ(last, 429);
  EXPECT_EQ(status_for("198.51.100.22", edge), 200) << "the neighbour behind the same edge";
  EXPECT_EQ(status_for("unknown;for=x", edge), 400);

  base::http::Peer stranger = Gateway::default_peer();
  stranger.address = "203.0.113.77";
  for (int i = 0; i < 6; ++i) last = status_for("198.51.100.1" + std::to_string(i), stranger);
  EXPECT_EQ(last, 429) << "another name each time";
}

TEST(Limits, CountASubscribersWholeIpv6Network) {
  Gateway gateway([](gateway::Settings& s) { s.limits.address = {3, 3600s}; });
  base::http::Peer peer = Gateway::default_peer();
  Answer answer;
  for (int i = 1; i < 6; ++i) {
    peer.address = "2001:db8:0:1::" + std::to_string(i);
    answer = gateway.send("GET", "/login", {}, "", peer);
  }
  EXPECT_EQ(answer.status, 429);
  peer.address = "2001:db8:0:2::1";
  EXPECT_EQ(gateway.send("GET", "/login", {}, "", peer).status, 200);
}

TEST(Limits, HoldWhileRedisIsAway) {
  Gateway gateway([](gateway::Settings& s) {
    s.limits.address = {3, 3600s};
    s.redis.unix_socket = "/nonexistent/redis.sock";
    s.redis.deadline = 20ms;
  });
  Answer answer;
  for (int i = 0; i < 6; ++i) answer = gateway.send("GET", "/login");
  EXPECT_EQ(answer.status, 429);
}

TEST(Limits, WithoutRedisEveryProofNeedsANonceAndReplaysAreStillRefused) {
  Gateway gateway([](gateway::Settings& s) { s.redis.unix_socket = "/nonexistent/redis.sock"; });
  Tpp tpp(gateway);
  const std::string url = std::string(kIssuer) + "/token";
  const auto ask = [&](const std::string& proof) {
    return tpp.post("/token", tpp.authenticated({{"grant_type", "client_credentials"}, {"scope", "accounts"}}),
                    {{"DPoP", proof}});
  };
  const Answer first = ask(tpp.proof({.url = url, .token = "", .nonce = ""}));
  EXPECT_EQ(first.error(), "use_dpop_nonce");
  const std::string proof = tpp.proof({.url = url, .token = "", .nonce = first.header("DPoP-Nonce")});
  EXPECT_EQ(ask(proof).status, 200);
  EXPECT_EQ(ask(proof).error(), "invalid_dpop_proof");
}

}  // namespace
}  // namespace journeys
