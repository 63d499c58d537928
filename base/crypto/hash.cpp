#include "base/crypto/hash.h"

#include <array>

#include "base/crypto/openssl_ptr.h"
#include "base/encoding.h"

namespace base::crypto {
namespace {

std::string digest(const EVP_MD* md, std::string_view bytes) {
  std::string out(static_cast<std::size_t>(EVP_MD_get_size(md)), '\0');
  ossl_check(EVP_Digest(bytes.data(), bytes.size(), as_octets(out), nullptr, md, nullptr), "EVP_Digest");
  return out;
}

// A context with the digest already chosen; each call copies it and sets its own key. Choosing the digest by name costs
// more than the MAC of a webhook.
EVP_MAC_CTX* make_hmac_template() {
  EVP_MAC* mac = ossl_check(EVP_MAC_fetch(nullptr, "HMAC", nullptr), "EVP_MAC_fetch");
  EVP_MAC_CTX* context = ossl_check(EVP_MAC_CTX_new(mac), "EVP_MAC_CTX_new");
  std::string name = "SHA256";
  const std::array params{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), 0),
                          OSSL_PARAM_construct_end()};
  const std::array<unsigned char, 32> no_key{};
  ossl_check(EVP_MAC_init(context, no_key.data(), no_key.size(), params.data()), "EVP_MAC_init");
  return context;
}

}  // namespace

std::string sha256(std::string_view bytes) { return digest(fetched_sha256(), bytes); }

std::string sha384(std::string_view bytes) {
  static const EVP_MD* const md = ossl_check(EVP_MD_fetch(nullptr, "SHA384", nullptr), "EVP_MD_fetch");
  return digest(md, bytes);
}

std::string sha512(std::string_view bytes) {
  static const EVP_MD* const md = ossl_check(EVP_MD_fetch(nullptr, "SHA512", nullptr), "EVP_MD_fetch");
  return digest(md, bytes);
}

std::string sha256_base64url(std::string_view bytes) { return base64url_encode(sha256(bytes)); }

std::string fingerprint(std::string_view bytes) { return hex_encode(sha256(bytes).substr(0, 4)); }

std::string hmac_sha256(const Secret& key, std::string_view message) {
  static const EVP_MAC_CTX* const prepared = make_hmac_template();
  const EvpMacCtxPtr context(ossl_check(EVP_MAC_CTX_dup(prepared), "EVP_MAC_CTX_dup"));
  // An empty key is a key (RFC 2104 pads it with zeros); a null pointer would mean "keep the template's".
  const std::string_view key_bytes = key.empty() ? std::string_view("") : key.reveal();
  ossl_check(EVP_MAC_init(context.get(), as_octets(key_bytes), key_bytes.size(), nullptr), "EVP_MAC_init");
  ossl_check(EVP_MAC_update(context.get(), as_octets(message), message.size()), "EVP_MAC_update");
  std::string out(32, '\0');
  std::size_t size = 0;
  ossl_check(EVP_MAC_final(context.get(), as_octets(out), &size, out.size()), "EVP_MAC_final");
  out.resize(size);
  return out;
}

}  // namespace base::crypto
