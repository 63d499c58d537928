// Vectors of another implementation (npm jose): tests/golden/jose_vectors.json says how they were made.
#include <gtest/gtest.h>

#include "base/crypto/jwk.h"
#include "base/crypto/jws.h"
#include "base/json/strict.h"
#include "tests/support/project_files.h"

namespace base::crypto {
namespace {

json::Value golden() {
  return json::parse_strict(tests::text_of_project_file("tests/golden/jose_vectors.json"), {.max_bytes = 100'000})
      .value();
}
std::string text(const json::Value& value, const char* member) { return value.at(member).get<std::string>(); }

TEST(JoseInterop, KeysAndTokensOfNpmJoseAreRead) {
  const json::Value document = golden();
  ASSERT_EQ(document.at("vectors").size(), 3u);
  for (const json::Value& vector : document.at("vectors")) {
    const auto jwk = PrivateKey::from_jwk(json::dump(vector.at("jwk")));
    const auto pem = PrivateKey::from_pem(text(vector, "pkcs8"));
    const auto spki = PublicKey::from_pem(text(vector, "spki"));
    ASSERT_TRUE(jwk && pem && spki) << text(vector, "alg");
    for (const PublicKey* key : {&jwk->public_key(), &pem->public_key(), &*spki}) {
      EXPECT_EQ(key->thumbprint(), text(vector, "thumbprint"));
      EXPECT_EQ(to_text(key->algorithm()), text(vector, "alg"));
    }
    const auto jws = parse_compact(text(vector, "token"));
    ASSERT_TRUE(jws);
    EXPECT_TRUE(verify(*jws, *spki));
    EXPECT_EQ(jws->payload, text(vector, "payload"));
    EXPECT_EQ(jws->header.kid, jwk->kid());
    EXPECT_TRUE(jws->header.is_type("at+jwt"));
  }
}

TEST(JoseInterop, TokensVerifyUnderNoOtherKey) {
  const json::Value document = golden();
  for (const json::Value& vector : document.at("vectors")) {
    for (const json::Value& other : document.at("vectors")) {
      const auto key = PublicKey::from_pem(text(other, "spki"));
      const auto jws = parse_compact(text(vector, "token"));
      EXPECT_EQ(verify(*jws, *key).has_value(), &vector == &other);
    }
  }
}

TEST(JoseInterop, ForeignAlgorithmsVerifyUnderNoKeyOfOurs) {
  const json::Value document = golden();
  for (const json::Value& foreign : document.at("foreign")) {
    const auto jws = parse_compact(text(foreign, "token"));
    ASSERT_TRUE(jws) << text(foreign, "alg");
    for (const json::Value& vector : document.at("vectors")) {
      EXPECT_EQ(verify(*jws, *PublicKey::from_pem(text(vector, "spki"))).error().code,
                JwsErrorCode::algorithm_mismatch);
    }
    if (!foreign.contains("jwk")) continue;
    EXPECT_EQ(PublicKey::from_jwk(json::dump(foreign.at("jwk"))).error().code, JwkErrorCode::unsupported);
  }
}

}  // namespace
}  // namespace base::crypto
