// Which outgoing calls are allowed. A URL is judged twice: as text when it is registered (admit), and as the address
// that was actually resolved each time a socket is opened (admit_address), so that a name that changes its mind between
// the two (DNS rebinding) gains nothing. Pure and immutable: safe from many threads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/net/ip_address.h"
#include "base/result.h"

namespace base::net {

struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
};

struct EgressPolicy {
  std::vector<Cidr> allowed;  // may be reached although they are not global; the sandbox: loopback
  // Ports of global addresses. Allow-listed addresses may be reached at any port.
  std::vector<PortRange> ports{{443, 443}, {1024, 65535}};
  // http:// to loopback addresses that are allow-listed; never to any other.
  enum class PlainHttp { refused, to_allowed_loopback } plain_http = PlainHttp::refused;

  static EgressPolicy sandbox();  // loopback and plain http to it
};

enum class Scheme : std::uint8_t { http, https };

// A URL taken apart by rules narrower than RFC 3986: what two parsers could read differently is refused.
struct Url {
  Scheme scheme = Scheme::https;
  std::string host;  // lower case; IPv6 without brackets
  std::uint16_t port = 443;
  std::string target;        // path and query, begins with '/'
  std::string text() const;  // what is dialled: rebuilt from the parts
};

enum class EgressRefusalCode : std::uint8_t {
  malformed,  // not a URL we read one way only: control bytes, spaces, backslash, too long, bad host
  scheme,     // not https (nor allowed http)
  user_info,  // "user:password@"
  fragment,
  host_form,  // IPv4 in decimal, octal, hex or short form, zone, trailing dot, not ASCII, single label
  port,
  address_not_public
};
std::string_view to_text(EgressRefusalCode code);

struct EgressRefusal {
  EgressRefusalCode code;
  std::string public_text;  // fit for the caller who gave the URL
};

Result<Url, EgressRefusal> parse_url(std::string_view text);

class EgressGuard {
 public:
  explicit EgressGuard(EgressPolicy policy) : policy_(std::move(policy)) {}

  // Form, scheme, port, and the address when the host is one. Resolves nothing.
  Result<Url, EgressRefusal> admit(std::string_view url) const;
  // At connect time, for each address that is about to be dialled.
  Result<void, EgressRefusal> admit_address(Scheme scheme, const IpAddress& address, std::uint16_t port) const;

 private:
  bool allow_listed(const IpAddress& address) const;
  EgressPolicy policy_;
};

}  // namespace base::net
