#include "base/crypto/x509.h"

#include <gtest/gtest.h>

#include <array>

#include "base/crypto/openssl_ptr.h"
#include "base/encoding.h"

namespace base::crypto {
namespace {

using namespace std::chrono_literals;

const Instant kNow = std::chrono::sys_days(std::chrono::year(2030) / 6 / 1);

// One attribute of a name: type, value, and whether it joins the RDN before it.
struct NamePart {
  const char* type;
  std::string value;
  bool joins = false;
  int string_type = MBSTRING_UTF8;
};
struct Extension {
  int nid;
  const char* value;
};

struct Issued {
  X509Ptr x509;
  EvpPkeyPtr key;

  std::string der() const {
    unsigned char* bytes = nullptr;
    const int size = i2d_X509(x509.get(), &bytes);
    const OpenSslString<unsigned char> owned(bytes);
    return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)};
  }
  std::string pem() const {
    const std::string text = base64_encode(der());
    std::string out = "-----BEGIN CERTIFICATE-----\n";
    for (std::size_t i = 0; i < text.size(); i += 64) out += text.substr(i, 64) + "\n";
    return out + "-----END CERTIFICATE-----\n";
  }
  Certificate certificate() const { return Certificate::from_der(der()).value(); }
};

struct Request {
  std::vector<NamePart> subject;
  std::vector<Extension> extensions = {};
  const Issued* issuer = nullptr;  // nullptr: self-signed
  Instant not_before = kNow - 24h;
  Instant not_after = kNow + 24h;
  const char* key_type = "EC";
  const char* digest = "SHA256";
};

void set_time(ASN1_TIME* time, Instant at) {
  ossl_check(ASN1_TIME_set(time, std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count()) != nullptr,
             "time");
}

Issued issue(const Request& request) {
  Issued made{X509Ptr(X509_new()), EvpPkeyPtr(request.key_type == std::string_view("EC")
                                                  ? EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")
                                                  : EVP_PKEY_Q_keygen(nullptr, nullptr, request.key_type))};
  X509* x = made.x509.get();
  const X509* issuer = request.issuer == nullptr ? x : request.issuer->x509.get();
  X509_set_version(x, 2);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), 0x0a1b2c);
  set_time(X509_getm_notBefore(x), request.not_before);
  set_time(X509_getm_notAfter(x), request.not_after);
  X509_NAME* name = X509_get_subject_name(x);
  for (const NamePart& part : request.subject) {
    ossl_check(X509_NAME_add_entry_by_txt(name, part.type, part.string_type, as_octets(std::string_view(part.value)),
                                          static_cast<int>(part.value.size()), -1, part.joins ? -1 : 0),
               part.type);
  }
  X509_set_issuer_name(x, X509_get_subject_name(issuer));
  X509_set_pubkey(x, made.key.get());
  X509V3_CTX context;
  X509V3_set_ctx(&context, const_cast<X509*>(issuer), x, nullptr, nullptr, 0);
  for (const Extension& extension : request.extensions) {
    X509_EXTENSION* e =
        ossl_check(X509V3_EXT_conf_nid(nullptr, &context, extension.nid, extension.value), extension.value);
    X509_add_ext(x, e, -1);
    X509_EXTENSION_free(e);
  }
  EVP_PKEY* signer = request.issuer == nullptr ? made.key.get() : request.issuer->key.get();
  const EVP_MD* md = EVP_PKEY_is_a(signer, "ED25519") == 1 ? nullptr : EVP_get_digestbyname(request.digest);
  ossl_check(X509_sign(x, signer, md), "X509_sign");
  return made;
}

// With key identifiers, as every real authority writes them: two authorities may have one name (a rollover of the key).
const std::vector<Extension> kAuthority{{NID_basic_constraints, "critical,CA:TRUE"},
                                        {NID_key_usage, "critical,keyCertSign"},
                                        {NID_subject_key_identifier, "hash"},
                                        {NID_authority_key_identifier, "keyid"}};
