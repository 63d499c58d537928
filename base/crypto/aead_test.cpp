#include "base/crypto/aead.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/ensure.h"
#include "base/json/strict.h"
#include "tests/support/fakes.h"
#include "tests/support/project_files.h"

namespace base::crypto {
namespace {

class FixedEntropy final : public Entropy {
 public:
  explicit FixedEntropy(std::string bytes) : bytes_(std::move(bytes)) {}
  void fill(std::span<std::byte> out) override {
    ASSERT_EQ(out.size(), bytes_.size());
    std::copy_n(reinterpret_cast<const std::byte*>(bytes_.data()), bytes_.size(), out.begin());
  }

 private:
  std::string bytes_;
};

const Secret& key() {
  static const Secret secret = Secret::copy_of(std::string(32, 'k'));
  return secret;
}

TEST(Aead, MatchesAnIndependentImplementation) {
  const auto text = tests::text_of_project_file("tests/golden/jose_vectors.json");
  const auto document = json::parse_strict(text, {.max_bytes = 100'000});
  ASSERT_TRUE(document.has_value());
  const auto& sealed = document->at("sealed");
  const auto bytes = [&](const char* name) { return *hex_decode(sealed.at(name).get<std::string>()); };
  FixedEntropy nonce(bytes("nonce"));
  const auto text_in = sealed.at("plaintext").get<std::string>();
  const auto aad = sealed.at("aad").get<std::string>();
  EXPECT_EQ(aead_seal(Secret(bytes("key")), text_in, aad, nonce), bytes("sealed"));
  const auto opened = aead_open(Secret(bytes("key")), bytes("sealed"), aad);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->reveal(), text_in);
}

TEST(Aead, OpensWhatItSealed) {
  tests::SeededEntropy entropy;
  for (const std::size_t size : {0u, 1u, 15u, 16u, 17u, 5000u}) {
    const std::string text(size, 'x');
    const std::string sealed = aead_seal(key(), text, "place", entropy);
    EXPECT_EQ(sealed.size(), size + kAeadOverheadBytes);
    const auto opened = aead_open(key(), sealed, "place");
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->reveal(), text);
  }
}

TEST(Aead, OneTextIsSealedDifferentlyEachTime) {
  tests::SeededEntropy entropy;
  EXPECT_NE(aead_seal(key(), "text", "", entropy), aead_seal(key(), "text", "", entropy));
}

TEST(Aead, OneBitOffAnywhereDoesNotOpen) {
  tests::SeededEntropy entropy;
  const std::string sealed = aead_seal(key(), "secret", "place", entropy);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(aead_open(key(), changed, "place")) << i;
  }
}

TEST(Aead, AnotherKeyPlaceOrLengthDoesNotOpen) {
  tests::SeededEntropy entropy;
  const std::string sealed = aead_seal(key(), "secret", "place", entropy);
  EXPECT_FALSE(aead_open(Secret::copy_of(std::string(32, 'j')), sealed, "place"));
  EXPECT_FALSE(aead_open(key(), sealed, "places"));
  EXPECT_FALSE(aead_open(key(), sealed, ""));
  for (std::size_t size = 0; size < sealed.size(); ++size)
    EXPECT_FALSE(aead_open(key(), sealed.substr(0, size), "place"));
  EXPECT_FALSE(aead_open(key(), sealed + "x", "place"));
}

TEST(Aead, AKeyOfAnotherLengthIsABrokenInvariant) {
  tests::SeededEntropy entropy;
  EXPECT_THROW(aead_seal(Secret::copy_of("short"), "x", "", entropy), BrokenInvariant);
  EXPECT_THROW(aead_open(Secret::copy_of("short"), "x", ""), BrokenInvariant);
}

}  // namespace
}  // namespace base::crypto
