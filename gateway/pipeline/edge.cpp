#include "gateway/pipeline/edge.h"

#include <algorithm>

#include "base/crypto/x509.h"
#include "base/encoding.h"
#include "gateway/pipeline/forwarded.h"

namespace gateway {
namespace {

constexpr std::string_view kClientCert = "Client-Cert";
constexpr std::string_view kClientCertChain = "Client-Cert-Chain";
constexpr std::string_view kForwarded = "Forwarded";
constexpr std::string_view kForwardedFor = "X-Forwarded-For";
constexpr std::size_t kMostChain = 5;
constexpr std::size_t kMostHeaderBytes = 24 * 1024;

// [RFC8941-3.3.5] ":" *( base64 ) ":"; here exactly one DER certificate.
std::optional<std::string> certificate_of(std::string_view item) {
  if (item.size() < 3 || item.front() != ':' || item.back() != ':') return std::nullopt;
  auto der = base::base64_decode(item.substr(1, item.size() - 2));
  if (!der || !base::crypto::Certificate::from_der(*der)) return std::nullopt;
  return der;
}

// [RFC8941-3.1] members between commas, with optional white space around these.
std::optional<std::vector<std::string>> chain_of(std::string_view list) {
  std::vector<std::string> chain;
  while (true) {
    const std::size_t end = std::min(list.find(','), list.size());
    std::string_view item = list.substr(0, end);
    if (!chain.empty()) item.remove_prefix(std::min(item.find_first_not_of(" \t"), item.size()));
    if (end < list.size()) item = item.substr(0, item.find_last_not_of(" \t") + 1);
    auto certificate = certificate_of(item);
    if (!certificate || chain.size() == kMostChain) return std::nullopt;
    chain.push_back(std::move(*certificate));
    if (end == list.size()) return chain;
    list.remove_prefix(end + 1);
  }
}

}  // namespace

base::Result<std::optional<ForwardedCertificate>, std::string_view> read_client_cert(
    const base::http::Headers& headers) {
  const std::size_t certificates = headers.count(kClientCert);
  const std::size_t chains = headers.count(kClientCertChain);
  // [RFC9440-2.2] "MUST NOT have a list of values or occur multiple times in a request"
  if (certificates > 1) return base::failure(std::string_view("Client-Cert is repeated"));
  if (certificates == 0) {
    // [RFC9440-2.3] "MUST NOT appear unless Client-Cert is also present"
    if (chains != 0) return base::failure(std::string_view("Client-Cert-Chain without Client-Cert"));
    return std::optional<ForwardedCertificate>();
  }
  ForwardedCertificate forwarded;
  const std::string_view certificate = *headers.only(kClientCert);
  if (certificate.size() > kMostHeaderBytes) return base::failure(std::string_view("Client-Cert is too long"));
  auto der = certificate_of(certificate);
  if (!der) return base::failure(std::string_view("Client-Cert is not a byte sequence that holds one certificate"));
  forwarded.certificate_der = std::move(*der);
  if (chains != 0) {
    // [RFC9440-2.3] "It MAY have a list of values or occur multiple times"
    std::string list;
    for (const std::string_view part : headers.all(kClientCertChain)) {
      if (!list.empty()) list += ',';
      list += part;
    }
    if (list.size() > kMostHeaderBytes) return base::failure(std::string_view("Client-Cert-Chain is too long"));
    auto chain = chain_of(list);
    if (!chain) {
      return base::failure(std::string_view("Client-Cert-Chain is not a list of at most five certificates"));
    }
    forwarded.chain_der = std::move(*chain);
  }
  return std::optional<ForwardedCertificate>(std::move(forwarded));
}

bool Edge::trusts(const base::net::IpAddress& address) const {
  return std::any_of(trusted_peers_.begin(), trusted_peers_.end(),
                     [&](const base::net::Cidr& range) { return range.contains(address); });
}

// From the last hop towards the client: the first address that is no edge of ours is the client's. What stands before
// it came from there, and is not looked at [RFC7239-8.1].
base::Result<void, std::string_view> Edge::apply_address(base::http::Request& request) const {
  if (address_ == ClientAddressHeader::none) return {};
  const bool standard = address_ == ClientAddressHeader::forwarded;
  const auto lines = request.headers.all(standard ? kForwarded : kForwardedFor);
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    TRY(const auto nodes, standard ? read_forwarded(*line) : read_x_forwarded_for(*line));
    for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
      if (!node->address) return {};  // an edge that does not tell: it stands for all behind it
      request.peer.address = node->address->text();
      request.peer.port = node->port;
      if (!trusts(*node->address)) return {};
    }
  }
  return {};
}

base::Result<void, std::string_view> Edge::apply(base::http::Request& request) const {
  const auto peer = base::net::IpAddress::parse(request.peer.address);
  if (peer && trusts(*peer)) {
    if (request.listener == base::http::Listener::mtls) {
      TRY(auto forwarded, read_client_cert(request.headers));
      // What the edge itself shows in its handshake with this node is never the client's.
      if (!forwarded) forwarded.emplace();
      request.peer.certificate_der = std::move(forwarded->certificate_der);
      request.peer.certificate_chain_der = std::move(forwarded->chain_der);
    }
    TRY_VOID(apply_address(request));
  }
  // [RFC9440-2.4] from anybody else they mean nothing, and nobody behind this may come to believe them
  for (const auto name : {kClientCert, kClientCertChain, kForwarded, kForwardedFor}) request.headers.remove(name);
  return {};
}

}  // namespace gateway