const std::vector<Extension> kClient{{NID_basic_constraints, "critical,CA:FALSE"},
                                     {NID_key_usage, "critical,digitalSignature"},
                                     {NID_ext_key_usage, "clientAuth,serverAuth"},
                                     {NID_authority_key_identifier, "keyid"}};

struct Authorities {
  Issued root = issue({.subject = {{"CN", "Root"}}, .extensions = kAuthority});
  Issued intermediate = issue({.subject = {{"CN", "Issuing"}}, .extensions = kAuthority, .issuer = &root});
  TrustAnchors anchors = TrustAnchors::from_pem(root.pem()).value();

  Certificate leaf(std::vector<Extension> extensions = kClient) const {
    return issue({.subject = {{"CN", "tpp"}}, .extensions = std::move(extensions), .issuer = &intermediate})
        .certificate();
  }
  X509ErrorCode refusal(const Certificate& leaf, Instant at = kNow) const {
    const auto verdict = anchors.verify_client(leaf, {intermediate.certificate()}, at);
    EXPECT_FALSE(verdict.has_value());
    return verdict ? X509ErrorCode::malformed : verdict.error().code;
  }
};

// [RFC8705-3.1] The example of appendix A.
TEST(Certificate, ThumbprintMatchesRfc8705) {
  const auto certificate = Certificate::from_pem(
      "-----BEGIN CERTIFICATE-----\n"
      "MIIBBjCBrAIBAjAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARtdGxzMB4XDTE4MTAx\n"
      "ODEyMzcwOVoXDTIyMDUwMjEyMzcwOVowDzENMAsGA1UEAwwEbXRsczBZMBMGByqG\n"
      "SM49AgEGCCqGSM49AwEHA0IABNcnyxwqV6hY8QnhxxzFQ03C7HKW9OylMbnQZjjJ\n"
      "/Au08/coZwxS7LfA4vOLS9WuneIXhbGGWvsDSb0tH6IxLm8wCgYIKoZIzj0EAwID\n"
      "SQAwRgIhAP0RC1E+vwJD/D1AGHGzuri+hlV/PpQEKTWUVeORWz83AiEA5x2eXZOV\n"
      "bUlJSGQgjwD5vaUaKlLR50Q2DmFfQj1L+SY=\n"
      "-----END CERTIFICATE-----\n");
  ASSERT_TRUE(certificate) << certificate.error().log_text;
  EXPECT_EQ(certificate->thumbprint_s256(), "A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0");
  EXPECT_EQ(certificate->subject(), "CN=mtls");
  EXPECT_EQ(certificate->serial(), "2");
  EXPECT_EQ(certificate->not_before(),
            Instant(std::chrono::sys_days(std::chrono::year(2018) / 10 / 18) + 12h + 37min + 9s));
  EXPECT_EQ(certificate->not_after(),
            Instant(std::chrono::sys_days(std::chrono::year(2022) / 5 / 2) + 12h + 37min + 9s));
}

TEST(Certificate, ShowsWhatWasIssued) {
  const Issued issued =
      issue({.subject = {{"C", "CZ"}, {"O", "Budget, \"s.r.o.\""}, {"CN", "Žluťoučký"}},
             .extensions = {
                 {NID_subject_alt_name,
                  "DNS:tpp.example,URI:https://tpp.example/a,IP:192.0.2.1,IP:2001:DB8:0::1,email:ops@tpp.example"}}});
  const Certificate certificate = issued.certificate();
  EXPECT_EQ(certificate.subject(), "CN=Žluťoučký,O=Budget\\, \\\"s.r.o.\\\",C=CZ");
  EXPECT_EQ(certificate.issuer(), certificate.subject());
  EXPECT_EQ(certificate.serial(), "a1b2c");
  EXPECT_EQ(certificate.der(), issued.der());
  EXPECT_EQ(certificate.alt_names().dns, std::vector<std::string>{"tpp.example"});
  EXPECT_EQ(certificate.alt_names().uri, std::vector<std::string>{"https://tpp.example/a"});
  EXPECT_EQ(certificate.alt_names().ip, (std::vector<std::string>{"192.0.2.1", "2001:db8::1"}));
  EXPECT_EQ(certificate.alt_names().email, std::vector<std::string>{"ops@tpp.example"});
  EXPECT_TRUE(certificate.subject_is(certificate.subject()));
  EXPECT_EQ(Certificate::from_pem(issued.pem())->thumbprint_s256(), certificate.thumbprint_s256());
  const auto key = certificate.public_key();
  ASSERT_TRUE(key);
  EXPECT_EQ(key->to_spki(), certificate.spki());
  EXPECT_EQ(key->algorithm(), JwsAlgorithm::es256);
}

