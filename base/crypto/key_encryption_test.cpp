#include "base/crypto/key_encryption.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/crypto/envelope.h"
#include "base/encoding.h"
#include "base/ensure.h"
#include "tests/support/fakes.h"

namespace base::crypto {
namespace {

class KeyFile {
 public:
  explicit KeyFile(std::string_view content, mode_t mode = 0600) {
    std::string pattern = (std::filesystem::temp_directory_path() / "aldgate-kek-XXXXXX").string();
    const int fd = ::mkstemp(pattern.data());
    EXPECT_GE(fd, 0);
    ::close(fd);
    path_ = pattern;
    std::ofstream(path_, std::ios::binary) << content;
    EXPECT_EQ(::chmod(path_.c_str(), mode), 0);
  }
  KeyFile(const KeyFile&) = delete;
  KeyFile& operator=(const KeyFile&) = delete;
  ~KeyFile() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

const std::string& raw_key() {
  static const std::string bytes = *hex_decode("000102030405060708090a0b0c0d0e0ffff1f2f3f4f5f6f7f8f9fafbfcfdfeff");
  return bytes;
}

TEST(KeyEncryptionKey, EveryFormOfTheFileIsTheSameKey) {
  const std::string id = KeyEncryptionKey::from_bytes(Secret::copy_of(raw_key())).id();
  EXPECT_EQ(id.size(), 8u);
  for (const std::string& content : {raw_key(), base64_encode(raw_key()), base64url_encode(raw_key()),
                                     base64_encode(raw_key()) + "\n", base64url_encode(raw_key()) + "\r\n"}) {
    const KeyFile file(content);
    const auto key = KeyEncryptionKey::from_file(file.path());
    ASSERT_TRUE(key) << key.error().log_text;
    EXPECT_EQ(key->id(), id);
  }
}

TEST(KeyEncryptionKey, OtherContentsAreRefusedWithoutBeingShown) {
  for (const std::string& content :
       {std::string(), std::string(31, 'k'), std::string(33, 'k'), std::string(5000, 'k'),
        base64_encode(raw_key().substr(1)), base64_encode(raw_key()) + "\n\n", " " + base64_encode(raw_key())}) {
    const KeyFile file(content);
    const auto key = KeyEncryptionKey::from_file(file.path());
    ASSERT_FALSE(key) << content.size();
    EXPECT_NE(key.error().log_text.find(file.path()), std::string::npos);
    EXPECT_EQ(key.error().log_text.find("kkkk"), std::string::npos);
  }
}

TEST(KeyEncryptionKey, AFileThatOthersMayReadIsRefused) {
  for (const mode_t mode : {0644, 0604, 0602, 0601, 0620, 0660}) {
    const KeyFile file(raw_key(), mode);
    EXPECT_FALSE(KeyEncryptionKey::from_file(file.path())) << mode;
  }
  for (const mode_t mode : {0600, 0400, 0440, 0640}) {
    const KeyFile file(raw_key(), mode);
    EXPECT_TRUE(KeyEncryptionKey::from_file(file.path())) << mode;
  }
}

TEST(KeyEncryptionKey, AMissingFileOrAFolderIsRefused) {
  EXPECT_FALSE(KeyEncryptionKey::from_file("/nonexistent/kek"));
  EXPECT_FALSE(KeyEncryptionKey::from_file(std::filesystem::temp_directory_path().string()));
}

TEST(KeyEncryptionKey, OpensOnlyItsOwnAndOnlyInPlace) {
  tests::SeededEntropy entropy;
  const auto key = KeyEncryptionKey::from_bytes(Secret::copy_of(raw_key()));
  const auto other = KeyEncryptionKey::from_bytes(Secret::copy_of(std::string(32, 'o')));
  const std::string sealed = key.seal("private key", "keys:1", entropy);
  ASSERT_TRUE(key.open(sealed, "keys:1"));
  EXPECT_EQ(key.open(sealed, "keys:1")->reveal(), "private key");
  EXPECT_FALSE(key.open(sealed, "keys:2"));
  EXPECT_FALSE(other.open(sealed, "keys:1"));
  EXPECT_NE(key.id(), other.id());
}

TEST(KeyEncryptionKey, DerivedKeysDifferByLabelAndAreNotTheRoot) {
  const auto key = KeyEncryptionKey::from_bytes(Secret::copy_of(raw_key()));
  const Secret a = key.derive("a");
  const Secret b = key.derive("b");
  EXPECT_EQ(a.reveal().size(), 32u);
  EXPECT_NE(a.reveal(), b.reveal());
  EXPECT_NE(a.reveal(), raw_key());
  EXPECT_EQ(a.reveal(), key.derive("a").reveal());
}

TEST(KeyEncryptionKey, AnotherLengthIsABrokenInvariant) {
  EXPECT_THROW(KeyEncryptionKey::from_bytes(Secret::copy_of("short")), BrokenInvariant);
}

TEST(DataKey, IsWrappedForOneOwner) {
  tests::SeededEntropy entropy;
  const auto root = KeyEncryptionKey::from_bytes(Secret::copy_of(raw_key()));
  const DataKey key = DataKey::generate(entropy);
  const std::string wrapped = key.wrap(root, "psu-1", entropy);
  const std::string sealed = key.seal("DE89370400440532013000", "consent.account:1", entropy);

  const auto unwrapped = DataKey::unwrap(root, wrapped, "psu-1");
  ASSERT_TRUE(unwrapped);
  ASSERT_TRUE(unwrapped->open(sealed, "consent.account:1"));
  EXPECT_EQ(unwrapped->open(sealed, "consent.account:1")->reveal(), "DE89370400440532013000");

  EXPECT_FALSE(DataKey::unwrap(root, wrapped, "psu-2"));
  EXPECT_FALSE(DataKey::unwrap(root, wrapped.substr(1), "psu-1"));
  EXPECT_FALSE(DataKey::unwrap(root, root.seal("not 32 bytes", "aldgate data key\npsu-1", entropy), "psu-1"));
  EXPECT_FALSE(unwrapped->open(sealed, "consent.account:2"));
  EXPECT_FALSE(DataKey::generate(entropy).open(sealed, "consent.account:1"));
}

TEST(BlindIndex, IsEqualForEqualValuesOfOneFieldOnly) {
  const auto root = KeyEncryptionKey::from_bytes(Secret::copy_of(raw_key()));
  const auto other = KeyEncryptionKey::from_bytes(Secret::copy_of(std::string(32, 'o')));
  const BlindIndex index(root);
  EXPECT_EQ(index.of("iban", "DE89"), BlindIndex(root).of("iban", "DE89"));
  EXPECT_EQ(index.of("iban", "DE89").size(), 43u);
  EXPECT_NE(index.of("iban", "DE89"), index.of("iban", "DE90"));
  EXPECT_NE(index.of("iban", "DE89"), index.of("username", "DE89"));
  EXPECT_NE(index.of("iban", "DE89"), index.of("ibanD", "E89"));
  EXPECT_NE(index.of("iban", "DE89"), BlindIndex(other).of("iban", "DE89"));
}

}  // namespace
}  // namespace base::crypto
