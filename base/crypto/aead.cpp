#include "base/crypto/aead.h"

#include <limits>

#include "base/crypto/openssl_ptr.h"
#include "base/ensure.h"

namespace base::crypto {
namespace {

constexpr char kFormat = 0x01;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;

const EVP_CIPHER* fetched_aes_256_gcm() {
  static const EVP_CIPHER* const cipher =
      ossl_check(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr), "EVP_CIPHER_fetch");
  return cipher;
}

int checked_size(std::size_t size) {
  ENSURE(size <= static_cast<std::size_t>(std::numeric_limits<int>::max()), "sealed texts are small");
  return static_cast<int>(size);
}

}  // namespace

std::string aead_seal(const Secret& key, std::string_view plaintext, std::string_view associated_data,
                      Entropy& entropy) {
  ENSURE(key.reveal().size() == kAeadKeyBytes, "an AES-256 key has 32 bytes");
  std::string out(kAeadOverheadBytes + plaintext.size(), '\0');
  out[0] = kFormat;
  entropy.fill({reinterpret_cast<std::byte*>(out.data()) + 1, kNonceBytes});
  unsigned char* const nonce = as_octets(out) + 1;
  unsigned char* const text = nonce + kNonceBytes;
  unsigned char* const tag = text + plaintext.size();

  const EvpCipherCtxPtr context(ossl_check(EVP_CIPHER_CTX_new(), "EVP_CIPHER_CTX_new"));
  EVP_CIPHER_CTX* const c = context.get();
  int written = 0;
  ossl_check(EVP_EncryptInit_ex2(c, fetched_aes_256_gcm(), as_octets(key.reveal()), nonce, nullptr), "EncryptInit");
  ossl_check(EVP_EncryptUpdate(c, nullptr, &written, as_octets(std::string_view(out)), 1), "associated data");
  ossl_check(EVP_EncryptUpdate(c, nullptr, &written, as_octets(associated_data), checked_size(associated_data.size())),
             "associated data");
  ossl_check(EVP_EncryptUpdate(c, text, &written, as_octets(plaintext), checked_size(plaintext.size())),
             "EVP_EncryptUpdate");
  ossl_check(EVP_EncryptFinal_ex(c, tag, &written), "EVP_EncryptFinal_ex");
  ossl_check(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, static_cast<int>(kTagBytes), tag), "GCM tag");
  return out;
}

std::optional<Secret> aead_open(const Secret& key, std::string_view sealed, std::string_view associated_data) {
  ENSURE(key.reveal().size() == kAeadKeyBytes, "an AES-256 key has 32 bytes");
  if (sealed.size() < kAeadOverheadBytes || sealed[0] != kFormat) return std::nullopt;
  const std::string_view nonce = sealed.substr(1, kNonceBytes);
  const std::string_view text = sealed.substr(1 + kNonceBytes, sealed.size() - kAeadOverheadBytes);
  std::string tag(sealed.substr(sealed.size() - kTagBytes));

  const EvpCipherCtxPtr context(ossl_check(EVP_CIPHER_CTX_new(), "EVP_CIPHER_CTX_new"));
  EVP_CIPHER_CTX* const c = context.get();
  int written = 0;
  // One spare byte: an empty text still needs an address, because a null output means "associated data" to OpenSSL.
  std::string plaintext(text.size() + 1, '\0');
  ossl_check(EVP_DecryptInit_ex2(c, fetched_aes_256_gcm(), as_octets(key.reveal()), as_octets(nonce), nullptr),
             "DecryptInit");
  ossl_check(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(kTagBytes), tag.data()), "GCM tag");
  ossl_check(EVP_DecryptUpdate(c, nullptr, &written, as_octets(sealed), 1), "associated data");
  ossl_check(EVP_DecryptUpdate(c, nullptr, &written, as_octets(associated_data), checked_size(associated_data.size())),
             "associated data");
  ossl_check(EVP_DecryptUpdate(c, as_octets(plaintext), &written, as_octets(text), checked_size(text.size())),
             "EVP_DecryptUpdate");
  const bool authentic = EVP_DecryptFinal_ex(c, as_octets(plaintext) + text.size(), &written) == 1;
  if (!authentic) {
    wipe(plaintext);
    drain_error_queue();
    return std::nullopt;
  }
  plaintext.resize(text.size());
  return Secret(std::move(plaintext));
}

}  // namespace base::crypto
