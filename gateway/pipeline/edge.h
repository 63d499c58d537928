// An edge that terminates TLS in front of this node and says who the client is: the certificate it held (Client-Cert
// and Client-Cert-Chain, RFC 9440; on the mTLS listener) and the address it came from (Forwarded, RFC 7239, or
// X-Forwarded-For: the one that the operator's edge writes). Believed from configured peers, dropped from everybody
// else.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/http/message.h"
#include "base/net/ip_address.h"
#include "base/result.h"

namespace gateway {

struct ForwardedCertificate {
  std::string certificate_der;
  std::vector<std::string> chain_der;
};

// The two headers as a trusted edge must write them: one byte sequence of structured fields (RFC 8941 section 3.3.5),
// and a list of them, without parameters, each one certificate. nullopt: there is no Client-Cert. Failure: a
// constant sentence.
base::Result<std::optional<ForwardedCertificate>, std::string_view> read_client_cert(
    const base::http::Headers& headers);

// Which header the edge writes the client's address into. One: the other may come from the client itself, through an
// edge that does not know it.
enum class ClientAddressHeader { none, forwarded, x_forwarded_for };

class Edge {
 public:
  Edge() = default;  // there is none: the headers are dropped from everybody
  explicit Edge(std::vector<base::net::Cidr> trusted_peers, ClientAddressHeader address = ClientAddressHeader::none)
      : trusted_peers_(std::move(trusted_peers)), address_(address) {}

  // Puts the certificate and the address that a trusted peer forwards in the place of the connection's own, and takes
  // the headers away. Failure: a trusted peer wrote something else into them.
  base::Result<void, std::string_view> apply(base::http::Request& request) const;

 private:
  bool trusts(const base::net::IpAddress& address) const;
  base::Result<void, std::string_view> apply_address(base::http::Request& request) const;

  std::vector<base::net::Cidr> trusted_peers_;
  ClientAddressHeader address_ = ClientAddressHeader::none;
};

}  // namespace gateway
