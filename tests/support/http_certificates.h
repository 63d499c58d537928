// Self-signed certificates for tests, in a folder that disappears with the object.
#pragma once

#include <filesystem>
#include <string>

namespace tests {

enum class CertificateKey { ec_p256, rsa_2048 };

struct CertificateFiles {
  std::string certificate_file;
  std::string key_file;
  std::string der;
};

class CertificateFolder {
 public:
  CertificateFolder();
  ~CertificateFolder();
  CertificateFolder(const CertificateFolder&) = delete;
  CertificateFolder& operator=(const CertificateFolder&) = delete;

  // Writes NAME.crt and NAME.key, replacing what was there. Valid from yesterday for a year, for localhost and
  // loopback.
  CertificateFiles make(const std::string& name, CertificateKey key = CertificateKey::ec_p256) const;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace tests
