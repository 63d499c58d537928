#include "base/crypto/jwk.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/json/strict.h"

namespace base::crypto {
namespace {

// RFC 7515 appendix A.3.
constexpr const char* kX = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
constexpr const char* kY = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
constexpr const char* kD = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI";
// RFC 8037 appendix A.
constexpr const char* kEdX = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
constexpr const char* kEdD = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
// RFC 7638 section 3.1.
constexpr const char* kN =
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_"
    "BJECPebWKRXjBZCiFV4n3oknjhMst"
    "n64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_"
    "FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajr"
    "n1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";

json::Value ec_jwk() { return {{"kty", "EC"}, {"crv", "P-256"}, {"x", kX}, {"y", kY}}; }
json::Value ed_jwk() { return {{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", kEdX}}; }
json::Value rsa_jwk() { return {{"kty", "RSA"}, {"n", kN}, {"e", "AQAB"}}; }
json::Value with(json::Value jwk, const char* member, json::Value value) {
  jwk[member] = std::move(value);
  return jwk;
}
json::Value without(json::Value jwk, const char* member) {
  jwk.erase(member);
  return jwk;
}

Result<PublicKey, JwkError> read(const json::Value& jwk) { return PublicKey::from_jwk(json::dump(jwk)); }
void expect_refused(const json::Value& jwk, JwkErrorCode code) {
  const auto key = read(jwk);
  ASSERT_FALSE(key.has_value()) << json::dump(jwk);
  EXPECT_EQ(key.error().code, code) << json::dump(jwk) << ": " << key.error().log_text;
}
void expect_octets_refused(json::Value jwk, const char* member, const std::string& octets, JwkErrorCode code) {
  expect_refused(with(std::move(jwk), member, base64url_encode(octets)), code);
}

TEST(PublicKey, TheAlgorithmComesFromTheKey) {
  EXPECT_EQ(read(ec_jwk())->algorithm(), JwsAlgorithm::es256);
  EXPECT_EQ(read(rsa_jwk())->algorithm(), JwsAlgorithm::ps256);
  EXPECT_EQ(read(ed_jwk())->algorithm(), JwsAlgorithm::eddsa);
  EXPECT_TRUE(read(with(ec_jwk(), "alg", "ES256")));
  EXPECT_TRUE(read(with(rsa_jwk(), "alg", "PS256")));
  EXPECT_TRUE(read(with(ed_jwk(), "alg", "EdDSA")));
}

// [RFC8725-3.1]
TEST(PublicKey, AnAlgThatIsNotTheKeysIsRefused) {
  for (const char* alg : {"ES384", "RS256", "PS256", "HS256", "none", "es256", "ES256 ", "EdDSA", ""}) {
    expect_refused(with(ec_jwk(), "alg", alg), JwkErrorCode::unsupported);
  }
  for (const char* alg : {"RS256", "PS384", "RSA-OAEP", "ES256"}) {
    expect_refused(with(rsa_jwk(), "alg", alg), JwkErrorCode::unsupported);
  }
  expect_refused(with(ed_jwk(), "alg", "ES256"), JwkErrorCode::unsupported);
  expect_refused(with(ec_jwk(), "alg", 1), JwkErrorCode::malformed);
}

TEST(PublicKey, OnlyAKeyOfOurOwnIsOneForRs256) {
  const PrivateKey made = PrivateKey::generate(JwsAlgorithm::rs256, "k");
  const std::string text = made.public_key().to_jwk();
  EXPECT_EQ(json::Value::parse(text).value("alg", ""), "RS256");
  EXPECT_EQ(json::Value::parse(text).value("use", ""), "sig");
  const auto own = PublicKey::from_own_jwk(text);
  ASSERT_TRUE(own);
  EXPECT_EQ(own->algorithm(), JwsAlgorithm::rs256);
  EXPECT_EQ(own->to_jwk(), text);
  EXPECT_EQ(own->with_kid("other").algorithm(), JwsAlgorithm::rs256);
  const auto outside = PublicKey::from_jwk(text);
  ASSERT_FALSE(outside);
  EXPECT_EQ(outside.error().code, JwkErrorCode::unsupported);
  EXPECT_TRUE(JwkSet::parse(R"({"keys":[)" + text + "]}")->keys().empty()) << "skipped in a client's set";
  EXPECT_FALSE(PrivateKey::from_jwk(made.to_private_jwk().reveal()));
  EXPECT_EQ(algorithm_from_text("RS256"), std::nullopt);
  // No private member, and no other algorithm for the type, is read here either.
  EXPECT_FALSE(PublicKey::from_own_jwk(made.to_private_jwk().reveal()));
  EXPECT_FALSE(PublicKey::from_own_jwk(json::dump(with(ec_jwk(), "alg", "RS256"))));
  EXPECT_FALSE(PublicKey::from_own_jwk(json::dump(with(rsa_jwk(), "alg", "RS512"))));
  EXPECT_EQ(PublicKey::from_own_jwk(json::dump(rsa_jwk()))->algorithm(), JwsAlgorithm::ps256);
}

TEST(PrivateKey, KeepsItsPurposeAcrossPkcs8WhenItsOwnerTellsIt) {
  const PrivateKey made = PrivateKey::generate(JwsAlgorithm::rs256, "k");
  const base::Secret der = made.to_pkcs8();
  const auto again = PrivateKey::from_pkcs8(der.reveal(), JwsAlgorithm::rs256);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->algorithm(), JwsAlgorithm::rs256);
  EXPECT_EQ(again->with_kid("k").public_key().to_jwk(), made.public_key().to_jwk());
  EXPECT_EQ(PrivateKey::from_pkcs8(der.reveal())->algorithm(), JwsAlgorithm::ps256);
  const PrivateKey ec = PrivateKey::generate(JwsAlgorithm::es256);
  EXPECT_EQ(PrivateKey::from_pkcs8(ec.to_pkcs8().reveal(), JwsAlgorithm::rs256)->algorithm(), JwsAlgorithm::es256);
}

// [RFC7638-3.2]
TEST(PublicKey, ThumbprintsMatchTheRfcs) {
  // RFC 7638 section 3.1; kid and use are no part of it.
  EXPECT_EQ(read(with(with(rsa_jwk(), "kid", "2011-04-29"), "use", "sig"))->thumbprint(),
            "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
  // RFC 8037 appendix A.3.
  EXPECT_EQ(read(ed_jwk())->thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
  // RFC 9449 section 6.1: the key of the example proof in section 4.1.
  EXPECT_EQ(PublicKey::from_jwk(R"({"kty":"EC","x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",)"
                                R"("y":"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA","crv":"P-256"})")
                ->thumbprint(),
            "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
}

// [RFC9449-4.3-7]
TEST(PublicKey, AnyPrivateOrSymmetricMemberIsRefused) {
  for (const char* member : {"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"}) {
    for (const auto& jwk : {ec_jwk(), rsa_jwk(), ed_jwk()}) {
      expect_refused(with(jwk, member, "AQAB"), JwkErrorCode::private_material);
    }
  }
  expect_refused({{"kty", "oct"}, {"k", "AAAA"}}, JwkErrorCode::private_material);
  expect_refused(with(ec_jwk(), "d", nullptr), JwkErrorCode::private_material);
}

TEST(PublicKey, ReadsTheHalfOfAPrivateJwkOnlyWhenAllowed) {
  const std::string text = json::dump(with(ec_jwk(), "d", kD));
  EXPECT_FALSE(PublicKey::from_jwk(text));
  const auto key = PublicKey::from_jwk(text, AllowPrivate::yes);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->to_jwk().find("\"d\""), std::string::npos);
}

// [RFC7517-4.3]
TEST(PublicKey, UseAndKeyOpsMustAdmitSignatures) {
  EXPECT_TRUE(read(with(ec_jwk(), "use", "sig")));
  EXPECT_TRUE(read(with(ec_jwk(), "key_ops", {"verify"})));
  expect_refused(with(ec_jwk(), "use", "enc"), JwkErrorCode::unsupported);
  expect_refused(with(ec_jwk(), "use", "SIG"), JwkErrorCode::unsupported);
  expect_refused(with(ec_jwk(), "use", nullptr), JwkErrorCode::malformed);
  expect_refused(with(ec_jwk(), "key_ops", {"deriveKey"}), JwkErrorCode::unsupported);
  expect_refused(with(ec_jwk(), "key_ops", json::Value::array()), JwkErrorCode::unsupported);
  expect_refused(with(ec_jwk(), "key_ops", {"verify", "verify"}), JwkErrorCode::malformed);
  expect_refused(with(ec_jwk(), "key_ops", "verify"), JwkErrorCode::malformed);
}

TEST(PublicKey, OtherKeyTypesAndCurvesAreUnsupported) {
  expect_refused(with(ec_jwk(), "kty", "ec"), JwkErrorCode::unsupported);
  expect_refused(with(ec_jwk(), "kty", "AKP"), JwkErrorCode::unsupported);
  for (const char* curve : {"P-384", "secp256k1", "Ed25519", "p-256", ""}) {
    expect_refused(with(ec_jwk(), "crv", curve), JwkErrorCode::unsupported);
  }
  for (const char* curve : {"X25519", "Ed448", "P-256"}) {
    expect_refused(with(ed_jwk(), "crv", curve), JwkErrorCode::unsupported);
  }
}

TEST(PublicKey, MissingMistypedAndNonCanonicalMembersAreMalformed) {
  for (const char* member : {"kty", "crv", "x", "y"}) {
    expect_refused(without(ec_jwk(), member), JwkErrorCode::malformed);
    expect_refused(with(ec_jwk(), member, 1), JwkErrorCode::malformed);
  }
  for (const char* member : {"n", "e"}) expect_refused(without(rsa_jwk(), member), JwkErrorCode::malformed);
  const std::string x = kX;
  expect_refused(with(ec_jwk(), "x", x + "="), JwkErrorCode::malformed);
  expect_refused(with(ec_jwk(), "x", x + "\n"), JwkErrorCode::malformed);
  expect_refused(with(ec_jwk(), "x", x.substr(0, 42) + "V"),
                 JwkErrorCode::malformed);  // a set bit after the last octet
  expect_refused(with(ec_jwk(), "y", "x/FEzRu9m36HLN/tue659LNpXW6pCyStikYjKIWI5a0"), JwkErrorCode::malformed);
  for (const char* text : {"", "[]", "null", "{\"kty\":\"EC\"", R"({"kty":"EC","kty":"EC"})"}) {
    const auto key = PublicKey::from_jwk(text);
    ASSERT_FALSE(key.has_value()) << text;
    EXPECT_EQ(key.error().code, JwkErrorCode::malformed);
  }
}

TEST(PublicKey, KidIsKeptAndBounded) {
  EXPECT_EQ(read(with(ec_jwk(), "kid", "../../etc/passwd' OR 1=1"))->kid(), "../../etc/passwd' OR 1=1");
  EXPECT_EQ(read(ec_jwk())->kid(), "");
  expect_refused(with(ec_jwk(), "kid", ""), JwkErrorCode::malformed);
  expect_refused(with(ec_jwk(), "kid", std::string(257, 'k')), JwkErrorCode::malformed);
  expect_refused(with(ec_jwk(), "kid", 7), JwkErrorCode::malformed);
}

// [RFC7518-6.2.1.2]
TEST(PublicKey, EcCoordinatesHaveTheirFullSize) {
  const std::string x = *base64url_decode(kX);
  expect_octets_refused(ec_jwk(), "x", x.substr(1), JwkErrorCode::malformed);
  expect_octets_refused(ec_jwk(), "x", std::string(1, '\0') + x, JwkErrorCode::malformed);
  expect_octets_refused(ec_jwk(), "x", "", JwkErrorCode::malformed);
}

TEST(PublicKey, PointsOffTheCurveAreRefused) {
  std::string y = *base64url_decode(kY);
  y[31] = static_cast<char>(y[31] ^ 1);
  expect_octets_refused(ec_jwk(), "y", y, JwkErrorCode::invalid_key);
  expect_refused(with(with(ec_jwk(), "x", kY), "y", kX), JwkErrorCode::invalid_key);
  const json::Value zero = base64url_encode(std::string(32, '\0'));
  expect_refused(with(with(ec_jwk(), "x", zero), "y", zero), JwkErrorCode::invalid_key);
  // A coordinate above the field's prime: the same point under a second spelling.
  expect_octets_refused(ec_jwk(), "x", std::string(32, '\xff'), JwkErrorCode::invalid_key);
}

// [RFC7518-3.5]
TEST(PublicKey, RsaSizesAreBounded) {
  const auto modulus = [](std::size_t bits) {
    std::string n((bits + 7) / 8, '\x55');
    n[0] = static_cast<char>(1u << ((bits - 1) % 8));
    n.back() = '\x01';
    return n;
  };
  EXPECT_TRUE(read(with(rsa_jwk(), "n", base64url_encode(modulus(2048)))));
  EXPECT_TRUE(read(with(rsa_jwk(), "n", base64url_encode(modulus(4096)))));
  expect_octets_refused(rsa_jwk(), "n", modulus(2047), JwkErrorCode::weak);
  expect_octets_refused(rsa_jwk(), "n", modulus(1024), JwkErrorCode::weak);
  expect_octets_refused(rsa_jwk(), "n", modulus(4097), JwkErrorCode::weak);
  expect_octets_refused(rsa_jwk(), "n", std::string(8000, '\x55'), JwkErrorCode::weak);
  std::string even = modulus(2048);
  even.back() = '\x02';
  expect_octets_refused(rsa_jwk(), "n", even, JwkErrorCode::invalid_key);
}

// [RFC7518-2]
TEST(PublicKey, RsaExponentsAreOddBoundedAndMinimal) {
  const auto refused = [](std::string octets, JwkErrorCode code) {
    expect_octets_refused(rsa_jwk(), "e", octets, code);
  };
  EXPECT_TRUE(read(with(rsa_jwk(), "e", base64url_encode(*hex_decode("ffffffff")))));
  refused(std::string("\x00\x01\x00\x01", 4), JwkErrorCode::malformed);
  refused("", JwkErrorCode::malformed);
  refused(std::string("\0", 1), JwkErrorCode::malformed);
  refused("\x01", JwkErrorCode::weak);
  refused("\x03", JwkErrorCode::weak);
  refused(*hex_decode("ffff"), JwkErrorCode::weak);
  refused(*hex_decode("010000"), JwkErrorCode::weak);
  refused(*hex_decode("0100000001"), JwkErrorCode::weak);
  refused(*hex_decode("010000000000000001"), JwkErrorCode::weak);
  expect_octets_refused(rsa_jwk(), "n", std::string(1, '\0') + *base64url_decode(kN), JwkErrorCode::malformed);
}

// [RFC8032-5.1.3]
TEST(PublicKey, Ed25519PointsOfSmallOrderAndOddSpellingsAreRefused) {
  for (const char* hex : {"0000000000000000000000000000000000000000000000000000000000000000",
                          "0100000000000000000000000000000000000000000000000000000000000000",
                          "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                          "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
    std::string point = *hex_decode(hex);
    expect_octets_refused(ed_jwk(), "x", point, JwkErrorCode::weak);
    point[31] = static_cast<char>(point[31] | '\x80');
    expect_octets_refused(ed_jwk(), "x", point, JwkErrorCode::weak);
  }
  for (const char* hex : {"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",     // p: zero again
                          "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",     // p + 1: one again
                          "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"}) {  // 2^255 - 1
    expect_octets_refused(ed_jwk(), "x", *hex_decode(hex), JwkErrorCode::invalid_key);
  }
  // y = 2 has no x on the curve.
  expect_octets_refused(ed_jwk(), "x", "\x02" + std::string(31, '\0'), JwkErrorCode::invalid_key);
  expect_octets_refused(ed_jwk(), "x", base64url_decode(kEdX)->substr(1), JwkErrorCode::malformed);
}

TEST(PublicKey, ToJwkIsPublicDeterministicAndReadsBack) {
  EXPECT_EQ(read(with(with(ec_jwk(), "kid", "k\"1"), "ext", true))->to_jwk(),
            std::string(R"({"alg":"ES256","crv":"P-256","kid":"k\"1","kty":"EC","use":"sig","x":")") + kX +
                R"(","y":")" + kY + "\"}");
  for (const auto& jwk : {ec_jwk(), rsa_jwk(), ed_jwk()}) {
    const auto key = read(jwk);
    const auto again = PublicKey::from_jwk(key->to_jwk());
    ASSERT_TRUE(again);
    EXPECT_EQ(again->thumbprint(), key->thumbprint());
  }
}

TEST(PublicKey, SpkiIsTheSameKeyAndBrokenSpkiIsRefused) {
  for (const auto& jwk : {ec_jwk(), rsa_jwk(), ed_jwk()}) {
    const auto key = read(jwk);
    const std::string der = key->to_spki();
    const auto again = PublicKey::from_spki(der);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->thumbprint(), key->thumbprint());
    std::string pem = "-----BEGIN PUBLIC KEY-----\n";
    const std::string base64 = base64_encode(der);
    for (std::size_t i = 0; i < base64.size(); i += 64) pem += base64.substr(i, 64) + "\n";
    const auto from_pem = PublicKey::from_pem(pem + "-----END PUBLIC KEY-----\n");
    ASSERT_TRUE(from_pem);
    EXPECT_EQ(from_pem->thumbprint(), key->thumbprint());
    EXPECT_FALSE(PublicKey::from_spki(der + "x"));
    EXPECT_FALSE(PublicKey::from_spki(der.substr(0, der.size() - 1)));
  }
  EXPECT_FALSE(PublicKey::from_spki(""));
  EXPECT_FALSE(PublicKey::from_pem("nothing"));
}

TEST(PublicKey, WithKidIsTheSameKeyUnderAnotherName) {
  const auto key = read(with(ec_jwk(), "kid", "old"));
  const PublicKey renamed = key->with_kid("new");
  EXPECT_EQ(renamed.kid(), "new");
  EXPECT_EQ(key->kid(), "old");
  EXPECT_EQ(renamed.thumbprint(), key->thumbprint());
}

TEST(PrivateKey, EveryFormKeepsTheKey) {
  for (const auto algorithm : {JwsAlgorithm::es256, JwsAlgorithm::ps256, JwsAlgorithm::eddsa}) {
    const PrivateKey key = PrivateKey::generate(algorithm, "kid-1");
    EXPECT_EQ(key.algorithm(), algorithm);
    EXPECT_EQ(key.kid(), "kid-1");
    const auto from_jwk = PrivateKey::from_jwk(key.to_private_jwk().reveal());
    const auto from_pem = PrivateKey::from_pem(key.to_pem().reveal());
    const auto from_der = PrivateKey::from_pkcs8(key.to_pkcs8().reveal());
    ASSERT_TRUE(from_jwk && from_pem && from_der);
    EXPECT_EQ(from_jwk->kid(), "kid-1");
    for (const auto* copy : {&*from_jwk, &*from_pem, &*from_der}) {
      EXPECT_EQ(copy->public_key().thumbprint(), key.public_key().thumbprint());
      EXPECT_TRUE(key.public_key().verify("text", copy->sign("text")));
      EXPECT_FALSE(key.public_key().verify("test", copy->sign("text")));
    }
    EXPECT_EQ(key.public_key().to_jwk().find("\"d\""), std::string::npos);
    EXPECT_FALSE(PrivateKey::generate(algorithm).public_key().verify("text", key.sign("text")));
  }
}

TEST(PrivateKey, HalvesThatDoNotBelongTogetherAreRefused) {
  const auto code = [](const json::Value& jwk) {
    const auto key = PrivateKey::from_jwk(json::dump(jwk));
    EXPECT_FALSE(key.has_value());
    return key ? JwkErrorCode::too_many_keys : key.error().code;
  };
  ASSERT_TRUE(PrivateKey::from_jwk(json::dump(with(ec_jwk(), "d", kD))));
  ASSERT_TRUE(PrivateKey::from_jwk(json::dump(with(ed_jwk(), "d", kEdD))));
  EXPECT_EQ(code(with(ec_jwk(), "d", kEdD)), JwkErrorCode::invalid_key);
  EXPECT_EQ(code(with(ed_jwk(), "d", kD)), JwkErrorCode::invalid_key);
  EXPECT_EQ(code(with(ec_jwk(), "d", base64url_encode(std::string(32, '\0')))), JwkErrorCode::invalid_key);
  EXPECT_EQ(code(with(ec_jwk(), "d", base64url_encode(std::string(32, '\xff')))), JwkErrorCode::invalid_key);
  EXPECT_EQ(code(with(ec_jwk(), "d", "AQ")), JwkErrorCode::invalid_key);
  EXPECT_EQ(code(ec_jwk()), JwkErrorCode::malformed);
  EXPECT_EQ(code(with(with(ec_jwk(), "d", kD), "key_ops", {"verify"})), JwkErrorCode::unsupported);
  EXPECT_EQ(code(with(rsa_jwk(), "d", "AQAB")), JwkErrorCode::malformed);

  auto rsa =
      *json::parse_strict(PrivateKey::generate(JwsAlgorithm::ps256).to_private_jwk().reveal(), {.max_bytes = 9000});
  ASSERT_TRUE(PrivateKey::from_jwk(json::dump(rsa)));
  EXPECT_EQ(code(with(rsa, "n", kN)), JwkErrorCode::invalid_key);
}

TEST(PrivateKey, OtherKeysAndEncryptedPemAreRefused) {
  EXPECT_FALSE(PrivateKey::from_pem(""));
  EXPECT_FALSE(PrivateKey::from_pkcs8("\x30\x03\x02\x01"));
  // A P-384 key, and a header that asks for a password: refused, never prompted for.
  const auto p384 = PrivateKey::from_pem(
      "-----BEGIN PRIVATE KEY-----\n"
      "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDDuIikrIf+sWE8kUzUd\n"
      "-----END PRIVATE KEY-----\n");
  EXPECT_FALSE(p384);
  const auto encrypted = PrivateKey::from_pem(
      "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: "
      "AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n"
      "AAAAAAAAAAAAAAAAAAAAAA==\n-----END RSA PRIVATE KEY-----\n");
  ASSERT_FALSE(encrypted);
  EXPECT_EQ(encrypted.error().code, JwkErrorCode::malformed);
}

json::Value set_of(std::initializer_list<json::Value> keys) {
  return {{"keys", json::Value(std::vector<json::Value>(keys))}};
}
Result<JwkSet, JwkError> read_set(const json::Value& set) { return JwkSet::parse(json::dump(set)); }

// [RFC7517-5]
TEST(JwkSet, SkipsKeysThatAreNotForUs) {
  const auto set =
      read_set(set_of({with(ec_jwk(), "kid", "a"), json::Value{{"kty", "XYZ"}}, with(rsa_jwk(), "alg", "RS256"),
                       with(ec_jwk(), "use", "enc"), with(ed_jwk(), "crv", "X25519"), ed_jwk()}));
  ASSERT_TRUE(set) << set.error().log_text;
  ASSERT_EQ(set->keys().size(), 2u);
  EXPECT_EQ(set->keys()[0].kid(), "a");
  EXPECT_EQ(set->keys()[1].algorithm(), JwsAlgorithm::eddsa);
}

TEST(JwkSet, OneBrokenWeakOrPrivateKeyRefusesTheWholeSet) {
  const auto code = [](const json::Value& set) {
    const auto read = read_set(set);
    EXPECT_FALSE(read.has_value());
    return read ? JwkErrorCode::unsupported : read.error().code;
  };
  EXPECT_EQ(code(set_of({ec_jwk(), with(ed_jwk(), "d", kEdD)})), JwkErrorCode::private_material);
  EXPECT_EQ(code(set_of({ec_jwk(), with(rsa_jwk(), "e", "Aw")})), JwkErrorCode::weak);
  EXPECT_EQ(code(set_of({ec_jwk(), with(ec_jwk(), "y", kX)})), JwkErrorCode::invalid_key);
  EXPECT_EQ(code(set_of({ec_jwk(), json::Value("x")})), JwkErrorCode::malformed);
  EXPECT_EQ(code(set_of({with(ec_jwk(), "kid", "a"), with(ed_jwk(), "kid", "a")})), JwkErrorCode::duplicate_kid);
}

TEST(JwkSet, IsBounded) {
  const auto many = [](std::size_t count) { return json::Value{{"keys", std::vector<json::Value>(count, ec_jwk())}}; };
  EXPECT_TRUE(read_set(many(32)));
  EXPECT_EQ(read_set(many(33)).error().code, JwkErrorCode::too_many_keys);
  EXPECT_EQ(JwkSet::parse("{\"keys\":[" + std::string(JwkSet::kMaxBytes, ' ') + "]}").error().code,
            JwkErrorCode::malformed);
  EXPECT_EQ(JwkSet::parse("{\"keys\":" + std::string(10'000, '[')).error().code, JwkErrorCode::malformed);
}

TEST(JwkSet, OtherDocumentsAreMalformed) {
  for (const char* text : {"", "[]", "{}", R"({"keys":{}})", R"({"keys":null})", R"({"keys":[],"keys":[]})"}) {
    EXPECT_FALSE(JwkSet::parse(text)) << text;
  }
  EXPECT_TRUE(JwkSet::parse(R"({"keys":[]})"));
}

TEST(JwkSet, SelectsByKidAndAlgorithm) {
  const auto set = read_set(set_of({with(ec_jwk(), "kid", "a"), with(rsa_jwk(), "kid", "b"), ed_jwk()}));
  ASSERT_TRUE(set);
  ASSERT_NE(set->by_kid("b"), nullptr);
  EXPECT_EQ(set->by_kid("b")->algorithm(), JwsAlgorithm::ps256);
  EXPECT_EQ(set->by_kid("c"), nullptr);
  EXPECT_EQ(set->by_kid(""), nullptr);
  EXPECT_EQ(set->by_algorithm(JwsAlgorithm::es256).size(), 1u);
  EXPECT_EQ(set->select("a", JwsAlgorithm::es256), set->by_kid("a"));
  EXPECT_EQ(set->select("a", JwsAlgorithm::ps256), nullptr);
  EXPECT_EQ(set->select("c", JwsAlgorithm::es256), nullptr);
  EXPECT_EQ(set->select(std::nullopt, JwsAlgorithm::eddsa), &set->keys()[2]);
  const auto two = read_set(set_of({with(ec_jwk(), "kid", "a"), with(ec_jwk(), "kid", "b")}));
  EXPECT_EQ(two->select(std::nullopt, JwsAlgorithm::es256), nullptr);
}

TEST(JwkSet, ToJsonReadsBack) {
  const auto set = read_set(set_of({with(ec_jwk(), "kid", "a"), ed_jwk()}));
  EXPECT_EQ(set->to_json(), "{\"keys\":[" + set->keys()[0].to_jwk() + "," + set->keys()[1].to_jwk() + "]}");
  EXPECT_EQ(JwkSet::parse(set->to_json())->keys().size(), 2u);
  EXPECT_EQ(JwkSet::from_keys({})->to_json(), R"({"keys":[]})");
}

}  // namespace
}  // namespace base::crypto