TEST(Certificate, BrokenTextsAreMalformed) {
  const Issued issued = issue({.subject = {{"CN", "x"}}});
  const std::string der = issued.der();
  for (const std::string& broken : {std::string(), std::string("x"), der.substr(0, der.size() - 1), der + "x",
                                    issued.pem(), std::string(Certificate::kMaxBytes + 1, '\x30')}) {
    ASSERT_FALSE(Certificate::from_der(broken));
    EXPECT_EQ(Certificate::from_der(broken).error().code, X509ErrorCode::malformed);
  }
  EXPECT_FALSE(Certificate::from_pem(""));
  EXPECT_FALSE(Certificate::from_pem(der));
  EXPECT_FALSE(Certificate::from_pem(issued.pem() + issued.pem()));
}

// [RFC5280-4.2.1.6]
TEST(Certificate, AltNamesWithControlBytesAreMalformed) {
  const Issued made =
      issue({.subject = {{"CN", "x"}}, .extensions = {{NID_subject_alt_name, "DNS:tpp.exampleQevil.example"}}});
  std::string der = made.der();
  ASSERT_TRUE(Certificate::from_der(der));
  der[der.find("exampleQevil") + 7] = '\0';
  EXPECT_FALSE(Certificate::from_der(der));
}

// [RFC8705-2.1.2]
TEST(Certificate, AltNamesMatchExactly) {
  const Certificate certificate =
      issue({.subject = {{"CN", "cn.example"}},
             .extensions =
                 {{NID_subject_alt_name,
                   "DNS:*.tpp.example,DNS:a.example,URI:https://tpp.example/A,IP:2001:db8::1,email:Ops@tpp.example"}}})
          .certificate();
  EXPECT_TRUE(certificate.has_dns("A.Example"));
  EXPECT_TRUE(certificate.has_dns("*.tpp.example"));
  EXPECT_FALSE(certificate.has_dns("x.tpp.example"));
  EXPECT_FALSE(certificate.has_dns("a.example."));
  EXPECT_FALSE(certificate.has_dns("cn.example"));
  EXPECT_FALSE(certificate.has_dns(""));
  EXPECT_TRUE(certificate.has_uri("https://tpp.example/A"));
  EXPECT_FALSE(certificate.has_uri("https://tpp.example/a"));
  EXPECT_FALSE(certificate.has_uri("https://tpp.example/A/"));
  EXPECT_TRUE(certificate.has_ip("2001:0DB8:0:0::0001"));
  EXPECT_FALSE(certificate.has_ip("2001:db8::2"));
  EXPECT_FALSE(certificate.has_ip("::1 "));
  EXPECT_FALSE(certificate.has_ip("a.example"));
  EXPECT_TRUE(certificate.has_email("Ops@tpp.example"));
  EXPECT_FALSE(certificate.has_email("ops@tpp.example"));
}

