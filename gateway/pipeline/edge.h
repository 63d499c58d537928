// An edge that terminates TLS in front of this node and says which certificate the client held: Client-Cert and
// Client-Cert-Chain (RFC 9440), believed from configured peers on the mTLS listener, dropped from everybody else.
// Not here: the client's address behind an edge (Forwarded, X-Forwarded-For).
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

class Edge {
 public:
  Edge() = default;  // there is none: the headers are dropped from everybody
  explicit Edge(std::vector<base::net::Cidr> trusted_peers) : trusted_peers_(std::move(trusted_peers)) {}

  // Puts the certificate that a trusted peer forwards in the place of the connection's own, and takes the headers away.
  // Failure: a trusted peer wrote something else into them.
  base::Result<void, std::string_view> apply(base::http::Request& request) const;

 private:
  bool trusts(const base::http::Peer& peer) const;

  std::vector<base::net::Cidr> trusted_peers_;
};

}  // namespace gateway
