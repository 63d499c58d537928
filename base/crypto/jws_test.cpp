#include "base/crypto/jws.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include "base/crypto/hash.h"
#include "base/encoding.h"
#include "base/json/strict.h"
#include "tests/support/rs256.h"

namespace base::crypto {
namespace {

// RFC 7515 appendix A.3.
constexpr const char* kEs256Key =
    R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
    R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"})";
constexpr const char* kEs256Token =
    "eyJhbGciOiJFUzI1NiJ9"
    ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
// RFC 8037 appendix A.4.
constexpr const char* kEdKey = R"({"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",)"
                               R"("x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})";
constexpr const char* kEdToken =
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
    ".hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
// RFC 9449 section 4.1.
constexpr const char* kDpopProof =
    "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRj"
    "Qy"
    "VVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19"
    ".eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0I"
    "jox"
    "NTYyMjYyNjE2fQ"
    ".2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";

PublicKey es256_key() { return *PublicKey::from_jwk(kEs256Key, AllowPrivate::yes); }
PublicKey ed_key() { return *PublicKey::from_jwk(kEdKey, AllowPrivate::yes); }

bool accepts(std::string_view token, const PublicKey& key) {
  const auto jws = parse_compact(token);
  return jws && verify(*jws, key);
}
JwsErrorCode parse_refusal(std::string_view token, JwsLimits limits = {}) {
  const auto jws = parse_compact(token, limits);
  EXPECT_FALSE(jws.has_value()) << token.substr(0, 120);
  return jws ? JwsErrorCode::bad_signature : jws.error().code;
}
JwsErrorCode header_refusal(std::string_view header) {
  return parse_refusal(base64url_encode(header) + ".e30." + base64url_encode(std::string(64, 's')));
}
std::string with_signature(std::string_view token, std::string_view signature) {
  return std::string(token.substr(0, token.rfind('.') + 1)) + base64url_encode(signature);
}

TEST(Jws, VerifiesTheExamplesOfTheRfcs) {
  const auto es256 = parse_compact(kEs256Token);
  ASSERT_TRUE(es256);
  EXPECT_EQ(es256->header.alg, "ES256");
  EXPECT_EQ(es256->payload, "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}");
  EXPECT_TRUE(verify(*es256, es256_key()));
  const auto ed = parse_compact(kEdToken);
  ASSERT_TRUE(ed);
  EXPECT_EQ(ed->payload, "Example of Ed25519 signing");
  EXPECT_TRUE(verify(*ed, ed_key()));
}

TEST(Jws, VerifiesTheDpopProofOfRfc9449WithItsOwnKey) {
  const auto proof = parse_compact(kDpopProof);
  ASSERT_TRUE(proof);
  EXPECT_TRUE(proof->header.is_type("dpop+jwt"));
  ASSERT_TRUE(proof->header.jwk);
  const auto key = PublicKey::from_jwk(*proof->header.jwk);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->thumbprint(), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
  EXPECT_TRUE(verify(*proof, *key));
}

TEST(Jws, SigningEd25519GivesTheExampleOfRfc8037) {
  const auto key = PrivateKey::from_jwk(kEdKey);
  ASSERT_TRUE(key);
  EXPECT_EQ(sign_compact({}, "Example of Ed25519 signing", *key), kEdToken);
}

TEST(Jws, VerifiesWhatItSigns) {
  for (const auto algorithm : {JwsAlgorithm::es256, JwsAlgorithm::ps256, JwsAlgorithm::eddsa}) {
    const PrivateKey key = PrivateKey::generate(algorithm, "k\"1");
    const auto jws = parse_compact(sign_compact({.typ = "at+jwt"}, R"({"sub":"x"})", key));
    ASSERT_TRUE(jws);
    EXPECT_EQ(jws->header.alg, to_text(algorithm));
    EXPECT_EQ(jws->header.kid, "k\"1");
    EXPECT_TRUE(jws->header.is_type("at+jwt"));
    EXPECT_EQ(jws->payload, R"({"sub":"x"})");
    EXPECT_TRUE(verify(*jws, key.public_key()));
    EXPECT_EQ(verify(*jws, PrivateKey::generate(algorithm).public_key()).error().code, JwsErrorCode::bad_signature);
  }
}

