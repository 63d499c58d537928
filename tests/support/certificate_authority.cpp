#include "tests/support/certificate_authority.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace tests {
namespace {

void must(bool ok, const char* what) {
  if (!ok) throw std::runtime_error(what);
}

std::shared_ptr<EVP_PKEY> new_key() {
  std::shared_ptr<EVP_PKEY> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  must(key != nullptr, "key generation");
  return key;
}

std::shared_ptr<X509> blank(EVP_PKEY* key) {
  std::shared_ptr<X509> certificate(X509_new(), X509_free);
  X509_set_version(certificate.get(), X509_VERSION_3);
  std::uint64_t serial = 0;
  must(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1, "serial");
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial >> 1);
  must(ASN1_TIME_set_string(X509_getm_notBefore(certificate.get()), "20200101000000Z") == 1, "notBefore");
  must(ASN1_TIME_set_string(X509_getm_notAfter(certificate.get()), "21000101000000Z") == 1, "notAfter");
  X509_set_pubkey(certificate.get(), key);
  return certificate;
}

void name(X509* certificate, const std::string& type, const std::string& value) {
  must(X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), type.c_str(), MBSTRING_UTF8,
                                  reinterpret_cast<const unsigned char*>(value.data()), static_cast<int>(value.size()),
                                  -1, 0) == 1,
       "subject");
}

void extend(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()), X509_EXTENSION_free);
  must(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "extension");
}

void sign(X509* certificate, X509* issuer, EVP_PKEY* key) {
  X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
  must(X509_sign(certificate, key, EVP_sha256()) > 0, "signature");
}

std::string der_of(X509* certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(certificate, &bytes);
  must(size > 0, "DER");
  std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return der;
}

template <class Write>
std::string pem_of(const Write& write) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
  must(bio && write(bio.get()) == 1, "PEM");
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace

CertificateAuthority::CertificateAuthority(const std::string& common_name, const CertificateAuthority* issuer)
    : key_(new_key()), certificate_(blank(key_.get())) {
  X509* const own = certificate_.get();
  X509* const above = issuer == nullptr ? own : issuer->certificate_.get();
  name(own, "CN", common_name);
  extend(own, above, NID_basic_constraints, "critical,CA:TRUE");
  extend(own, above, NID_key_usage, "critical,keyCertSign");
  extend(own, above, NID_subject_key_identifier, "hash");
  sign(own, above, issuer == nullptr ? key_.get() : issuer->key_.get());
  der_ = der_of(own);
  pem_ = pem_of([&](BIO* bio) { return PEM_write_bio_X509(bio, own); });
}

IssuedCertificate CertificateAuthority::issue(const LeafRequest& request) const {
  const auto key = new_key();
  const auto leaf = blank(key.get());
  for (const auto& [type, value] : request.subject) name(leaf.get(), type, value);
  extend(leaf.get(), certificate_.get(), NID_basic_constraints, "critical,CA:FALSE");
  extend(leaf.get(), certificate_.get(), NID_authority_key_identifier, "keyid");
  if (!request.usage.empty()) extend(leaf.get(), certificate_.get(), NID_ext_key_usage, request.usage);
  if (!request.alt_names.empty()) extend(leaf.get(), certificate_.get(), NID_subject_alt_name, request.alt_names);
  sign(leaf.get(), certificate_.get(), key_.get());
  return {der_of(leaf.get()), pem_of([&](BIO* bio) { return PEM_write_bio_X509(bio, leaf.get()); }),
          pem_of([&](BIO* bio) {
            return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
          })};
}

}  // namespace tests
