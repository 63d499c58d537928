#include "oauth/client_auth/client_keys.h"

#include <gtest/gtest.h>

#include "base/system_clock.h"
#include "tests/support/fake_jwks.h"

namespace oauth {
namespace {

using namespace std::chrono_literals;
using base::crypto::JwsAlgorithm;
using base::crypto::PrivateKey;

constexpr const char* kUri = "https://tpp.example/jwks.json";

class ClientKeysTest : public testing::Test {
 protected:
  ClientKeysTest() {
    client_.id = base::ClientId("app");
    client_.jwks_uri = kUri;
    publish({one_});
  }
  void publish(const std::vector<PrivateKey>& keys) {
    std::vector<base::crypto::PublicKey> all;
    for (const auto& key : keys) all.push_back(key.public_key());
    publisher_.publish(kUri, base::crypto::JwkSet::from_keys(std::move(all))->to_json(), "max-age=3600");
  }
  base::Caller caller() const {
    base::Caller caller;
    caller.now = {now_, now_};
    caller.deadline = {monotonic_.now() + 10s};
    return caller;
  }
  base::Result<ClientSignature, ClientKeyFault> verify(const PrivateKey& key) {
    return keys_.verify(caller(), client_, *base::crypto::parse_compact(base::crypto::sign_compact({}, "{}", key)));
  }