TEST(Jws, AnEmbeddedKeyReplacesTheKid) {
  const PrivateKey key = PrivateKey::generate(JwsAlgorithm::es256, "kid");
  const auto jws = parse_compact(sign_compact({.typ = "dpop+jwt", .jwk = key.public_key().to_jwk()}, "{}", key));
  ASSERT_TRUE(jws);
  EXPECT_FALSE(jws->header.kid);
  EXPECT_EQ(jws->header.jwk, key.public_key().to_jwk());
  EXPECT_EQ(parse_compact(sign_compact({.kid = "other"}, "{}", key))->header.kid, "other");
}

TEST(Jws, OneCharacterOffAnywhereIsRefused) {
  for (const auto& [token, key] :
       {std::pair(std::string(kEs256Token), es256_key()), {std::string(kEdToken), ed_key()}}) {
    ASSERT_TRUE(accepts(token, key));
    for (std::size_t i = 0; i < token.size(); ++i) {
      std::string changed = token;
      changed[i] = changed[i] == 'A' ? 'B' : 'A';
      EXPECT_FALSE(accepts(changed, key)) << i;
    }
    for (std::size_t i = 0; i <= token.size(); ++i) {
      std::string longer = token;
      longer.insert(i, "A");
      EXPECT_FALSE(accepts(longer, key)) << i;
      if (i < token.size()) {
        std::string shorter = token;
        shorter.erase(i, 1);
        EXPECT_FALSE(accepts(shorter, key)) << i;
      }
    }
  }
}

TEST(Jws, OneBitOffInAPs256SignatureIsRefused) {
  const PrivateKey key = PrivateKey::generate(JwsAlgorithm::ps256);
  const std::string signature = key.sign("text");
  ASSERT_EQ(signature.size(), 256u);
  ASSERT_TRUE(key.public_key().verify("text", signature));
  for (std::size_t i = 0; i < signature.size(); i += 5) {
    std::string changed = signature;
    changed[i] = static_cast<char>(changed[i] ^ 4);
    EXPECT_FALSE(key.public_key().verify("text", changed)) << i;
  }
  EXPECT_FALSE(key.public_key().verify("text", signature.substr(1)));
  EXPECT_FALSE(key.public_key().verify("text", signature + "x"));
  EXPECT_FALSE(key.public_key().verify("text", std::string(1, '\0') + signature));
  EXPECT_FALSE(key.public_key().verify("text", ""));
  EXPECT_FALSE(key.public_key().verify("text", std::string(256, '\0')));
}

