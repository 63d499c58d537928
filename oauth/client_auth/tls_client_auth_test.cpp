#include "oauth/client_auth/tls_client_auth.h"

#include <gtest/gtest.h>

#include "tests/support/certificate_authority.h"
#include "tests/support/fake_jwks.h"
#include "tests/support/fakes.h"

namespace oauth {
namespace {

const base::Instant kNow{std::chrono::seconds(1'800'000'000)};
constexpr const char* kSubject = "CN=demo-pay,O=Demo Pay Ltd,C=GB";

// Made for a hundred years by one authority: good and its sisters differ in one thing each.
constexpr const char* kCa = R"pem(-----BEGIN CERTIFICATE-----
MIIBvDCCAWOgAwIBAgIUEYVB1pjVkDdbqIF8CosOPm6GzhkwCgYIKoZIzj0EAwIw
KzEVMBMGA1UECgwMQWxkZ2F0ZSBUZXN0MRIwEAYDVQQDDAlDbGllbnQgQ0EwIBcN
MjYxMTIyMTM1NjA4WhgPMjEyNjEwMjkxMzU2MDhaMCsxFTATBgNVBAoMDEFsZGdh
dGUgVGVzdDESMBAGA1UEAwwJQ2xpZW50IENBMFkwEwYHKoZIzj0CAQYIKoZIzj0D
AQcDQgAEqlUlosyCHe/5tnHkv4k/OEvphnNmjJURNDKwoTuIt1yjfhl4isQ7u+5o
g/8X55HV/dkmoi34Zb6rPT282BHnFqNjMGEwHQYDVR0OBBYEFMU4ERY6qMKNxhnC
uYAfCA9mM1H3MB8GA1UdIwQYMBaAFMU4ERY6qMKNxhnCuYAfCA9mM1H3MA8GA1Ud
EwEB/wQFMAMBAf8wDgYDVR0PAQH/BAQDAgIEMAoGCCqGSM49BAMCA0cAMEQCIBja
MKDSh0n1yd7QaDFkeySdjNVnxP9+sVgPN79ILqssAiAjG2MZdSibwmJS7m+0jg3x
lrzoBWLsbeQ9WUPsyYH+gQ==
-----END CERTIFICATE-----
)pem";
constexpr const char* kGood = R"pem(-----BEGIN CERTIFICATE-----
MIIByDCCAW6gAwIBAgIUXQunmXpJ2Wsc6JpFNFnX0RE6LG4wCgYIKoZIzj0EAwIw
KzEVMBMGA1UECgwMQWxkZ2F0ZSBUZXN0MRIwEAYDVQQDDAlDbGllbnQgQ0EwIBcN
MjYxMTIyMTM1NjA4WhgPMjEyNjEwMjkxMzU2MDhaMDcxCzAJBgNVBAYTAkdCMRUw
EwYDVQQKDAxEZW1vIFBheSBMdGQxETAPBgNVBAMMCGRlbW8tcGF5MFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAEqHWSGk2lJ44fL0L09rdfLLOHazOZ8V4oWtRGYGQL
x9uVwefIgz5jWezQ/WEvIW2N0aiNf1l3Vmx/tN1CCPRHgKNiMGAwCQYDVR0TBAIw
ADATBgNVHSUEDDAKBggrBgEFBQcDAjAdBgNVHQ4EFgQUZNZSwcZU1Czl69WvO2Km
VZBJ5BowHwYDVR0jBBgwFoAUxTgRFjqowo3GGcK5gB8ID2YzUfcwCgYIKoZIzj0E
AwIDSAAwRQIhAPaSqVN5D7TygxYgPWHGVNwQWP4y/Icw7HmGXkGR+N69AiAM1akv
63hDwH6XGF/qwmYXkRfv1VfnE4l/Dn3tv4fsjw==
-----END CERTIFICATE-----
)pem";
constexpr const char* kServerUse = R"pem(-----BEGIN CERTIFICATE-----
MIIBxzCCAW6gAwIBAgIUXQunmXpJ2Wsc6JpFNFnX0RE6LG8wCgYIKoZIzj0EAwIw
KzEVMBMGA1UECgwMQWxkZ2F0ZSBUZXN0MRIwEAYDVQQDDAlDbGllbnQgQ0EwIBcN
MjYxMTIyMTM1NjA4WhgPMjEyNjEwMjkxMzU2MDhaMDcxCzAJBgNVBAYTAkdCMRUw
EwYDVQQKDAxEZW1vIFBheSBMdGQxETAPBgNVBAMMCGRlbW8tcGF5MFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAEwd3rVPU2oe//JILrldhwsR7ahJQ7TgLUXUaGcAL6
Geh2CyUfdiTyn3F5OgFpHZG7zp46qU4FmpceAcp5gXiy7aNiMGAwCQYDVR0TBAIw
ADATBgNVHSUEDDAKBggrBgEFBQcDATAdBgNVHQ4EFgQUXpSh/W2i88ljTfu0+siu
/Dxm6qMwHwYDVR0jBBgwFoAUxTgRFjqowo3GGcK5gB8ID2YzUfcwCgYIKoZIzj0E
AwIDRwAwRAIgbTprpSzJJjj2JW85Nlm5EtA2jTWGQFEP19UqQmxrnfQCIHRoqlnv
l4iNMvwQQ9A2naTUuiJKhRA7unboIJbpMjcv
-----END CERTIFICATE-----
)pem";
constexpr const char* kSwapped = R"pem(-----BEGIN CERTIFICATE-----
MIIByDCCAW6gAwIBAgIUXQunmXpJ2Wsc6JpFNFnX0RE6LHAwCgYIKoZIzj0EAwIw
KzEVMBMGA1UECgwMQWxkZ2F0ZSBUZXN0MRIwEAYDVQQDDAlDbGllbnQgQ0EwIBcN
MjYxMTIyMTM1NjA5WhgPMjEyNjEwMjkxMzU2MDlaMDcxETAPBgNVBAMMCGRlbW8t
cGF5MRUwEwYDVQQKDAxEZW1vIFBheSBMdGQxCzAJBgNVBAYTAkdCMFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAEhVoHOrAdUhyBSz3ufbEe2xOAWxKxPAVLUVDncbeS
ls9VTT+cBCfzNl5HrrlbxTupLnLWQxrz8W2+4TUstWzWiKNiMGAwCQYDVR0TBAIw
ADATBgNVHSUEDDAKBggrBgEFBQcDAjAdBgNVHQ4EFgQUSVeuES6DCnW+ltQaUVex
DbJVER4wHwYDVR0jBBgwFoAUxTgRFjqowo3GGcK5gB8ID2YzUfcwCgYIKoZIzj0E
AwIDSAAwRQIhAPCHGp8LhVoEdk0/Od8bCUOqohe0niUMdlI/mAlwXCVnAiBDxFot
YnJdN+53ZXjI7mrT4TTyDPL9/BI2aHhOSBJp4Q==
-----END CERTIFICATE-----
)pem";
constexpr const char* kOther = R"pem(-----BEGIN CERTIFICATE-----
MIIByDCCAW+gAwIBAgIUXQunmXpJ2Wsc6JpFNFnX0RE6LHEwCgYIKoZIzj0EAwIw
KzEVMBMGA1UECgwMQWxkZ2F0ZSBUZXN0MRIwEAYDVQQDDAlDbGllbnQgQ0EwIBcN
MjYxMTIyMTM1NjA5WhgPMjEyNjEwMjkxMzU2MDlaMDgxCzAJBgNVBAYTAkdCMRUw
EwYDVQQKDAxEZW1vIFBheSBMdGQxEjAQBgNVBAMMCWRlbW8tcGF5MjBZMBMGByqG
SM49AgEGCCqGSM49AwEHA0IABGVTrefnhWAANZP8Tsdyksfqgmc7nJI+0qFFIa0d
58BvCpTtCyAiMK8d5L8dVev4uvPsh6bYmLjqzZp04+lhK9CjYjBgMAkGA1UdEwQC
MAAwEwYDVR0lBAwwCgYIKwYBBQUHAwIwHQYDVR0OBBYEFF5iRQYMIrE9FNcW++hY
//RpB6FOMB8GA1UdIwQYMBaAFMU4ERY6qMKNxhnCuYAfCA9mM1H3MAoGCCqGSM49
BAMCA0cAMEQCIBswQCEH0cpYGP1ocMGSMrbsNO10lxnMl4l0DZJ5Toj1AiBd+jmT
Qcvo8yvzbE3RZDVf5t9hMgHStuB/In89qb45bQ==
-----END CERTIFICATE-----
)pem";
constexpr const char* kSelfMade = R"pem(-----BEGIN CERTIFICATE-----
MIIB1TCCAXqgAwIBAgIUSSB1HqRb/x3rJQ647G/TD1uaGSwwCgYIKoZIzj0EAwIw
NzELMAkGA1UEBhMCR0IxFTATBgNVBAoMDERlbW8gUGF5IEx0ZDERMA8GA1UEAwwI
ZGVtby1wYXkwIBcNMjYxMTIyMTM1NjA5WhgPMjEyNjEwMjkxMzU2MDlaMDcxCzAJ
BgNVBAYTAkdCMRUwEwYDVQQKDAxEZW1vIFBheSBMdGQxETAPBgNVBAMMCGRlbW8t
cGF5MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEI0b7qvQ8g2wMvrLR5FT/Aerj
OSPCpmOmCRtMn/uosew0i8kLnzTVTZ7kh53HCSsffgPp3ZFNvHHeRXguvhnnTqNi
MGAwHQYDVR0OBBYEFLm03uXF+5Dx+H9o2OWbaULUz1NjMB8GA1UdIwQYMBaAFLm0
3uXF+5Dx+H9o2OWbaULUz1NjMBMGA1UdJQQMMAoGCCsGAQUFBwMCMAkGA1UdEwQC
MAAwCgYIKoZIzj0EAwIDSQAwRgIhALvXVZXw9j1fNykH6hMQRB4U+nadK8x9OkE+
4M7aUtlSAiEAqBpHykHW3oPwvuLRT+8MbaPEDdGRZfFVlUWD74ZhDcY=
-----END CERTIFICATE-----
)pem";

