// Ownership and error handling for OpenSSL objects. Only base/crypto/*.cpp and gateway/http_server include this or any
// OpenSSL header.
#pragma once

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace base::crypto {

// OpenSSL refused where only a lack of memory, a missing algorithm or a broken invariant can be the reason.
class OpenSslError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Empties this thread's error queue; the reasons joined by "; ". What fails must leave no entry behind: a later TLS
// read on the same thread would report it as its own.
std::string drain_error_queue();

// For return codes whose success is 1 (or any positive value).
void ossl_check(int return_code, std::string_view what);
template <class T>
T* ossl_check(T* pointer, std::string_view what) {
  if (pointer == nullptr) ossl_check(0, what);
  return pointer;
}

template <auto Free>
struct OpenSslFree {
  template <class T>
  void operator()(T* pointer) const noexcept {
    Free(pointer);
  }
};
struct OpenSslFreeString {
  void operator()(unsigned char* pointer) const noexcept { OPENSSL_free(pointer); }
  void operator()(char* pointer) const noexcept { OPENSSL_free(pointer); }
};
struct GeneralNamesFree {
  void operator()(GENERAL_NAMES* names) const noexcept { GENERAL_NAMES_free(names); }
};
struct X509StackFree {  // the certificates too
  void operator()(STACK_OF(X509) * stack) const noexcept { sk_X509_pop_free(stack, X509_free); }
};

using BioPtr = std::unique_ptr<BIO, OpenSslFree<BIO_free_all>>;
using BnPtr = std::unique_ptr<BIGNUM, OpenSslFree<BN_clear_free>>;
using BnCtxPtr = std::unique_ptr<BN_CTX, OpenSslFree<BN_CTX_free>>;
using EvpPkeyPtr = std::unique_ptr<EVP_PKEY, OpenSslFree<EVP_PKEY_free>>;
using EvpPkeyCtxPtr = std::unique_ptr<EVP_PKEY_CTX, OpenSslFree<EVP_PKEY_CTX_free>>;
using EvpMdCtxPtr = std::unique_ptr<EVP_MD_CTX, OpenSslFree<EVP_MD_CTX_free>>;
using EvpMacCtxPtr = std::unique_ptr<EVP_MAC_CTX, OpenSslFree<EVP_MAC_CTX_free>>;
using EvpCipherCtxPtr = std::unique_ptr<EVP_CIPHER_CTX, OpenSslFree<EVP_CIPHER_CTX_free>>;
using ParamBuilderPtr = std::unique_ptr<OSSL_PARAM_BLD, OpenSslFree<OSSL_PARAM_BLD_free>>;
using ParamsPtr = std::unique_ptr<OSSL_PARAM, OpenSslFree<OSSL_PARAM_free>>;
using X509Ptr = std::unique_ptr<X509, OpenSslFree<X509_free>>;
using X509NamePtr = std::unique_ptr<X509_NAME, OpenSslFree<X509_NAME_free>>;
using X509StorePtr = std::unique_ptr<X509_STORE, OpenSslFree<X509_STORE_free>>;
using X509StoreCtxPtr = std::unique_ptr<X509_STORE_CTX, OpenSslFree<X509_STORE_CTX_free>>;
using X509StackPtr = std::unique_ptr<STACK_OF(X509), X509StackFree>;
using GeneralNamesPtr = std::unique_ptr<GENERAL_NAMES, GeneralNamesFree>;
using Asn1ObjectPtr = std::unique_ptr<ASN1_OBJECT, OpenSslFree<ASN1_OBJECT_free>>;
template <class Char>
using OpenSslString = std::unique_ptr<Char, OpenSslFreeString>;

// Fetched once and never freed: a fetch costs more than the hash of a token.
const EVP_MD* fetched_sha256();

inline const unsigned char* as_octets(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
inline unsigned char* as_octets(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

}  // namespace base::crypto
