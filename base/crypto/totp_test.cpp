#include "base/crypto/totp.h"

#include <gtest/gtest.h>

namespace base::crypto {
namespace {

using namespace std::chrono_literals;

base::Secret secret(std::string bytes) { return base::Secret(std::move(bytes)); }
base::Instant at(std::int64_t seconds) { return base::Instant(std::chrono::seconds(seconds)); }

// [RFC6238-B]
TEST(Totp, GivesTheCodesOfRfc6238AppendixB) {
  const std::string digits = "12345678901234567890";
  const std::string seed20 = digits, seed32 = digits + digits.substr(0, 12), seed64 = digits + digits + digits + "1234";
  struct Row {
    std::int64_t seconds;
    const char *sha1, *sha256, *sha512;
  };
  for (const Row& row :
       {Row{59, "94287082", "46119246", "90693936"}, Row{1111111109, "07081804", "68084774", "25091201"},
        Row{1111111111, "14050471", "67062674", "99943326"}, Row{1234567890, "89005924", "91819424", "93441116"},
        Row{2000000000, "69279037", "90698825", "38618901"}, Row{20000000000, "65353130", "77737706", "47863826"}}) {
    const std::int64_t step = totp_step(at(row.seconds));
    EXPECT_EQ(totp_code(secret(seed20), step, 8, TotpHash::sha1), row.sha1);
    EXPECT_EQ(totp_code(secret(seed32), step, 8, TotpHash::sha256), row.sha256);
    EXPECT_EQ(totp_code(secret(seed64), step, 8, TotpHash::sha512), row.sha512);
  }
}

// [RFC4226-D]
TEST(Totp, GivesTheCodesOfRfc4226AppendixD) {
  const char* codes[] = {"755224", "287082", "359152", "969429", "338314",
                         "254676", "287922", "162583", "399871", "520489"};
  for (int i = 0; i < 10; ++i) EXPECT_EQ(totp_code(secret("12345678901234567890"), i), codes[i]);
}

// [RFC6238-5.2]
TEST(Totp, AcceptsOneStepBeforeAndAfterAndNoMore) {
  const base::Secret key = secret("12345678901234567890");
  const base::Instant now = at(1'790'000'000);
  const std::int64_t step = totp_step(now);
  EXPECT_EQ(totp_match(key, totp_code(key, step), now), step);
  EXPECT_EQ(totp_match(key, totp_code(key, step - 1), now), step - 1);
  EXPECT_EQ(totp_match(key, totp_code(key, step + 1), now), step + 1);
  EXPECT_FALSE(totp_match(key, totp_code(key, step - 2), now));
  EXPECT_FALSE(totp_match(key, totp_code(key, step + 2), now));
}

TEST(Totp, RefusesWhatIsNoCode) {
  const base::Secret key = secret("12345678901234567890");
  const base::Instant now = at(1'790'000'000);
  const std::string code = totp_code(key, totp_step(now));
  for (const std::string& wrong :
       {std::string(), code.substr(1), code + "0", " " + code, std::string("abcdef"), std::string(6, '\0')}) {
    EXPECT_FALSE(totp_match(key, wrong, now)) << wrong;
  }
}

// [RFC4648-10]
TEST(Base32, DecodesTheVectorsOfRfc4648) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"MY", "f"},
                                                         {"MZXQ", "fo"},
                                                         {"MZXW6", "foo"},
                                                         {"MZXW6YQ", "foob"},
                                                         {"MZXW6YTB", "fooba"},
                                                         {"MZXW6YTBOI", "foobar"}};
  for (const auto& [text, want] : vectors) {
    const auto decoded = base32_decode(text);
    ASSERT_TRUE(decoded) << text;
    EXPECT_EQ(decoded->reveal(), want);
  }
}

TEST(Base32, RefusesOtherTexts) {
  for (const char* text : {"M", "MZX", "MZXW6Y", "mzxw6", "MZXW6===", "MZ W6", "MZXW1", "MZ", "MR"}) {
    EXPECT_FALSE(base32_decode(text)) << text;
  }
}

// [RFC4648-10] the test vectors, without their padding
TEST(Totp, WritesBase32AsTheRfcDoes) {
  for (const auto& [bytes, text] :
       std::initializer_list<std::pair<const char*, const char*>>{{"", ""},
                                                                  {"f", "MY"},
                                                                  {"fo", "MZXQ"},
                                                                  {"foo", "MZXW6"},
                                                                  {"foob", "MZXW6YQ"},
                                                                  {"fooba", "MZXW6YTB"},
                                                                  {"foobar", "MZXW6YTBOI"}}) {
    EXPECT_EQ(base32_encode(bytes), text);
    EXPECT_EQ(base32_decode(text)->reveal(), bytes);
  }
}

}  // namespace
}  // namespace base::crypto