TEST(Certificate, SubjectsCompareAsDistinguishedNames) {
  const Certificate certificate = issue({.subject = {{"C", "CZ", false, V_ASN1_PRINTABLESTRING},
                                                     {"O", "Budget  App"},
                                                     {"OU", "Pay"},
                                                     {"organizationIdentifier", "PSDCZ-CNB-1", true},
                                                     {"CN", "tpp"}}})
                                      .certificate();
  for (const char* same : {"CN=tpp,OU=Pay+organizationIdentifier=PSDCZ-CNB-1,O=Budget App,C=CZ",
                           "CN=tpp, OU=Pay + 2.5.4.97=PSDCZ-CNB-1, O=Budget  App, C=CZ",
                           "cn=TPP,2.5.4.97=PSDCZ-CNB-1+ou=pay,o=budget app,c=cz",
                           "CN=\\74pp,OU=Pay+2.5.4.97=PSDCZ-CNB-1,O=Budget\\20App,C=CZ",
                           "2.5.4.3=#0c03747070,OU=Pay+2.5.4.97=#130b505344435a2d434e422d31,O=Budget App,C=CZ"}) {
    EXPECT_TRUE(certificate.subject_is(same)) << same;
  }
  for (const char* other :
       {"C=CZ,O=Budget App,OU=Pay+2.5.4.97=PSDCZ-CNB-1,CN=tpp", "CN=tpp,OU=Pay,2.5.4.97=PSDCZ-CNB-1,O=Budget App,C=CZ",
        "CN=tpp,OU=Pay,O=Budget App,C=CZ", "CN=tpp", "CN=tpp2,OU=Pay+2.5.4.97=PSDCZ-CNB-1,O=Budget App,C=CZ",
        "CN=tpp,OU=Pay+2.5.4.97=PSDCZ-CNB-1,O=BudgetApp,C=CZ", "OU=Pay+2.5.4.97=PSDCZ-CNB-1,O=Budget App,C=CZ",
        "2.5.4.3=#0c037470,OU=Pay+2.5.4.97=PSDCZ-CNB-1,O=Budget App,C=CZ",
        "CN=tpp,CN=tpp,OU=Pay+2.5.4.97=PSDCZ-CNB-1,O=Budget App,C=CZ", ""}) {
    EXPECT_FALSE(certificate.subject_is(other)) << other;
  }
}

// [RFC4514-2.1] [RFC4514-2.3] [RFC4514-2.4]
TEST(DistinguishedName, OnlyRfc4514NamesAreNames) {
  for (const char* name :
       {"CN=x", "CN=a\\,b,O=c", "1.3.6.1.4.1.11129.2=#0c0141", "UID=jsmith,DC=example,DC=net",
        "CN=James \\\"Jim\\\" Smith\\, III,DC=net", "OU=Sales+CN=J.  Smith,DC=example", "CN=Lu\\C4\\8Di\\C4\\87"}) {
    EXPECT_TRUE(is_rfc4514_name(name)) << name;
  }
  for (const char* text :
       {"",         "CN",         "=x",     "CN=",    "CN=x,",      "CN=x+",     ",CN=x",  "CN=x,,O=y",
        "CN=\"x\"", "CN=a;b",     "CN=a<b", "CN=a\\", "CN=a\\0",    "CN=a\\00b", "CN=#zz", "CN=#0c",
        "CN=#0201", "CN=#020101", "NOPE=x", "1.2.=x", "/C=CZ/CN=x", "C=CZE",     "CN=\\ff"}) {
    EXPECT_FALSE(is_rfc4514_name(text)) << text;
  }
  EXPECT_FALSE(is_rfc4514_name("CN=" + std::string(3000, 'x')));
}

TEST(TrustAnchors, AcceptAChainThroughAnIntermediate) {
  const Authorities ca;
  EXPECT_TRUE(ca.anchors.verify_client(ca.leaf(), {ca.intermediate.certificate()}, kNow));
}

TEST(TrustAnchors, AnIssuingAuthorityMayBeTheAnchor) {
  const Authorities ca;
  const auto anchors = TrustAnchors::from_pem(ca.intermediate.pem());
  ASSERT_TRUE(anchors);
  EXPECT_TRUE(anchors->verify_client(ca.leaf(), {}, kNow));
}

TEST(TrustAnchors, WithoutTheIntermediateThereIsNoChain) {
  const Authorities ca;
  const auto verdict = ca.anchors.verify_client(ca.leaf(), {}, kNow);
  ASSERT_FALSE(verdict);
  EXPECT_EQ(verdict.error().code, X509ErrorCode::untrusted);
}

