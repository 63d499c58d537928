// IP addresses as values, and what kind of network an address belongs to (IANA special-purpose registries, RFC 6890).
// Pure: no resolver, no sockets.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace base::net {

class IpAddress {
 public:
  // Strict text forms only: four decimal octets without leading zeros, or RFC 4291 text. No octal, hex, short or zoned
  // forms: "0177.1", "2130706433", "127.1", "fe80::1%eth0" are no addresses here.
  static std::optional<IpAddress> parse(std::string_view text);
  static IpAddress v4(std::array<std::uint8_t, 4> octets);
  static IpAddress v6(std::array<std::uint8_t, 16> octets);

  bool is_v4() const { return is_v4_; }
  // 4 or 16 of them count.
  const std::array<std::uint8_t, 16>& octets() const { return octets_; }
  std::string text() const;
  // The IPv4 address that packets to this one end at, when it carries one: IPv4-mapped ::ffff:0:0/96, IPv4-compatible
  // ::/96, IPv4-translated ::ffff:0:0:0/96, NAT64 64:ff9b::/96, 6to4 2002::/16. Otherwise itself.
  IpAddress canonical() const;

  bool operator==(const IpAddress&) const = default;

 private:
  std::array<std::uint8_t, 16> octets_{};
  bool is_v4_ = false;
};

enum class AddressKind : std::uint8_t {
  global,         // anybody may be reached there
  unspecified,    // 0.0.0.0/8, ::
  loopback,       // 127.0.0.0/8, ::1
  private_use,    // RFC 1918, fc00::/7, fec0::/10
  shared,         // 100.64.0.0/10 (carrier-grade NAT)
  link_local,     // 169.254.0.0/16 (also cloud metadata), fe80::/10
  multicast,      // 224.0.0.0/4, ff00::/8
  documentation,  // 192.0.2/24, 198.51.100/24, 203.0.113/24, 2001:db8::/32, 3fff::/20
  benchmarking,   // 198.18.0.0/15, 2001:2::/48
  protocol,       // 192.0.0.0/24, 192.88.99.0/24, 2001::/23 (Teredo, ORCHID …), discard 100::/64, SRv6 5f00::/16,
                  // local-use NAT64 64:ff9b:1::/48, and IPv6 that carries an IPv4 address in another form
  reserved        // 240.0.0.0/4 with broadcast, and all IPv6 outside 2000::/3
};
std::string_view to_text(AddressKind kind);

// Of the address as written and of the IPv4 address it carries: IPv4-mapped and NAT64 are what they carry; the
// deprecated forms (6to4, IPv4-compatible, IPv4-translated) are never global.
AddressKind classify(const IpAddress& address);

// "127.0.0.0/8", "fd00::/8", or one address. Bits below the prefix must be zero.
class Cidr {
 public:
  static std::optional<Cidr> parse(std::string_view text);
  bool contains(const IpAddress& address) const;

 private:
  IpAddress base_;
  int prefix_ = 0;
};

}  // namespace base::net
