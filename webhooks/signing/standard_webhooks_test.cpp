#include "webhooks/signing/standard_webhooks.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/ensure.h"
#include "tests/support/fakes.h"

namespace webhooks {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

base::Secret key_of(std::string_view base64) { return base::Secret(std::move(*base::base64_decode(base64))); }

constexpr const char* kId = "msg_p5jXN8AQM9LWM0D4loKWxJek";
constexpr sys_seconds kAt{seconds(1614265330)};
constexpr const char* kBody = R"({"test": 2432232314})";

// [STDWH-1.0.0-signature-scheme] The vector of the reference libraries.
TEST(StandardWebhooks, SignsTheReferenceVector) {
  EXPECT_EQ(sign_v1(key_of("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), kId, kAt, kBody),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(StandardWebhooks, EveryPartOfTheContentIsSigned) {
  const base::Secret key = key_of("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  const std::string signature = sign_v1(key, kId, kAt, kBody);
  EXPECT_NE(sign_v1(key, "msg_p5jXN8AQM9LWM0D4loKWxJel", kAt, kBody), signature);
  EXPECT_NE(sign_v1(key, kId, kAt + seconds(1), kBody), signature);
  EXPECT_NE(sign_v1(key, kId, kAt, R"({"test": 2432232315})"), signature);
  EXPECT_NE(sign_v1(key_of("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx"), kId, kAt, kBody), signature);
}

TEST(StandardWebhooks, SignsWithEveryLivingKeyTheCurrentOneFirst) {
  std::vector<base::Secret> keys;
  keys.push_back(key_of("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
  keys.push_back(key_of("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx"));
  EXPECT_EQ(signature_header(keys, kId, kAt, kBody),
            sign_v1(keys[0], kId, kAt, kBody) + " " + sign_v1(keys[1], kId, kAt, kBody));
}

TEST(StandardWebhooks, RefusesAnIdThatWouldMoveTheBordersAndSendingUnsigned) {
  const base::Secret key = key_of("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  EXPECT_THROW(sign_v1(key, "msg.1", kAt, kBody), base::BrokenInvariant);
  EXPECT_THROW(sign_v1(key, "", kAt, kBody), base::BrokenInvariant);
  EXPECT_THROW(signature_header({}, kId, kAt, kBody), base::BrokenInvariant);
}

TEST(StandardWebhooks, SecretsArePrefixedBase64OfThirtyTwoBytes) {
  tests::SeededEntropy entropy;
  const base::Secret key = new_signing_key(entropy);
  EXPECT_EQ(key.reveal().size(), 32u);
  const base::Secret text = to_whsec(key);
  ASSERT_TRUE(text.reveal().starts_with("whsec_"));
  EXPECT_EQ(base::base64_decode(text.reveal().substr(6)), std::string(key.reveal()));
  EXPECT_NE(new_signing_key(entropy).reveal(), key.reveal());
}

}  // namespace
}  // namespace webhooks