  base::Instant now_{1'800'000'000s};
  base::SystemMonotonicClock monotonic_;
  tests::FakeJwks publisher_;
  ClientKeys keys_{publisher_, monotonic_};
  Client client_;
  PrivateKey one_ = PrivateKey::generate(JwsAlgorithm::es256, "one");
  PrivateKey two_ = PrivateKey::generate(JwsAlgorithm::es256, "two");
};

constexpr const char* kEncryptionKey =
    R"({"kty":"EC","crv":"P-256","use":"enc","kid":"e1","x":"weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ","y":"e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck"})";

std::string set_with(const PrivateKey& key, const std::string& more) {
  return R"({"keys":[)" + key.public_key().to_jwk() + "," + more + "]}";
}

TEST_F(ClientKeysTest, AnEncryptionKeyIsFoundInThePublishedSetAfterOneMoreLook) {
  client_.id_token_encrypted_response_alg = "ECDH-ES";
  const auto none = keys_.for_id_tokens(caller(), client_);
  ASSERT_FALSE(none);
  EXPECT_FALSE(none.error().unavailable);
  EXPECT_NE(none.error().public_text.find("ECDH-ES"), std::string::npos);
  EXPECT_EQ(publisher_.count(), 1u) << "not a second time within the bound";
  publisher_.publish(kUri, set_with(one_, kEncryptionKey), "max-age=3600");
  EXPECT_FALSE(keys_.for_id_tokens(caller(), client_));
  now_ += JwksCache::kFetchEvery;
  const auto found = keys_.for_id_tokens(caller(), client_);
  ASSERT_TRUE(found) << found.error().log_text;
  EXPECT_EQ(found->kid(), "e1");
  EXPECT_EQ(publisher_.count(), 2u);
  EXPECT_TRUE(verify(one_));
  client_.id_token_encrypted_response_alg = "RSA-OAEP-256";
  EXPECT_FALSE(keys_.for_id_tokens(caller(), client_));
}

TEST_F(ClientKeysTest, WhileAKeyChangesTheFirstOfItsAlgorithmCounts) {
  client_.id_token_encrypted_response_alg = "ECDH-ES";
  std::string next = kEncryptionKey;
  next.replace(next.find("e1"), 2, "e2");
  publisher_.publish(kUri, set_with(one_, next + "," + kEncryptionKey));
  const auto found = keys_.for_id_tokens(caller(), client_);
  ASSERT_TRUE(found) << found.error().log_text;
  EXPECT_EQ(found->kid(), "e2");
}

TEST_F(ClientKeysTest, ABrokenEncryptionKeyEncryptsNothingAndHarmsNoSignature) {
  client_.id_token_encrypted_response_alg = "ECDH-ES";
  std::string off_the_curve = kEncryptionKey;
  off_the_curve.replace(off_the_curve.find("weNJ"), 4, "AAAA");
  std::string with_private_half = kEncryptionKey;
  with_private_half.insert(1, R"("d":"VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw",)");
  for (const auto& broken : {off_the_curve, with_private_half}) {
    now_ += JwksCache::kLongestLife;
    publisher_.publish(kUri, set_with(one_, std::string(kEncryptionKey) + "," + broken));
    EXPECT_FALSE(keys_.for_id_tokens(caller(), client_)) << broken;
  }
  now_ += JwksCache::kLongestLife;
  publisher_.publish(kUri, set_with(one_, off_the_curve));
  EXPECT_TRUE(verify(one_));
  publisher_.answers.clear();
  now_ += 2 * JwksCache::kLongestLife;
  const auto away = keys_.for_id_tokens(caller(), client_);
  ASSERT_FALSE(away);
  EXPECT_TRUE(away.error().unavailable);
}

// [RFC7591-2] jwks_uri
TEST_F(ClientKeysTest, APublishedKeyVerifiesAndIsNotMarkedAsUsed) {
  const auto good = verify(one_);
  ASSERT_TRUE(good) << good.error().log_text;
  EXPECT_EQ(good->kid, "one");
  EXPECT_FALSE(good->mark_key_used);
}

TEST_F(ClientKeysTest, AnUnknownKidIsRefusedAfterOneMoreLook) {
  ASSERT_TRUE(verify(one_));
  EXPECT_FALSE(verify(two_));
  EXPECT_EQ(publisher_.count(), 1u);
  now_ += JwksCache::kFetchEvery;
  const auto refused = verify(two_);
  ASSERT_FALSE(refused);
  EXPECT_FALSE(refused.error().unavailable);
  EXPECT_EQ(publisher_.count(), 2u);
}

TEST_F(ClientKeysTest, ARotatedKeyWorksAfterTheBoundedLook) {
  ASSERT_TRUE(verify(one_));
  publish({one_, two_});
  now_ += JwksCache::kFetchEvery;
  EXPECT_TRUE(verify(two_));
  EXPECT_TRUE(verify(one_));
}

TEST_F(ClientKeysTest, AnotherKeyUnderAPublishedKidDoesNotVerify) {
  const auto forged = verify(two_.with_kid("one"));
  ASSERT_FALSE(forged);
  EXPECT_FALSE(forged.error().unavailable);
}

TEST_F(ClientKeysTest, WithoutKidOnlyTheOnlyKeyOfTheAlgorithmIsMeant) {
  EXPECT_TRUE(verify(one_.with_kid("")));
  publish({one_, two_});
  now_ += 2h;
  EXPECT_FALSE(verify(one_.with_kid("")));
  EXPECT_TRUE(verify(one_));
}

TEST_F(ClientKeysTest, KeysThatCannotBeHadAreSaidToBeUnavailable) {
  publisher_.answers.clear();
  const auto refused = verify(one_);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().unavailable);
  EXPECT_EQ(refused.error().public_text.find("connect"), std::string::npos);  // not what the network looks like
}

// Keys in the database of a client that publishes its own are not asked.
TEST_F(ClientKeysTest, AClientWithAJwksUriHasNoOtherKeys) {
  ClientKey stored;
  stored.kid = "two";
  stored.jwk = two_.public_key().to_jwk();
  stored.thumbprint = two_.public_key().thumbprint();
  client_.keys.push_back(stored);
  EXPECT_FALSE(verify(two_));
  EXPECT_FALSE(keys_.holds(caller(), client_, stored.thumbprint));
}

// [RFC8705-2.2] the certificate's key is a published one.
TEST_F(ClientKeysTest, AThumbprintIsLookedForInThePublishedSet) {
  EXPECT_TRUE(keys_.holds(caller(), client_, one_.public_key().thumbprint()));
  EXPECT_FALSE(keys_.holds(caller(), client_, two_.public_key().thumbprint()));
  publish({two_});
  now_ += JwksCache::kFetchEvery;
  EXPECT_TRUE(keys_.holds(caller(), client_, two_.public_key().thumbprint()));
}

TEST_F(ClientKeysTest, RegisteredKeysNeverFetch) {
  client_.jwks_uri.clear();
  ClientKey stored;
  stored.kid = "two";
  stored.jwk = two_.public_key().to_jwk();
  stored.thumbprint = two_.public_key().thumbprint();
  client_.keys.push_back(stored);
  const auto good = verify(two_);
  ASSERT_TRUE(good);
  EXPECT_TRUE(good->mark_key_used);
  EXPECT_FALSE(verify(one_));
  EXPECT_TRUE(keys_.holds(caller(), client_, stored.thumbprint));
  EXPECT_EQ(publisher_.count(), 0u);
}

}  // namespace
}  // namespace oauth
