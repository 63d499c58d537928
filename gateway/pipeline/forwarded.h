// Who an edge says it forwards for: the `for` of Forwarded (RFC 7239 sections 4 to 6; not: by, host, proto), and
// X-Forwarded-For, its forerunner. Pure reading; whom to believe is the edge's matter (gateway/pipeline/edge.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/net/ip_address.h"
#include "base/result.h"

namespace gateway {

// [RFC7239-6] an address, perhaps with its port; no address: "unknown", or a name that only its proxy understands.
struct ForwardedNode {
  std::optional<base::net::IpAddress> address;  // IPv4-mapped IPv6 as IPv4
  std::uint16_t port = 0;                       // 0: not told
  bool operator==(const ForwardedNode&) const = default;
};

// The nodes of one field line in its order: the last is the one whom the last proxy met. Failure: a constant sentence.
base::Result<std::vector<ForwardedNode>, std::string_view> read_forwarded(std::string_view line);
base::Result<std::vector<ForwardedNode>, std::string_view> read_x_forwarded_for(std::string_view line);

}  // namespace gateway
