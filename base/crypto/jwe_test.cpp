#include "base/crypto/jwe.h"

#include <gtest/gtest.h>
#include <openssl/rsa.h>

#include <functional>

#include "base/crypto/evp_key.h"
#include "base/crypto/jwe_parts.h"
#include "base/encoding.h"
#include "base/json/strict.h"
#include "tests/support/fakes.h"

namespace base::crypto {
namespace {

using json::Value;

std::string bytes(std::string_view base64url) { return base64url_decode(base64url).value(); }

// RFC 7518 appendix C.
const EcMembers kAlice{bytes("gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0"),
                       bytes("SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps")};
constexpr const char* kAliceSecret = "0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo";
const EcMembers kBob{bytes("weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ"),
                     bytes("e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck")};
constexpr const char* kBobSecret = "VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw";

EvpPkeyPtr private_ec(const EcMembers& members, const char* secret) {
  PrivateMembers secrets;
  secrets.d = Secret(bytes(secret));
  return import_private(members, secrets);
}

Value bobs_jwk() {
  return {{"kty", "EC"},  {"crv", "P-256"}, {"x", base64url_encode(kBob.x)}, {"y", base64url_encode(kBob.y)},
          {"use", "enc"}, {"kid", "bob"}};
}

Value rsa_jwk(const PrivateKey& key) {
  Value jwk = Value::parse(key.public_key().to_jwk());
  jwk["use"] = "enc";
  jwk["alg"] = "RSA-OAEP-256";
  jwk["kid"] = "r1";
  return jwk;
}

struct Parts {
  std::vector<std::string> text;
  Value header;
};
Parts split(const std::string& jwe) {
  Parts parts;
  std::string_view rest = jwe;
  for (;;) {
    const auto dot = rest.find('.');
    parts.text.emplace_back(rest.substr(0, dot));
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  parts.header = Value::parse(bytes(parts.text.at(0)));
  return parts;
}

// The recipient's side, by OpenSSL. nullopt: not authentic.
std::optional<std::string> decrypt(const Parts& parts, const Secret& key) {
  const std::string vector = bytes(parts.text.at(2));
  const std::string ciphertext = bytes(parts.text.at(3));
  std::string tag = bytes(parts.text.at(4));
  std::string out(ciphertext.size() + 1, '\0');
  const EvpCipherCtxPtr c(EVP_CIPHER_CTX_new());
  int written = 0;
  EVP_DecryptInit_ex2(c.get(), EVP_aes_256_gcm(), as_octets(key.reveal()), as_octets(vector), nullptr);
  EVP_CIPHER_CTX_ctrl(c.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag.size()), tag.data());
  EVP_DecryptUpdate(c.get(), nullptr, &written, as_octets(std::string_view(parts.text.at(0))),
                    static_cast<int>(parts.text.at(0).size()));
  EVP_DecryptUpdate(c.get(), as_octets(out), &written, as_octets(ciphertext), static_cast<int>(ciphertext.size()));
  const bool good = EVP_DecryptFinal_ex(c.get(), as_octets(out) + ciphertext.size(), &written) == 1;
  drain_error_queue();
  if (!good) return std::nullopt;
  out.resize(ciphertext.size());
  return out;
}

// [RFC7518-C]: the agreement on a key, by both of its sides
TEST(Jwe, AgreesOnTheKeyOfTheStandardsExample) {
  const std::string z = hex_decode("9e56d91d817135d372834283bf84269cfb316ea3da806a48f6daa7798cfe90c4").value();
  const EvpPkeyPtr alice = private_ec(kAlice, kAliceSecret);
  const EvpPkeyPtr bob = private_ec(kBob, kBobSecret);
  ASSERT_TRUE(alice && bob);
  EXPECT_EQ(ecdh_p256(alice.get(), import_public(kBob)->get()).reveal(), z);
  EXPECT_EQ(ecdh_p256(bob.get(), import_public(kAlice)->get()).reveal(), z);
  EXPECT_EQ(base64url_encode(concat_kdf(Secret::copy_of(z), "A128GCM", "Alice", "Bob", 16).reveal()),
            "VqqN6vgjbSBcIijNcacQGg");
  EXPECT_NE(base64url_encode(concat_kdf(Secret::copy_of(z), "A128GCM", "Bob", "Alice", 16).reveal()),
            "VqqN6vgjbSBcIijNcacQGg");
}

// [RFC7516-A.1.3] to [RFC7516-A.1.6]
TEST(Jwe, EncryptsTheStandardsExample) {
  const GcmText text =
      a256gcm_encrypt(Secret(bytes("saH0gFSP4XM_tAP_a5rU9ooHbltwLiJpL4LLLnrqQPw")), bytes("48V1_ALb6US04U3b"),
                      "The true sign of intelligence is not knowledge but imagination.",
                      "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ");
  EXPECT_EQ(base64url_encode(text.ciphertext),
            "5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX_EFShS8iB7j6jiSdiwkIr3ajwQzaBtQD_A");
  EXPECT_EQ(base64url_encode(text.tag), "XFBoMYUZodetZdvTiFvSkQ");
}

TEST(Jwe, TheHolderOfAnEcKeyReadsIt) {
  SystemEntropy entropy;
  const auto key = EncryptionKey::from_jwk(json::dump(bobs_jwk()));
  ASSERT_TRUE(key.has_value()) << key.error().log_text;
  EXPECT_EQ(key->algorithm(), JweAlgorithm::ecdh_es);
  const Parts parts = split(key->encrypt("JWT", "a.b.c", entropy));
  ASSERT_EQ(parts.text.size(), 5u);
  EXPECT_EQ(parts.header["alg"], "ECDH-ES");
  EXPECT_EQ(parts.header["enc"], "A256GCM");
  EXPECT_EQ(parts.header["cty"], "JWT");
  EXPECT_EQ(parts.header["kid"], "bob");
  EXPECT_EQ(parts.header["epk"].size(), 4u) << "kty, crv, x, y: never d";
  EXPECT_EQ(parts.text[1], "") << "[RFC7516-5.1] an empty encrypted key";
  const auto read = [&](const char* secret, const EcMembers& own) {
    const EcMembers epk{bytes(parts.header["epk"]["x"].get<std::string>()),
                        bytes(parts.header["epk"]["y"].get<std::string>())};
    const EvpPkeyPtr mine = private_ec(own, secret);
    return decrypt(parts, concat_kdf(ecdh_p256(mine.get(), import_public(epk)->get()), "A256GCM", "", "", 32));
  };
  EXPECT_EQ(read(kBobSecret, kBob), "a.b.c");
  EXPECT_EQ(read(kAliceSecret, kAlice), std::nullopt) << "another's key";
}

TEST(Jwe, TheHolderOfAnRsaKeyReadsIt) {
  SystemEntropy entropy;
  const PrivateKey own = PrivateKey::generate(JwsAlgorithm::ps256);
  const auto key = EncryptionKey::from_jwk(json::dump(rsa_jwk(own)));
  ASSERT_TRUE(key.has_value()) << key.error().log_text;
  EXPECT_EQ(key->algorithm(), JweAlgorithm::rsa_oaep_256);
  Parts parts = split(key->encrypt("", "text", entropy));
  EXPECT_EQ(parts.header["alg"], "RSA-OAEP-256");
  EXPECT_FALSE(parts.header.contains("cty"));
  EXPECT_FALSE(parts.header.contains("epk"));

  const Secret pkcs8 = own.to_pkcs8();
  const unsigned char* at = as_octets(pkcs8.reveal());
  const EvpPkeyPtr private_key(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(pkcs8.reveal().size())));
  const auto unwrap = [&](const EVP_MD* digest) -> std::optional<std::string> {
    const EvpPkeyCtxPtr c(EVP_PKEY_CTX_new(private_key.get(), nullptr));
    EVP_PKEY_decrypt_init(c.get());
    EVP_PKEY_CTX_set_rsa_padding(c.get(), RSA_PKCS1_OAEP_PADDING);
    EVP_PKEY_CTX_set_rsa_oaep_md(c.get(), digest);
    EVP_PKEY_CTX_set_rsa_mgf1_md(c.get(), digest);
    const std::string wrapped = bytes(parts.text[1]);
    std::string out(512, '\0');
    std::size_t size = out.size();
    if (EVP_PKEY_decrypt(c.get(), as_octets(out), &size, as_octets(wrapped), wrapped.size()) != 1) {
      drain_error_queue();
      return std::nullopt;
    }
    out.resize(size);
    return out;
  };
  EXPECT_EQ(unwrap(EVP_sha1()), std::nullopt) << "that would be RSA-OAEP";
  auto content_key = unwrap(EVP_sha256());
  ASSERT_TRUE(content_key.has_value());
  const Secret secret(std::move(*content_key));
  EXPECT_EQ(decrypt(parts, secret), "text");
  Parts changed = parts;
  changed.text[3] = base64url_encode(bytes(parts.text[3]).replace(0, 1, "x"));
  EXPECT_EQ(decrypt(changed, secret), std::nullopt);
  changed = parts;
  changed.text[0] += "x";
  EXPECT_EQ(decrypt(changed, secret), std::nullopt) << "the header is authenticated";
}

TEST(Jwe, NoTwoAreAlike) {
  SystemEntropy entropy;
  const auto key = EncryptionKey::from_jwk(json::dump(bobs_jwk()));
  const Parts one = split(key->encrypt("", "text", entropy));
  const Parts two = split(key->encrypt("", "text", entropy));
  EXPECT_NE(one.header["epk"], two.header["epk"]);
  EXPECT_NE(one.text[2], two.text[2]);
  EXPECT_NE(one.text[3], two.text[3]);
}

TEST(Jwe, AKeyIsWrittenAsItIsRead) {
  for (const std::string& text :
       {json::dump(bobs_jwk()), json::dump(rsa_jwk(PrivateKey::generate(JwsAlgorithm::ps256)))}) {
    const auto key = EncryptionKey::from_jwk(text);
    ASSERT_TRUE(key.has_value());
    const auto again = EncryptionKey::from_jwk(key->to_jwk());
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(again->to_jwk(), key->to_jwk());
    EXPECT_EQ(PublicKey::from_jwk(key->to_jwk()).error().code, JwkErrorCode::unsupported) << "it never verifies";
  }
}

TEST(Jwe, KeysThatAreNotForThisAreRefused) {
  struct Case {
    const char* name;
    JwkErrorCode code;
    std::function<void(Value&)> change;
  };
  const Case cases[] = {
      {"no use", JwkErrorCode::unsupported, [](Value& k) { k.erase("use"); }},
      {"use sig", JwkErrorCode::unsupported, [](Value& k) { k["use"] = "sig"; }},
      {"use of another type", JwkErrorCode::unsupported, [](Value& k) { k["use"] = 1; }},
      {"alg RSA1_5", JwkErrorCode::unsupported, [](Value& k) { k["alg"] = "RSA1_5"; }},
      {"alg RSA-OAEP", JwkErrorCode::unsupported, [](Value& k) { k["alg"] = "RSA-OAEP"; }},
      {"alg dir", JwkErrorCode::unsupported, [](Value& k) { k["alg"] = "dir"; }},
      {"alg of the other type", JwkErrorCode::unsupported, [](Value& k) { k["alg"] = "RSA-OAEP-256"; }},
      {"alg of signatures", JwkErrorCode::unsupported, [](Value& k) { k["alg"] = "ES256"; }},
      {"alg a number", JwkErrorCode::malformed, [](Value& k) { k["alg"] = 1; }},
      {"key_ops verify", JwkErrorCode::unsupported, [](Value& k) { k["key_ops"] = {"verify"}; }},
      {"key_ops a text", JwkErrorCode::malformed, [](Value& k) { k["key_ops"] = "deriveKey"; }},
      {"a private half", JwkErrorCode::private_material, [](Value& k) { k["d"] = kBobSecret; }},
      {"off the curve", JwkErrorCode::invalid_key, [](Value& k) { k["x"] = k["y"]; }},
      {"another curve", JwkErrorCode::unsupported, [](Value& k) { k["crv"] = "P-384"; }},
      {"Ed25519", JwkErrorCode::unsupported,
       [](Value& k) {
         k = Value::parse(PrivateKey::generate(JwsAlgorithm::eddsa).public_key().to_jwk());
         k["use"] = "enc";
         k.erase("alg");
       }},
      {"a symmetric key", JwkErrorCode::private_material,
       [](Value& k) {
         k = {{"kty", "oct"}, {"k", "c2VjcmV0"}, {"use", "enc"}};
       }},
      {"no object", JwkErrorCode::malformed, [](Value& k) { k = "text"; }},
  };
  for (const auto& c : cases) {
    Value jwk = bobs_jwk();
    c.change(jwk);
    const auto key = EncryptionKey::from_jwk(json::dump(jwk));
    ASSERT_FALSE(key.has_value()) << c.name;
    EXPECT_EQ(key.error().code, c.code) << c.name << ": " << key.error().log_text;
  }
  for (const char* text : {"RSA1_5", "RSA-OAEP", "dir", "ecdh-es", "ECDH-ES+A128KW", ""}) {
    EXPECT_EQ(jwe_algorithm_from_text(text), std::nullopt) << text;
  }
}

TEST(Jwe, ASetYieldsItsKeysForEncryption) {
  const Value signing = Value::parse(PrivateKey::generate(JwsAlgorithm::es256, "s1").public_key().to_jwk());
  Value set = {{"keys", {signing, bobs_jwk()}}};
  const auto keys = EncryptionKey::from_jwks(json::dump(set));
  ASSERT_TRUE(keys.has_value());
  ASSERT_EQ(keys->size(), 1u);
  EXPECT_EQ(keys->front().kid(), "bob");
  const auto for_signatures = JwkSet::parse(json::dump(set));
  ASSERT_TRUE(for_signatures.has_value());
  ASSERT_EQ(for_signatures->keys().size(), 1u);
  EXPECT_EQ(for_signatures->keys().front().kid(), "s1");
  set["keys"][1]["x"] = "AAAA";
  EXPECT_FALSE(EncryptionKey::from_jwks(json::dump(set)).has_value()) << "a broken key is a mistake to hear of";
  EXPECT_FALSE(EncryptionKey::from_jwks(R"({"keys":{}})").has_value());
  EXPECT_FALSE(EncryptionKey::from_jwks("[]").has_value());
}

}  // namespace
}  // namespace base::crypto
