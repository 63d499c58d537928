#include "gateway/settings.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/http_certificates.h"

namespace gateway {
namespace {

// What the settings say of one key; all their other faults (most of a file is missing here) are left out.
std::vector<std::string> faults_naming(const std::string& what, const std::string& sections, bool mtls_asks) {
  const tests::CertificateFolder folder;
  const auto file = folder.path() / "aldgate.toml";
  std::ofstream(file) << "environment = \"production\"\n[server]\nnode = \"n\"\n[listeners.mtls]\naddresses = "
                         "[\"127.0.0.1:8444\"]\ntls = true\nclient_certificates = "
                      << (mtls_asks ? "true" : "false") << "\n"
                      << sections;
  const auto settings = load_settings(file);
  EXPECT_FALSE(settings.has_value());
  std::vector<std::string> faults;
  if (settings) return faults;
  EXPECT_FALSE(settings.error().empty());
  for (const auto& fault : settings.error()) {
    if (fault.find(what) != std::string::npos) faults.push_back(fault);
  }
  return faults;
}

std::vector<std::string> faults_of_edge(const std::string& edge, bool mtls_asks) {
  return faults_naming("trusted_peers", edge, mtls_asks);
}

TEST(OAuthSettings, TheRetryTimeOfAReplacedRefreshTokenIsTenSecondsToADay) {
  const auto faults = [](const std::string& value) {
    return faults_naming("refresh_token_retry_seconds", "[oauth]\nrefresh_token_retry_seconds = " + value + "\n", true)
        .size();
  };
  for (const char* good : {"10", "60", "86400"}) EXPECT_EQ(faults(good), 0u) << good;
  for (const char* bad : {"9", "0", "-60", "86401", "60.0", "\"60\""}) EXPECT_EQ(faults(bad), 1u) << bad;
}

TEST(AccessSettings, TheRegionIsOneOfTwoThatHaveLaws) {
  const auto faults = [](const std::string& value) {
    return faults_naming("region", "[access]\nregion = " + value + "\n", true);
  };
  for (const char* good : {"\"eu\"", "\"uk\""}) EXPECT_TRUE(faults(good).empty()) << good;
  for (const char* bad : {"\"\"", "\"EU\"", "\"ch\"", "\"eu \"", "1", "[\"eu\"]"}) {
    ASSERT_EQ(faults(bad).size(), 1u) << bad;
    EXPECT_NE(faults(bad).front().find("access.region"), std::string::npos) << faults(bad).front();
  }
  EXPECT_TRUE(faults_naming("region", "", true).empty()) << "the UK's, unless told";
  EXPECT_EQ(faults_naming("regoin", "[access]\nregoin = \"eu\"\n", true).size(), 1u) << "mistyped";
}

TEST(EdgeSettings, AnEdgeIsNamedByItsAddresses) {
  EXPECT_TRUE(faults_of_edge("", true).empty());
  EXPECT_TRUE(
      faults_of_edge("[edge]\ntrusted_peers = [\"10.1.0.0/28\", \"127.0.0.1\", \"2001:db8::7\"]\n", false).empty());
  EXPECT_TRUE(faults_of_edge("[edge]\ntrusted_peers = []\n", true).empty());
  for (const std::string range :
       {"0.0.0.0/0", "::/0", "128.0.0.0/1", "2000::/3", "10.1.0.0/33", "10.1", "edge.example"}) {
    EXPECT_EQ(faults_of_edge("[edge]\ntrusted_peers = [\"" + range + "\"]\n", false).size(), 1u) << range;
  }
}

TEST(EdgeSettings, TheClientsAddressIsTakenFromOneHeaderOfATrustedPeer) {
  const auto faults = [](const std::string& edge) {
    return faults_naming("client_address_header", "[edge]\n" + edge, false).size();
  };
  const std::string peers = "trusted_peers = [\"10.1.0.0/28\"]\n";
  for (const char* good : {"Forwarded", "X-Forwarded-For", "none"}) {
    EXPECT_EQ(faults(peers + "client_address_header = \"" + good + "\"\n"), 0u) << good;
  }
  EXPECT_EQ(faults(peers + "client_address_header = \"X-Real-IP\"\n"), 1u);
  EXPECT_EQ(faults("client_address_header = \"Forwarded\"\n"), 1u) << "nobody is trusted";
}

// One source of client certificates.
TEST(EdgeSettings, AListenerThatAsksForCertificatesItselfContradictsAnEdge) {
  const auto faults = faults_of_edge("[edge]\ntrusted_peers = [\"10.1.0.0/28\"]\n", true);
  ASSERT_EQ(faults.size(), 1u);
  EXPECT_NE(faults.front().find("client_certificates = false"), std::string::npos);
}

}  // namespace
}  // namespace gateway