std::string der_of(const char* pem) { return base::crypto::Certificate::from_pem(pem)->der(); }

base::http::Peer peer_with(const char* pem) {
  base::http::Peer peer;
  if (pem != nullptr) peer.certificate_der = der_of(pem);
  return peer;
}

Client pki_client() {
  Client client;
  client.auth_method = ClientAuthMethod::tls_client_auth;
  client.tls_subject = kSubject;
  return client;
}

std::optional<base::crypto::TrustAnchors> authorities() { return *base::crypto::TrustAnchors::from_pem(kCa); }

// [RFC8705-2.1]
TEST(TlsClientAuth, ARegisteredSubjectFromAConfiguredAuthorityIsTheClient) {
  const auto got = verify_tls_client(peer_with(kGood), pki_client(), authorities(), kNow);
  EXPECT_TRUE(got.has_value()) << got.error().log_text;
}

// Attack 17.
TEST(TlsClientAuth, EverythingElseIsRefused) {
  for (const char* pem : {kServerUse, kSwapped, kOther, kSelfMade, kCa, static_cast<const char*>(nullptr)}) {
    const auto got = verify_tls_client(peer_with(pem), pki_client(), authorities(), kNow);
    ASSERT_FALSE(got.has_value()) << (pem == nullptr ? "no certificate" : pem);
    EXPECT_EQ(got.error().code, OAuthErrorCode::invalid_client);
  }
  EXPECT_FALSE(verify_tls_client(peer_with(kGood), pki_client(), std::nullopt, kNow).has_value());
  EXPECT_FALSE(verify_tls_client(peer_with(kGood), pki_client(), authorities(), base::Instant{}).has_value());
  Client without_subject = pki_client();
  without_subject.tls_subject.clear();
  EXPECT_FALSE(verify_tls_client(peer_with(kGood), without_subject, authorities(), kNow).has_value());
  base::http::Peer garbage;
  garbage.certificate_der = "not a certificate";
  EXPECT_FALSE(verify_tls_client(garbage, pki_client(), authorities(), kNow).has_value());
}

