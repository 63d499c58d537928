#include "base/net/https_client.h"

#include <gtest/gtest.h>

namespace base::net {
namespace {

// Everything here ends before a packet leaves: what is exchanged over a socket is proven in tests/postgres.
TEST(CurlHttpsClient, RefusesAtConnectTimeWhatTheGuardRefuses) {
  CurlHttpsClient client(EgressPolicy{}, {});
  for (const char* url : {"https://127.0.0.1:4443/", "https://[::1]:4443/", "http://127.0.0.1/", "https://localhost/",
                          "file:///etc/passwd", "https://user@8.8.8.8/"}) {
    const auto answer = client.send({.url = url});
    ASSERT_FALSE(answer.has_value()) << url;
    EXPECT_EQ(answer.error().kind, NetErrorKind::refused) << url;
    EXPECT_EQ(answer.error().log_text.find("127"), std::string::npos);
  }
}

TEST(CurlHttpsClient, RefusesANameThatResolvesToAnInsideAddressWhenItIsDialled) {
  // The name passes as text (names for local use are admitted where a network is allow-listed); libcurl itself resolves
  // every name under .localhost to loopback (RFC 6761 section 6.3), which is not on the list.
  EgressPolicy policy;
  policy.allowed.push_back(*Cidr::parse("10.7.0.0/16"));
  ASSERT_TRUE(EgressGuard(policy).admit("https://rebound.localhost:4443/").has_value());
  CurlHttpsClient client(policy, {});
  const auto answer = client.send({.url = "https://rebound.localhost:4443/"});
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().kind, NetErrorKind::refused);
  EXPECT_EQ(answer.error().log_text, "egress guard: address_not_public");
}

TEST(CurlHttpsClient, SendsNothingOnceStopped) {
  CurlHttpsClient client(EgressPolicy::sandbox(), {});
  client.stop();
  const auto answer = client.send({.url = "https://localhost:4443/"});
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().kind, NetErrorKind::stopped);
}

TEST(CurlHttpsClient, RefusesHeadersOfMoreThanOneLine) {
  CurlHttpsClient client(EgressPolicy::sandbox(), {});
  EXPECT_THROW(static_cast<void>(client.send({.url = "https://localhost:4443/", .headers = {{"x-a", "b\r\nx-c: d"}}})),
               std::logic_error);
}

}  // namespace
}  // namespace base::net