TEST(TrustAnchors, TimeIsTheOneGiven) {
  const Authorities ca;
  EXPECT_EQ(ca.refusal(ca.leaf(), kNow + 25h), X509ErrorCode::expired);
  EXPECT_EQ(ca.refusal(ca.leaf(), kNow - 25h), X509ErrorCode::not_yet_valid);
  EXPECT_TRUE(ca.anchors.verify_client(ca.leaf(), {ca.intermediate.certificate()}, kNow + 23h));
}

TEST(TrustAnchors, ACertificateThatLooksRightButIsSignedByAnotherIsRefused) {
  const Authorities ca;
  const Authorities evil;
  EXPECT_EQ(ca.refusal(evil.leaf()), X509ErrorCode::untrusted);
  const Issued self = issue({.subject = {{"CN", "tpp"}}, .extensions = kClient});
  EXPECT_EQ(ca.refusal(self.certificate()), X509ErrorCode::untrusted);
  // The sender's own authorities are no anchors.
  const auto verdict =
      ca.anchors.verify_client(evil.leaf(), {evil.intermediate.certificate(), evil.root.certificate()}, kNow);
  EXPECT_FALSE(verdict);
}

TEST(TrustAnchors, AClientCertificateIsNoAuthority) {
  const Authorities ca;
  const Issued client = issue({.subject = {{"CN", "tpp"}}, .extensions = kClient, .issuer = &ca.intermediate});
  const Issued forged =
      issue({.subject = {{"CN", "other"}}, .extensions = {{NID_ext_key_usage, "clientAuth"}}, .issuer = &client});
  EXPECT_FALSE(
      ca.anchors.verify_client(forged.certificate(), {client.certificate(), ca.intermediate.certificate()}, kNow));
}

// [RFC5280-4.2.1.12]
TEST(TrustAnchors, TheExtendedKeyUsageMustNameClientAuth) {
  const Authorities ca;
  EXPECT_TRUE(
      ca.anchors.verify_client(ca.leaf({{NID_ext_key_usage, "clientAuth"}}), {ca.intermediate.certificate()}, kNow));
  EXPECT_EQ(ca.refusal(ca.leaf({{NID_ext_key_usage, "serverAuth"}})), X509ErrorCode::not_for_client_auth);
  EXPECT_EQ(ca.refusal(ca.leaf({{NID_ext_key_usage, "anyExtendedKeyUsage"}})), X509ErrorCode::not_for_client_auth);
  EXPECT_EQ(ca.refusal(ca.leaf({})), X509ErrorCode::not_for_client_auth);
}

TEST(TrustAnchors, Sha1IsTooWeak) {
  const Authorities ca;
  const Issued weak =
      issue({.subject = {{"CN", "tpp"}}, .extensions = kClient, .issuer = &ca.intermediate, .digest = "SHA1"});
  EXPECT_EQ(ca.refusal(weak.certificate()), X509ErrorCode::untrusted);
}

TEST(TrustAnchors, ABundleIsAllGoodOrRefused) {
  const Authorities a;
  const Authorities b;
  const auto both = TrustAnchors::from_pem("comment\n" + a.root.pem() + "\n" + b.root.pem());
  ASSERT_TRUE(both);
  EXPECT_TRUE(both->verify_client(b.leaf(), {b.intermediate.certificate()}, kNow));
  EXPECT_FALSE(TrustAnchors::from_pem(""));
  EXPECT_FALSE(TrustAnchors::from_pem("nothing"));
  std::string broken = a.root.pem() + b.root.pem();
  broken[broken.size() - 60] = '!';
  EXPECT_FALSE(TrustAnchors::from_pem(broken));
}

TEST(Certificate, Ed25519CertificatesAreRead) {
  const auto certificate = issue({.subject = {{"CN", "ed"}}, .key_type = "ED25519"}).certificate();
  ASSERT_TRUE(certificate.public_key());
  EXPECT_EQ(certificate.public_key()->algorithm(), JwsAlgorithm::eddsa);
}

}  // namespace
}  // namespace base::crypto