// CVE-2022-21449 and its relatives.
TEST(Jws, PsychicSignaturesAreRefused) {
  const std::string order = *hex_decode("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
  const std::string zero(32, '\0');
  const std::string good =
      *base64url_decode(std::string_view(kEs256Token).substr(std::string_view(kEs256Token).rfind('.') + 1));
  const std::string r = good.substr(0, 32);
  const std::string s = good.substr(32);
  ASSERT_TRUE(accepts(with_signature(kEs256Token, r + s), es256_key()));
  for (const std::string& forged :
       {zero + zero, zero + s, r + zero, order + s, r + order, order + order, std::string(64, '\xff'), r, s + r,
        zero.substr(1) + "\x01" + zero.substr(1) + "\x01"}) {
    EXPECT_FALSE(accepts(with_signature(kEs256Token, forged), es256_key())) << hex_encode(forged);
  }
}

// [RFC7518-3.4]
TEST(Jws, DerInsteadOfRawIsRefused) {
  const std::string raw =
      *base64url_decode(std::string_view(kEs256Token).substr(std::string_view(kEs256Token).rfind('.') + 1));
  // r begins with 0x0e and s with 0xc5: the DER form needs one padding byte.
  const std::string der = "\x30\x45\x02\x20" + raw.substr(0, 32) + std::string("\x02\x21\x00", 3) + raw.substr(32);
  ASSERT_EQ(der.size(), 71u);
  EXPECT_FALSE(accepts(with_signature(kEs256Token, der), es256_key()));
}

TEST(Jws, AnEd25519SignatureWithAMalleableSIsRefused) {
  const std::string_view token = kEdToken;
  std::string signature = *base64url_decode(token.substr(token.rfind('.') + 1));
  const std::string order = *hex_decode("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  int carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    const int sum = static_cast<unsigned char>(signature[32 + i]) + static_cast<unsigned char>(order[i]) + carry;
    signature[32 + i] = static_cast<char>(sum & 0xff);
    carry = sum >> 8;
  }
  ASSERT_EQ(carry, 0);
  EXPECT_FALSE(accepts(with_signature(kEdToken, signature), ed_key()));
}

// [RFC8725-3.1]
TEST(Jws, TheHeadersAlgMustBeTheKeysOwn) {
  const PrivateKey key = PrivateKey::generate(JwsAlgorithm::es256);
  for (const char* alg :
       {"none", "None", "", "HS256", "HS512", "RS256", "PS256", "EdDSA", "ES384", "es256", "ES256 "}) {
    const auto jws = parse_compact(sign_compact_raw(json::dump({{"alg", alg}}), "{}", key));
    ASSERT_TRUE(jws) << alg;
    const auto verdict = verify(*jws, key.public_key());
    ASSERT_FALSE(verdict) << alg;
    EXPECT_EQ(verdict.error().code, JwsErrorCode::algorithm_mismatch);
  }
  EXPECT_EQ(parse_refusal("eyJhbGciOiJub25lIn0.e30."), JwsErrorCode::malformed);
}

// RSASSA-PKCS1-v1_5 gives the same signature each time.
TEST(Jws, Rs256SignsForOthersToVerify) {
  const PrivateKey key = PrivateKey::generate(JwsAlgorithm::rs256, "k");
  const std::string token = sign_compact({.typ = "JWT", .kid = "", .jwk = ""}, R"({"sub":"alice"})", key);
  EXPECT_EQ(token, sign_compact({.typ = "JWT", .kid = "", .jwk = ""}, R"({"sub":"alice"})", key));
  EXPECT_EQ(parse_compact(token)->header.alg, "RS256");
  const std::string jwk = key.public_key().to_jwk();
  EXPECT_TRUE(tests::rs256_fits(token, jwk));
  std::string signature = parse_compact(token)->signature;
  signature.back() = static_cast<char>(signature.back() ^ 1);
  EXPECT_FALSE(tests::rs256_fits(with_signature(token, signature), jwk));
  EXPECT_FALSE(tests::rs256_fits(token, PrivateKey::generate(JwsAlgorithm::rs256, "k").public_key().to_jwk()));
}

// [FAPI2-SP-FINAL-5.4.1-1]
TEST(Jws, Rs256IsNeverVerifiedByAnyKey) {
  const PrivateKey rs256 = PrivateKey::generate(JwsAlgorithm::rs256, "k");
  const std::string token = sign_compact({}, "{}", rs256);
  EXPECT_FALSE(accepts(token, rs256.public_key())) << "not even by its own";
  // The same RSA key, as a client registers it.
  const auto ps256 = PublicKey::from_spki(rs256.public_key().to_spki());
  ASSERT_TRUE(ps256);
  EXPECT_EQ(ps256->algorithm(), JwsAlgorithm::ps256);
  EXPECT_EQ(verify(*parse_compact(token), *ps256).error().code, JwsErrorCode::algorithm_mismatch);
  const std::string renamed = sign_compact_raw(R"({"alg":"PS256"})", "{}", rs256);
  EXPECT_EQ(verify(*parse_compact(renamed), *ps256).error().code, JwsErrorCode::bad_signature);
  const auto pss = PrivateKey::from_pkcs8(rs256.to_pkcs8().reveal());
  ASSERT_TRUE(pss);
  EXPECT_TRUE(accepts(sign_compact({}, "{}", *pss), *ps256));
  EXPECT_FALSE(accepts(sign_compact_raw(R"({"alg":"RS256"})", "{}", *pss), rs256.public_key()));
}

TEST(Jws, APublicKeyIsNeverAMacKey) {
  const PublicKey key = es256_key();
  const std::string der = key.to_spki();
  const std::string pem = "-----BEGIN PUBLIC KEY-----\n" + base64_encode(der).substr(0, 64) + "\n" +
                          base64_encode(der).substr(64) + "\n-----END PUBLIC KEY-----\n";
  const std::string input = base64url_encode(R"({"alg":"HS256"})") + "." + base64url_encode(R"({"sub":"admin"})");
  for (const std::string& secret : {pem, pem.substr(0, pem.size() - 1), der, key.to_jwk()}) {
    EXPECT_FALSE(accepts(input + "." + base64url_encode(hmac_sha256(Secret::copy_of(secret), input)), key));
  }
}

// [RFC7515-5.2-1]
TEST(Jws, OnlyThreePartsAreACompactJws) {
  for (const char* token : {"", ".", "..", "a.b", "e30.e30", "e30.e30.e30.e30", "e30.e30.e30.e30.e30", "....."}) {
    EXPECT_EQ(parse_refusal(token), JwsErrorCode::malformed) << token;
  }
  EXPECT_EQ(parse_refusal(std::string(kEs256Token) + ".x"), JwsErrorCode::malformed);
}

// [RFC7515-2]
TEST(Jws, NonCanonicalBase64urlIsMalformed) {
  const std::string token = kEs256Token;
  EXPECT_EQ(parse_refusal(token + "=="), JwsErrorCode::malformed);
  EXPECT_EQ(parse_refusal(token + "\n"), JwsErrorCode::malformed);
  EXPECT_EQ(parse_refusal(" " + token), JwsErrorCode::malformed);
  EXPECT_EQ(parse_refusal(token.substr(0, token.size() - 1) + "R"),
            JwsErrorCode::malformed);  // Q and R: one octet, two texts
  std::string standard = token;
  standard[token.find('_', token.rfind('.')) == std::string::npos ? token.rfind('-') : token.rfind('_')] = '+';
  EXPECT_EQ(parse_refusal(standard), JwsErrorCode::malformed);
}

// [RFC7515-4.1.11]
TEST(Jws, HeadersWeDoNotImplementAreForbidden) {
  for (const char* header :
       {R"({"alg":"ES256","crit":["exp"],"exp":1})", R"({"alg":"ES256","crit":[]})",
        R"({"alg":"ES256","b64":false,"crit":["b64"]})", R"({"alg":"ES256","b64":true})",
        R"({"alg":"ES256","zip":"DEF"})", R"({"alg":"ES256","jku":"https://evil.example/jwks"})",
        R"({"alg":"ES256","x5u":"https://evil.example/cert"})", R"({"alg":"ES256","crit":null})"}) {
    EXPECT_EQ(header_refusal(header), JwsErrorCode::forbidden_header) << header;
  }
}

// [RFC7515-4]
TEST(Jws, HeadersThatAreNotStrictJsonObjectsAreMalformed) {
  for (const char* header :
       {"", "[]", "null", "{}", R"({"typ":"JWT"})", R"({"alg":1})", R"({"alg":null})",
        R"({"alg":"ES256","alg":"none"})", R"({"alg":"ES256","\u0061lg":"none"})", R"({"alg":"ES256","kid":1})",
        R"({"alg":"ES256","kid":null})", R"({"alg":"ES256","typ":["JWT"]})", R"({"alg":"ES256","cty":{}})",
        R"({"alg":"ES256","jwk":"x"})", R"({"alg":"ES256","jwk":null})", R"({"alg":"ES256"} x)",
        R"({"alg":"ES256",})"}) {
    EXPECT_EQ(header_refusal(header), JwsErrorCode::malformed) << header;
  }
  EXPECT_EQ(header_refusal(std::string_view("{\"alg\":\"ES256\"}\0{}", 18)), JwsErrorCode::malformed);
  EXPECT_EQ(header_refusal(R"({"alg":"ES256","x":)" + std::string(5000, '[')), JwsErrorCode::malformed);
}

TEST(Jws, UnknownHeadersAreIgnoredAndX5cIsOnlySeen) {
  const PrivateKey key = PrivateKey::generate(JwsAlgorithm::eddsa);
  const auto jws = parse_compact(sign_compact_raw(
      R"({"alg":"EdDSA","p2c":2147483648,"x5c":["MIIB"],"kid":"../../x","nonce":"n"})", "\x00\xff", key));
  ASSERT_TRUE(jws);
  EXPECT_TRUE(jws->header.has_x5c);
  EXPECT_EQ(jws->header.kid, "../../x");
  EXPECT_TRUE(verify(*jws, key.public_key()));
}

TEST(Jws, SizesAreLimitedExactly) {
  const std::string token = kEs256Token;
  EXPECT_TRUE(parse_compact(token, {.max_bytes = token.size()}));
  EXPECT_EQ(parse_refusal(token, {.max_bytes = token.size() - 1}), JwsErrorCode::too_large);
  EXPECT_TRUE(parse_compact(token, {.max_header_bytes = 20}));
  EXPECT_EQ(parse_refusal(token, {.max_header_bytes = 19}), JwsErrorCode::too_large);
  EXPECT_EQ(parse_refusal(std::string(10'000'000, 'A')), JwsErrorCode::too_large);
}

TEST(Jws, TypesAreComparedAsMediaTypes) {
  const auto type = [](const char* typ) { return JwsHeader{.typ = typ}; };
  EXPECT_TRUE(type("at+jwt").is_type("at+jwt"));
  EXPECT_TRUE(type("AT+JWT").is_type("at+jwt"));
  EXPECT_TRUE(type("application/at+jwt").is_type("at+jwt"));
  EXPECT_TRUE(type("at+jwt").is_type("application/at+jwt"));
  EXPECT_FALSE(type("dpop+jwt").is_type("at+jwt"));
  EXPECT_FALSE(type("text/at+jwt").is_type("at+jwt"));
  EXPECT_FALSE(type("application/application/at+jwt").is_type("at+jwt"));
  EXPECT_FALSE(type("").is_type("at+jwt"));
  EXPECT_FALSE(JwsHeader{}.is_type("at+jwt"));
}

TEST(Jws, RefusalsNeverShowTheToken) {
  const auto jws = parse_compact(base64url_encode(R"({"alg":"ES256","kid":"hunter2","kid":"hunter3"})") + ".e30.AAAA");
  ASSERT_FALSE(jws);
  EXPECT_EQ(jws.error().log_text.find("hunter"), std::string::npos);
}

TEST(Jws, ManyThreadsShareOneKey) {
  const PrivateKey key = PrivateKey::generate(JwsAlgorithm::es256);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        if (!accepts(sign_compact({}, std::to_string(i), key), key.public_key())) ++wrong;
        if (accepts(kEs256Token, key.public_key())) ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong.load(), 0);
}

// Each thread signs and verifies with keys of every algorithm in turn, those of the other threads among them.
TEST(Jws, ManyThreadsShareManyKeys) {
  std::vector<PrivateKey> keys;
  for (const auto algorithm : {JwsAlgorithm::es256, JwsAlgorithm::eddsa, JwsAlgorithm::es256, JwsAlgorithm::ps256})
    keys.push_back(PrivateKey::generate(algorithm));
  keys.push_back(keys.front().with_kid("the first again"));
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < 30; ++i) {
        const PrivateKey& key = keys[(t + i) % keys.size()];
        const std::string input = std::to_string(t) + '.' + std::to_string(i);
        const std::string signature = key.sign(input);
        if (!key.public_key().verify(input, signature)) ++wrong;
        if (key.public_key().verify(input + '0', signature)) ++wrong;
        // Two on: never the same key under its other name.
        if (keys[(t + i + 2) % keys.size()].public_key().verify(input, signature)) ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong.load(), 0);
}

TEST(Jws, ARefusedSignatureLeavesNothingToTheNextOne) {
  const PrivateKey key = PrivateKey::generate(JwsAlgorithm::es256);
  const PublicKey& holder = key.public_key();
  const std::string good = key.sign("input");
  std::string wrong = good;
  wrong[5] = static_cast<char>(wrong[5] ^ 1);
  for (const std::string& refused : {wrong, std::string(64, '\x01'), good.substr(1), key.sign("other")}) {
    EXPECT_FALSE(holder.verify("input", refused));
    EXPECT_TRUE(holder.verify("input", good));
    EXPECT_FALSE(holder.verify("other", good));
  }
  // A key's copies outlive it.
  std::optional<PrivateKey> original = PrivateKey::generate(JwsAlgorithm::es256);
  const PrivateKey copy = original->with_kid("copy");
  const PublicKey half = original->public_key().with_kid("half");
  original.reset();
  EXPECT_TRUE(half.verify("input", copy.sign("input")));
}

}  // namespace
}  // namespace base::crypto
