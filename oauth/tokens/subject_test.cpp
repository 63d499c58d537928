#include "oauth/tokens/subject.h"

#include <gtest/gtest.h>

#include "base/crypto/key_encryption.h"
#include "base/encoding.h"
#include "base/id.h"

namespace oauth {
namespace {

const base::BrandId kBrand("aldgate");
const base::PsuId kAlice("0192d3a0-0000-7000-8000-00000000a11c");
const base::PsuId kBob("0192d3a0-0000-7000-8000-000000000b0b");

Subjects subjects(std::string_view key = "0123456789abcdef0123456789abcdef") {
  return Subjects(base::Secret::copy_of(key));
}
std::string pairwise(std::string_view sector, const base::PsuId& psu = kAlice, const base::BrandId& brand = kBrand) {
  return subjects().subject_of(brand, SubjectType::pairwise, sector, psu);
}

TEST(Subject, APublicOneIsTheCustomersId) {
  EXPECT_EQ(subjects().subject_of(kBrand, SubjectType::public_, "", kAlice), kAlice.str());
  Client client;
  EXPECT_EQ(subjects().subject_of(kBrand, client, kBob), kBob.str());
}

// [OIDC-CORE-8.1]
TEST(Subject, APairwiseOneIsTheSameInItsSectorAndAnotherElsewhere) {
  const std::string one = pairwise("tpp.example");
  EXPECT_EQ(one, pairwise("tpp.example"));
  EXPECT_NE(one, pairwise("other.example"));
  EXPECT_NE(one, pairwise("tpp.example", kBob));
  EXPECT_NE(one, pairwise("tpp.example", kAlice, base::BrandId("other")));
  EXPECT_NE(
      one,
      subjects("another key of as many bytes....").subject_of(kBrand, SubjectType::pairwise, "tpp.example", kAlice));
  Client client;
  client.subject_type = SubjectType::pairwise;
  client.sector = "tpp.example";
  EXPECT_EQ(subjects().subject_of(kBrand, client, kAlice), one);
}

// Another implementation of HMAC computed it: a change of the form would rename every customer.
TEST(Subject, APairwiseOneStaysWhatItWas) {
  EXPECT_EQ(pairwise("tpp.example"), "pairwise:UJj-N1LL1KdpBndtc8yNP_A_VAzdGBVE");
}

TEST(Subject, PartsDoNotRunIntoEachOther) {
  EXPECT_NE(pairwise("ab", base::PsuId("c"), base::BrandId("d")), pairwise("a", base::PsuId("c"), base::BrandId("bd")));
  EXPECT_NE(pairwise("a", base::PsuId("cd"), base::BrandId("b")), pairwise("a", base::PsuId("d"), base::BrandId("bc")));
}

// [FAPI2-SP-FINAL-6.7]; attack 39
TEST(Subject, APairwiseOneLooksLikeNoClientAndNoCustomer) {
  const std::string one = pairwise("tpp.example");
  EXPECT_FALSE(base::is_uuid(one));
  EXPECT_NE(one.find(':'), std::string::npos) << "no client_id can hold it";
  EXPECT_EQ(one.find(kAlice.str()), std::string::npos);
  const auto bits = base::base64url_decode(std::string_view(one).substr(one.find(':') + 1));
  ASSERT_TRUE(bits.has_value());
  EXPECT_GE(bits->size() * 8, 128u);
}

}  // namespace
}  // namespace oauth