// [RFC8705-2.1.2]: each kind is looked for where it belongs, and nowhere else.
TEST(TlsClientAuth, TheRegisteredKindOfSubjectDecides) {
  const tests::CertificateAuthority authority("Client CA");
  const std::optional<base::crypto::TrustAnchors> anchors = *base::crypto::TrustAnchors::from_pem(authority.pem());
  const std::string names =
      "DNS:tpp.example,URI:https://tpp.example/app,IP:192.0.2.7,IP:2001:db8::7,email:api@tpp.example";
  base::http::Peer peer;
  peer.certificate_der = authority.issue({.subject = {{"C", "GB"}, {"CN", "tpp"}}, .alt_names = names}).der;
  using Kind = TlsSubjectKind;
  struct Case {
    Kind kind;
    const char* subject;
    bool good;
  };
  const Case cases[] = {
      {Kind::subject_dn, "CN=tpp,C=GB", true},
      {Kind::subject_dn, "C=GB,CN=tpp", false},
      {Kind::subject_dn, "CN=tpp", false},
      {Kind::subject_dn, "tpp.example", false},
      {Kind::san_dns, "tpp.example", true},
      {Kind::san_dns, "TPP.example", true},
      {Kind::san_dns, "other.example", false},
      {Kind::san_dns, "example", false},
      {Kind::san_dns, "api@tpp.example", false},
      {Kind::san_dns, "192.0.2.7", false},
      {Kind::san_dns, "tpp", false},  // the CN is no DNS name
      {Kind::san_uri, "https://tpp.example/app", true},
      {Kind::san_uri, "https://tpp.example/app/", false},
      {Kind::san_uri, "https://tpp.example/APP", false},
      {Kind::san_uri, "tpp.example", false},
      {Kind::san_ip, "192.0.2.7", true},
      {Kind::san_ip, "2001:db8::7", true},
      {Kind::san_ip, "2001:0db8:0::7", true},
      {Kind::san_ip, "192.0.2.8", false},
      {Kind::san_ip, "tpp.example", false},
      {Kind::san_email, "api@tpp.example", true},
      {Kind::san_email, "API@tpp.example", false},
      {Kind::san_email, "tpp.example", false},
  };
  for (const auto& c : cases) {
    Client client = pki_client();
    client.tls_subject_kind = c.kind;
    client.tls_subject = c.subject;
    EXPECT_EQ(verify_tls_client(peer, client, anchors, kNow).has_value(), c.good)
        << to_text(c.kind) << " " << c.subject;
  }
}

