#include "base/net/egress_guard.h"

#include <gtest/gtest.h>

namespace base::net {
namespace {

const EgressGuard& production() {
  static const EgressGuard guard{EgressPolicy{}};
  return guard;
}
const EgressGuard& sandbox() {
  static const EgressGuard guard{EgressPolicy::sandbox()};
  return guard;
}

std::string outcome(const EgressGuard& guard, std::string_view url) {
  const auto admitted = guard.admit(url);
  return admitted ? "admitted" : std::string(to_text(admitted.error().code));
}

TEST(EgressGuard, AdmitsPublicHttpsReceivers) {
  for (const char* url : {"https://tpp.example.com/hooks", "https://tpp.example.com",
                          "https://TPP.Example.com:8443/a?b=c", "https://xn--bcher-kva.example/h", "https://8.8.8.8/",
                          "https://[2606:4700::1111]:443/x", "https://a.example/%2F..%2f", "HTTPS://a.example/"}) {
    EXPECT_EQ(outcome(production(), url), "admitted") << url;
  }
}

TEST(EgressGuard, RefusesTheCorpusOfServerSideRequestForgery) {
  const std::pair<const char*, const char*> cases[] = {
      // other numbers for 127.0.0.1
      {"https://2130706433/", "host_form"},
      {"https://0x7f000001/", "host_form"},
      {"https://0x7f.0.0.1/", "host_form"},
      {"https://0177.0.0.1/", "host_form"},
      {"https://017700000001/", "host_form"},
      {"https://127.1/", "host_form"},
      {"https://127.0.1/", "host_form"},
      {"https://127.0.0.1./", "host_form"},
      {"https://127.0.0.0x1/", "host_form"},
      {"https://1.2.3.4.5/", "host_form"},
      {"https://0x/", "host_form"},
      {"https://a.0x1/", "host_form"},
      // addresses that are not public
      {"https://127.0.0.1/", "address_not_public"},
      {"https://127.0.0.1:443/", "address_not_public"},
      {"https://0.0.0.0/", "address_not_public"},
      {"https://10.1.2.3/", "address_not_public"},
      {"https://192.168.0.1/", "address_not_public"},
      {"https://100.64.0.1/", "address_not_public"},
      {"https://169.254.169.254/latest/meta-data/", "address_not_public"},
      {"https://255.255.255.255/", "address_not_public"},
      {"https://[::]/", "address_not_public"},
      {"https://[::1]/", "address_not_public"},
      {"https://[0:0:0:0:0:0:0:1]/", "address_not_public"},
      {"https://[::ffff:127.0.0.1]/", "address_not_public"},
      {"https://[::ffff:7f00:1]/", "address_not_public"},
      {"https://[64:ff9b::a9fe:a9fe]/", "address_not_public"},
      {"https://[2002:7f00:1::]/", "address_not_public"},
      {"https://[fd00:ec2::254]/", "address_not_public"},
      {"https://[fe80::1]/", "address_not_public"},
      // names for local use
      {"https://localhost/", "address_not_public"},
      {"https://LOCALHOST/", "address_not_public"},
      {"https://api.localhost/", "address_not_public"},
      {"https://printer.local/", "address_not_public"},
      {"https://metadata.google.internal/", "address_not_public"},
      // hosts that parsers disagree on
      {"https://localhost./", "host_form"},
      {"https://tpp.example.com./", "host_form"},
      {"https://intranet/", "host_form"},
      {"https://a..b/", "host_form"},
      {"https://.example.com/", "host_form"},
      {"https://-a.example.com/", "host_form"},
      {"https://a_b.example.com/", "host_form"},
      {"https:///path", "host_form"},
      {"https://:443/", "host_form"},
      {"https://127.0.0.1%00.example.com/", "host_form"},
      {"https://exa%6dple.com/", "host_form"},
      {"https://[fe80::1%25eth0]/", "host_form"},
      {"https://[127.0.0.1]/", "host_form"},
      {"https://[::1/", "malformed"},
      {"https://[::1]x/", "malformed"},
      {"https://b\xc3\xbc"
       "cher.example/",
       "malformed"},
      {"https://\xe2\x91\xa0\xe2\x91\xa1\xe2\x91\xa7.0.0.1/", "malformed"},
      {"https://example\xe3\x80\x82"
       "com/",
       "malformed"},
      // user info and its imitations
      {"https://user@tpp.example.com/", "user_info"},
      {"https://tpp.example.com:pw@127.0.0.1/", "user_info"},
      {"https://tpp.example.com@127.0.0.1/", "user_info"},
      {"https://127.0.0.1\\@tpp.example.com/", "malformed"},
      {"https://tpp.example.com\\.127.0.0.1/", "malformed"},
      {"https://tpp.example.com#@127.0.0.1/", "fragment"},
      {"https://tpp.example.com/#x", "fragment"},
      // schemes and shapes
      {"http://tpp.example.com/", "scheme"},
      {"http://8.8.8.8/", "scheme"},
      {"ftp://tpp.example.com/", "scheme"},
      {"file:///etc/passwd", "scheme"},
      {"gopher://tpp.example.com/", "scheme"},
      {"javascript:alert(1)", "malformed"},
      {"//tpp.example.com/", "malformed"},
      {"tpp.example.com", "malformed"},
      {"", "malformed"},
      {"https:/tpp.example.com/", "malformed"},
      {" https://tpp.example.com/", "malformed"},
      {"https://tpp.example.com/a b", "malformed"},
      {"https://tpp.example.com/\r\nHost: x", "malformed"},
      {"https://tpp.example.com/%zz", "malformed"},
      {"https://tpp.example.com/%2", "malformed"},
      // ports
      {"https://tpp.example.com:22/", "port"},
      {"https://tpp.example.com:80/", "port"},
      {"https://8.8.8.8:25/", "port"},
      {"https://tpp.example.com:/", "malformed"},
      {"https://tpp.example.com:0/", "malformed"},
      {"https://tpp.example.com:65536/", "malformed"},
      {"https://tpp.example.com:443x/", "malformed"},
      {"https://tpp.example.com:0443/", "malformed"},
      {"https://tpp.example.com:443:443/", "malformed"},
  };
  for (const auto& [url, want] : cases) EXPECT_EQ(outcome(production(), url), want) << url;
  EXPECT_EQ(outcome(production(), "https://tpp.example.com/" + std::string(2048, 'a')), "malformed");
  EXPECT_EQ(outcome(production(), "https://" + std::string(64, 'a') + ".example.com/"), "host_form");
}

TEST(EgressGuard, TheSandboxReachesLoopbackAndNothingElseThatIsPrivate) {
  for (const char* url : {"https://localhost:9443/hook", "http://localhost:9080/hook", "http://127.0.0.1:9080/",
                          "https://[::1]:9443/", "https://tpp.example.com/"}) {
    EXPECT_EQ(outcome(sandbox(), url), "admitted") << url;
  }
  EXPECT_EQ(outcome(sandbox(), "https://10.0.0.1/"), "address_not_public");
  EXPECT_EQ(outcome(sandbox(), "https://169.254.169.254/"), "address_not_public");
  EXPECT_EQ(outcome(sandbox(), "http://tpp.example.com/"), "scheme");
  EXPECT_EQ(outcome(sandbox(), "http://8.8.8.8/"), "scheme");
  EXPECT_EQ(outcome(sandbox(), "https://2130706433/"), "host_form");
}

TEST(EgressGuard, AnAllowListedNetworkThatIsNotLoopbackStillWantsTls) {
  EgressPolicy policy = EgressPolicy::sandbox();
  policy.allowed.push_back(*Cidr::parse("10.7.0.0/16"));
  const EgressGuard guard(policy);
  EXPECT_EQ(outcome(guard, "https://10.7.1.2:25/"), "admitted");
  EXPECT_EQ(outcome(guard, "http://10.7.1.2/"), "scheme");
  EXPECT_EQ(outcome(guard, "https://10.8.1.2/"), "address_not_public");
}

TEST(EgressGuard, JudgesTheResolvedAddressAgainWhenItIsDialled) {
  const auto dial = [](const EgressGuard& guard, const char* address, std::uint16_t port = 443) {
    return guard.admit_address(Scheme::https, *IpAddress::parse(address), port).has_value();
  };
  EXPECT_TRUE(dial(production(), "93.184.216.34"));
  for (const char* address : {"127.0.0.1", "10.0.0.1", "169.254.169.254", "0.0.0.0", "::1", "::ffff:10.0.0.1",
                              "64:ff9b::7f00:1", "2002:a00:1::", "fe80::1"}) {
    EXPECT_FALSE(dial(production(), address)) << address;
  }
  EXPECT_FALSE(dial(production(), "93.184.216.34", 22));
  EXPECT_TRUE(dial(sandbox(), "127.0.0.1", 22));
  EXPECT_TRUE(dial(sandbox(), "::ffff:127.0.0.1"));
  EXPECT_FALSE(dial(sandbox(), "10.0.0.1"));
  EXPECT_FALSE(sandbox().admit_address(Scheme::http, *IpAddress::parse("93.184.216.34"), 80).has_value());
}

TEST(Url, IsDialledFromItsPartsNotFromItsText) {
  const auto url = parse_url("HTTPS://TPP.Example.COM:443?x=%41");
  ASSERT_TRUE(url.has_value());
  EXPECT_EQ(url->text(), "https://tpp.example.com/?x=%41");
  EXPECT_EQ(parse_url("https://[2606:4700:0:0::1111]:8443")->text(), "https://[2606:4700::1111]:8443/");
}

}  // namespace
}  // namespace base::net
