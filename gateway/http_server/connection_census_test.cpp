#include "gateway/http_server/connection_census.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <cstring>

namespace gateway {
namespace {

using base::http::Listener;
using namespace std::chrono_literals;

Remote remote(const char* text) {
  sockaddr_storage address{};
  sockaddr_in ipv4{};
  sockaddr_in6 ipv6{};
  if (inet_pton(AF_INET, text, &ipv4.sin_addr) == 1) {
    ipv4.sin_family = AF_INET;
    ipv4.sin_port = htons(4711);
    std::memcpy(&address, &ipv4, sizeof ipv4);
  } else {
    EXPECT_EQ(inet_pton(AF_INET6, text, &ipv6.sin6_addr), 1);
    ipv6.sin6_family = AF_INET6;
    ipv6.sin6_port = htons(4711);
    std::memcpy(&address, &ipv6, sizeof ipv6);
  }
  return remote_of(address);
}

TEST(Remote, IsShownWithoutItsMapping) {
  EXPECT_EQ(remote("192.0.2.7").address, "192.0.2.7");
  EXPECT_EQ(remote("::ffff:192.0.2.7").address, "192.0.2.7");
  EXPECT_EQ(remote("2001:db8::1").address, "2001:db8::1");
  EXPECT_EQ(remote("2001:db8::1").port, 4711);
}

TEST(Remote, IsCountedByAddressOrBySubscriberNetwork) {
  EXPECT_EQ(remote("192.0.2.7").key, remote("::ffff:192.0.2.7").key);
  EXPECT_NE(remote("192.0.2.7").key, remote("192.0.2.8").key);
  EXPECT_EQ(remote("2001:db8:0:1::1").key, remote("2001:db8:0:1:ffff::2").key);
  EXPECT_NE(remote("2001:db8:0:1::1").key, remote("2001:db8:0:2::1").key);
  EXPECT_NE(remote("0.0.0.0").key, remote("::").key);
}

TEST(ConnectionCensus, CapsOneAddressAndLeavesOthersRoom) {
  ConnectionCensus census({.connections_per_address = 2});
  const auto a = remote("192.0.2.7").key;
  const auto b = remote("192.0.2.8").key;
  EXPECT_FALSE(census.enter(Listener::public_, a));
  EXPECT_FALSE(census.enter(Listener::mtls, a));
  EXPECT_EQ(census.enter(Listener::public_, a), ClosedBecause::address_full);
  EXPECT_FALSE(census.enter(Listener::public_, b));
  census.leave(Listener::mtls, a);
  EXPECT_FALSE(census.enter(Listener::staff, a));
  EXPECT_EQ(census.present(), 3u);
}

TEST(ConnectionCensus, CapsAllTogetherAndOperationsApart) {
  ConnectionCensus census({.connections = 1, .operations_connections = 1});
  const auto a = remote("192.0.2.7").key;
  EXPECT_FALSE(census.enter(Listener::public_, a));
  EXPECT_EQ(census.enter(Listener::public_, remote("192.0.2.8").key), ClosedBecause::server_full);
  EXPECT_FALSE(census.enter(Listener::operations, a));
  EXPECT_EQ(census.enter(Listener::operations, a), ClosedBecause::server_full);
  census.leave(Listener::operations, a);
  EXPECT_FALSE(census.enter(Listener::operations, a));
}

TEST(ConnectionCensus, WithoutCapPerAddressCountsOnlyTheWhole) {
  ConnectionCensus census({.connections = 1000, .connections_per_address = 0});
  const auto edge = remote("10.0.0.1").key;
  for (int i = 0; i < 1000; ++i) ASSERT_FALSE(census.enter(Listener::public_, edge));
  EXPECT_EQ(census.enter(Listener::public_, edge), ClosedBecause::server_full);
}

TEST(ConnectionCensus, IsEmptyWhenTheLastHasLeft) {
  ConnectionCensus census({});
  const auto a = remote("192.0.2.7").key;
  EXPECT_TRUE(census.wait_empty(0ms));
  EXPECT_FALSE(census.enter(Listener::public_, a));
  EXPECT_FALSE(census.enter(Listener::operations, a));
  EXPECT_FALSE(census.wait_empty(0ms));
  census.leave(Listener::public_, a);
  EXPECT_FALSE(census.wait_empty(0ms));
  census.leave(Listener::operations, a);
  EXPECT_TRUE(census.wait_empty(0ms));
}

}  // namespace
}  // namespace gateway