// [RFC8705-2.1] with what the client sent beside its certificate; attack 17.
TEST(TlsClientAuth, AnIntermediateOfTheClientCompletesTheChain) {
  const tests::CertificateAuthority root("Root");
  const tests::CertificateAuthority issuing("Issuing", &root);
  const tests::CertificateAuthority stranger("Issuing");
  const std::optional<base::crypto::TrustAnchors> anchors = *base::crypto::TrustAnchors::from_pem(root.pem());
  Client client = pki_client();
  client.tls_subject = "CN=tpp";
  base::http::Peer peer;
  peer.certificate_der = issuing.issue({}).der;
  EXPECT_FALSE(verify_tls_client(peer, client, anchors, kNow).has_value());
  peer.certificate_chain_der = {stranger.der()};
  EXPECT_FALSE(verify_tls_client(peer, client, anchors, kNow).has_value());
  peer.certificate_chain_der = {stranger.der(), issuing.der(), root.der()};
  EXPECT_TRUE(verify_tls_client(peer, client, anchors, kNow).has_value());
  peer.certificate_chain_der = {issuing.der()};
  EXPECT_TRUE(verify_tls_client(peer, client, anchors, kNow).has_value());
  peer.certificate_chain_der.push_back("no certificate");
  EXPECT_FALSE(verify_tls_client(peer, client, anchors, kNow).has_value());
  // A chain that the client brings whole, root and all, is no chain of ours.
  peer.certificate_der = stranger.issue({}).der;
  peer.certificate_chain_der = {stranger.der()};
  EXPECT_FALSE(verify_tls_client(peer, client, anchors, kNow).has_value());
}

// [RFC8705-2.2]
TEST(SelfSignedTlsClientAuth, TheRegisteredKeyIsTheClientAndNoOther) {
  Client client;
  client.auth_method = ClientAuthMethod::self_signed_tls_client_auth;
  ClientKey key;
  key.thumbprint = base::crypto::Certificate::from_pem(kSelfMade)->public_key()->thumbprint();
  tests::FakeJwks nobody;
  tests::FakeMonotonicClock monotonic;
  ClientKeys keys(nobody, monotonic);
  const auto verify = [&](const char* pem, base::Instant now) {
    base::Caller caller;
    caller.now = {now, now};
    return verify_self_signed_tls_client(peer_with(pem), client, caller, keys).has_value();
  };
  EXPECT_FALSE(verify(kSelfMade, kNow));
  client.keys.push_back(key);
  EXPECT_TRUE(verify(kSelfMade, kNow));
  EXPECT_FALSE(verify(kGood, kNow));
  EXPECT_FALSE(verify(nullptr, kNow));
  EXPECT_FALSE(verify(kSelfMade, base::Instant{}));
}

}  // namespace
}  // namespace oauth
