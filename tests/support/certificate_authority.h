// Certificates that an authority issues, for tests of chains and subjects. Valid from 2020 to 2100.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

struct evp_pkey_st;
struct x509_st;

namespace tests {

struct IssuedCertificate {
  std::string der;
  std::string pem;
  std::string key_pem;
};

struct LeafRequest {
  std::vector<std::pair<std::string, std::string>> subject = {{"CN", "tpp"}};  // in the order of the RDNs
  std::string alt_names{};           // as OpenSSL writes it: "DNS:a,IP:192.0.2.1"
  std::string usage = "clientAuth";  // extended key usage; empty: none
};

class CertificateAuthority {
 public:
  // Self-signed, or under another, which then is its issuer.
  explicit CertificateAuthority(const std::string& name, const CertificateAuthority* issuer = nullptr);
  IssuedCertificate issue(const LeafRequest& request) const;
  const std::string& der() const { return der_; }
  const std::string& pem() const { return pem_; }

 private:
  std::shared_ptr<evp_pkey_st> key_;
  std::shared_ptr<x509_st> certificate_;
  std::string der_;
  std::string pem_;
};

}  // namespace tests
