#include "tests/support/http_certificates.h"

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include <memory>
#include <stdexcept>

namespace tests {
namespace {

void must(bool ok, const char* what) {
  if (!ok) throw std::runtime_error(what);
}

}  // namespace

CertificateFolder::CertificateFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "certificates-XXXXXX").string();
  must(mkdtemp(name.data()) != nullptr, "mkdtemp");
  path_ = name;
}

CertificateFolder::~CertificateFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

CertificateFiles CertificateFolder::make(const std::string& name, CertificateKey kind) const {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      kind == CertificateKey::ec_p256 ? EVP_EC_gen("P-256") : EVP_RSA_gen(2048), EVP_PKEY_free);
  must(key != nullptr, "key generation");
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
  X509_set_version(certificate.get(), X509_VERSION_3);
  std::uint64_t serial = 0;
  must(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1, "serial");
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial >> 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -86400);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 365L * 86400);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                             0);
  X509_set_issuer_name(certificate.get(), subject);
  const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> names(
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1"),
      X509_EXTENSION_free);
  X509_add_ext(certificate.get(), names.get(), -1);
  must(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0, "signature");

  CertificateFiles files;
  files.certificate_file = (path_ / (name + ".crt")).string();
  files.key_file = (path_ / (name + ".key")).string();
  using File = std::unique_ptr<FILE, int (*)(FILE*)>;
  {
    const File out(fopen(files.certificate_file.c_str(), "w"), fclose);
    must(out && PEM_write_X509(out.get(), certificate.get()) == 1, "certificate file");
  }
  {
    const File out(fopen(files.key_file.c_str(), "w"), fclose);
    must(out && PEM_write_PrivateKey(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1, "key file");
  }
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate.get(), &der);
  must(size > 0, "DER");
  files.der.assign(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return files;
}

}  // namespace tests
