#include <gtest/gtest.h>

#include "oauth/registration/clients.h"

namespace oauth {
namespace {

// [RFC8705-2.1.2] [RFC5280-4.2.1.6]
TEST(TlsSubject, EachKindHasItsForm) {
  struct Case {
    TlsSubjectKind kind;
    std::string subject;
    bool good;
  };
  using Kind = TlsSubjectKind;
  const Case cases[] = {
      {Kind::subject_dn, "CN=demo-pay,O=Demo Pay Ltd,C=GB", true},
      {Kind::subject_dn, "demo-pay", false},
      {Kind::subject_dn, "", false},
      {Kind::san_dns, "tpp.example", true},
      {Kind::san_dns, "TPP-1.Example", true},
      {Kind::san_dns, "xn--bcher-kva.example", true},
      {Kind::san_dns, "*.example", false},
      {Kind::san_dns, "tpp.example.", false},
      {Kind::san_dns, ".example", false},
      {Kind::san_dns, "tpp..example", false},
      {Kind::san_dns, "-tpp.example", false},
      {Kind::san_dns, "tpp-.example", false},
      {Kind::san_dns, "tpp example", false},
      {Kind::san_dns,
       "b\xc3\xbc"
       "cher.example",
       false},
      {Kind::san_dns, "192.0.2.7", false},
      {Kind::san_dns, "https://tpp.example", false},
      {Kind::san_dns, std::string(64, 'a') + ".example", false},
      {Kind::san_dns, "", false},
      {Kind::san_uri, "https://tpp.example/software/7", true},
      {Kind::san_uri, "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6", true},
      {Kind::san_uri, "tpp.example", false},
      {Kind::san_uri, "/software", false},
      {Kind::san_uri, ":nothing", false},
      {Kind::san_uri, "urn:", false},
      {Kind::san_uri, "7urn:x", false},
      {Kind::san_uri, "https://tpp.example/a b", false},
      {Kind::san_uri, std::string("https://tpp.example/\0x", 22), false},
      {Kind::san_uri, "", false},
      {Kind::san_ip, "192.0.2.7", true},
      {Kind::san_ip, "2001:db8::7", true},
      {Kind::san_ip, "192.0.2.07", false},
      {Kind::san_ip, "192.0.2", false},
      {Kind::san_ip, "3221225991", false},
      {Kind::san_ip, "192.0.2.0/24", false},
      {Kind::san_ip, "[2001:db8::7]", false},
      {Kind::san_ip, "tpp.example", false},
      {Kind::san_ip, "", false},
      {Kind::san_email, "api+keys@tpp.example", true},
      {Kind::san_email, "api", false},
      {Kind::san_email, "@tpp.example", false},
      {Kind::san_email, "api@", false},
      {Kind::san_email, "a@b@tpp.example", false},
      {Kind::san_email, ".api@tpp.example", false},
      {Kind::san_email, "Api <api@tpp.example>", false},
      {Kind::san_email, "\"a b\"@tpp.example", false},
      {Kind::san_email, "", false},
      {Kind::san_uri, "urn:" + std::string(2000, 'x'), false},
  };
  for (const auto& c : cases) {
    const auto fault = tls_subject_fault(c.kind, c.subject);
    EXPECT_EQ(!fault.has_value(), c.good) << to_text(c.kind) << " " << c.subject << ": " << fault.value_or("");
  }
}

}  // namespace
}  // namespace oauth
