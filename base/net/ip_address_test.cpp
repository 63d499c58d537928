#include "base/net/ip_address.h"

#include <gtest/gtest.h>

namespace base::net {
namespace {

AddressKind kind(const char* text) {
  const auto address = IpAddress::parse(text);
  EXPECT_TRUE(address.has_value()) << text;
  return address ? classify(*address) : AddressKind::reserved;
}

TEST(IpAddress, ReadsOnlyTheUsualForms) {
  for (const char* text : {"1.2.3.4", "255.255.255.255", "::", "::1", "2001:db8::1", "::ffff:10.0.0.1"}) {
    EXPECT_TRUE(IpAddress::parse(text).has_value()) << text;
  }
  for (const char* text :
       {"", "127.1", "2130706433", "0x7f.0.0.1", "0177.0.0.1", "127.0.0.01", "1.2.3.4.", "1.2.3.256", " 1.2.3.4",
        "1.2.3.4 ", "fe80::1%eth0", "[::1]", ":::1", "1::2::3", "localhost", "１.2.3.4", "::ffff:0x7f.0.0.1"}) {
    EXPECT_FALSE(IpAddress::parse(text).has_value()) << text;
  }
}

TEST(IpAddress, EverySpecialRangeHasItsKindAndItsNeighboursAreGlobal) {
  const std::pair<const char*, AddressKind> cases[] = {
      {"0.0.0.0", AddressKind::unspecified},
      {"0.255.255.255", AddressKind::unspecified},
      {"1.0.0.0", AddressKind::global},
      {"9.255.255.255", AddressKind::global},
      {"10.0.0.0", AddressKind::private_use},
      {"10.255.255.255", AddressKind::private_use},
      {"11.0.0.0", AddressKind::global},
      {"100.63.255.255", AddressKind::global},
      {"100.64.0.0", AddressKind::shared},
      {"100.127.255.255", AddressKind::shared},
      {"100.128.0.0", AddressKind::global},
      {"126.255.255.255", AddressKind::global},
      {"127.0.0.0", AddressKind::loopback},
      {"127.255.255.255", AddressKind::loopback},
      {"128.0.0.0", AddressKind::global},
      {"168.63.129.16", AddressKind::link_local},
      {"168.63.129.17", AddressKind::global},
      {"169.253.255.255", AddressKind::global},
      {"169.254.169.254", AddressKind::link_local},
      {"169.255.0.0", AddressKind::global},
      {"172.15.255.255", AddressKind::global},
      {"172.16.0.0", AddressKind::private_use},
      {"172.31.255.255", AddressKind::private_use},
      {"172.32.0.0", AddressKind::global},
      {"192.0.0.8", AddressKind::protocol},
      {"192.0.1.0", AddressKind::global},
      {"192.0.2.1", AddressKind::documentation},
      {"192.88.99.1", AddressKind::protocol},
      {"192.168.0.1", AddressKind::private_use},
      {"192.169.0.0", AddressKind::global},
      {"198.17.255.255", AddressKind::global},
      {"198.18.0.0", AddressKind::benchmarking},
      {"198.19.255.255", AddressKind::benchmarking},
      {"198.20.0.0", AddressKind::global},
      {"198.51.100.7", AddressKind::documentation},
      {"203.0.113.7", AddressKind::documentation},
      {"223.255.255.255", AddressKind::global},
      {"224.0.0.1", AddressKind::multicast},
      {"239.255.255.255", AddressKind::multicast},
      {"240.0.0.0", AddressKind::reserved},
      {"255.255.255.255", AddressKind::reserved},
      {"8.8.8.8", AddressKind::global},
      {"::", AddressKind::unspecified},
      {"::1", AddressKind::loopback},
      {"100::1", AddressKind::protocol},
      {"2001::1", AddressKind::protocol},
      {"2001:2::1", AddressKind::benchmarking},
      {"2001:20::1", AddressKind::protocol},
      {"2001:1ff:ffff::", AddressKind::protocol},
      {"2001:200::1", AddressKind::global},
      {"2001:db8::1", AddressKind::documentation},
      {"2606:4700::1111", AddressKind::global},
      {"3fff:fff::1", AddressKind::documentation},
      {"3fff:1000::1", AddressKind::global},
      {"4000::1", AddressKind::reserved},
      {"5f00::1", AddressKind::protocol},
      {"fc00::1", AddressKind::private_use},
      {"fd00:ec2::254", AddressKind::private_use},
      {"fe80::1", AddressKind::link_local},
      {"fec0::1", AddressKind::private_use},
      {"ff02::1", AddressKind::multicast},
      {"64:ff9b:1::1", AddressKind::protocol},
  };
  for (const auto& [text, want] : cases) EXPECT_EQ(to_text(kind(text)), to_text(want)) << text;
}

TEST(IpAddress, AnIpv4AddressInsideIpv6IsJudgedAsWhatItIs) {
  const std::pair<const char*, AddressKind> cases[] = {
      {"::ffff:127.0.0.1", AddressKind::loopback},     {"::ffff:a9fe:a9fe", AddressKind::link_local},
      {"::ffff:8.8.8.8", AddressKind::global},         {"64:ff9b::10.0.0.1", AddressKind::private_use},
      {"64:ff9b::8.8.8.8", AddressKind::global},       {"2002:7f00:1::", AddressKind::loopback},
      {"2002:a9fe:a9fe::1", AddressKind::link_local},  {"2002:808:808::1", AddressKind::protocol},
      {"::127.0.0.1", AddressKind::loopback},          {"::8.8.8.8", AddressKind::protocol},
      {"::ffff:0:10.0.0.1", AddressKind::private_use}, {"::ffff:0:8.8.8.8", AddressKind::protocol},
  };
  for (const auto& [text, want] : cases) EXPECT_EQ(to_text(kind(text)), to_text(want)) << text;
}

TEST(Cidr, ContainsItsOwnAndNothingBeside) {
  const auto loopback = Cidr::parse("127.0.0.0/8");
  ASSERT_TRUE(loopback.has_value());
  EXPECT_TRUE(loopback->contains(*IpAddress::parse("127.255.0.1")));
  EXPECT_FALSE(loopback->contains(*IpAddress::parse("128.0.0.1")));
  EXPECT_FALSE(loopback->contains(*IpAddress::parse("::1")));
  const auto odd = Cidr::parse("10.128.0.0/9");
  ASSERT_TRUE(odd.has_value());
  EXPECT_FALSE(odd->contains(*IpAddress::parse("10.127.255.255")));
  EXPECT_TRUE(Cidr::parse("::1")->contains(*IpAddress::parse("::1")));
  EXPECT_FALSE(Cidr::parse("::1")->contains(*IpAddress::parse("::2")));
}

TEST(Cidr, RefusesHostBitsAndBadPrefixes) {
  for (const char* text : {"", "/8", "127.0.0.1/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8x", "10/8",
                           "::1/64", "::/129", "host/8"}) {
    EXPECT_FALSE(Cidr::parse(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace base::net
