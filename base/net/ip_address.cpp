#include "base/net/ip_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace base::net {
namespace {

using Octets = std::array<std::uint8_t, 16>;

bool same_prefix(const Octets& a, const Octets& b, int bits) {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(whole), b.begin())) return false;
  const int rest = bits % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xff << (8 - rest));
  return ((a[whole] ^ b[whole]) & mask) == 0;
}

struct Range {
  Octets base;
  int prefix;
  AddressKind kind;
};

constexpr std::array kV4Ranges{
    Range{{0}, 8, AddressKind::unspecified},
    Range{{10}, 8, AddressKind::private_use},
    Range{{100, 64}, 10, AddressKind::shared},
    Range{{127}, 8, AddressKind::loopback},
    Range{{168, 63, 129, 16}, 32, AddressKind::link_local},  // a cloud's host agent behind a public address
    Range{{169, 254}, 16, AddressKind::link_local},
    Range{{172, 16}, 12, AddressKind::private_use},
    Range{{192, 0, 0}, 24, AddressKind::protocol},
    Range{{192, 0, 2}, 24, AddressKind::documentation},
    Range{{192, 88, 99}, 24, AddressKind::protocol},
    Range{{192, 168}, 16, AddressKind::private_use},
    Range{{198, 18}, 15, AddressKind::benchmarking},
    Range{{198, 51, 100}, 24, AddressKind::documentation},
    Range{{203, 0, 113}, 24, AddressKind::documentation},
    Range{{224}, 4, AddressKind::multicast},
    Range{{240}, 4, AddressKind::reserved},
};

// The first match stands.
constexpr std::array kV6Ranges{
    Range{{}, 128, AddressKind::unspecified},
    Range{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, AddressKind::loopback},
    Range{{0x00, 0x64, 0xff, 0x9b, 0, 1}, 48, AddressKind::protocol},
    Range{{1}, 64, AddressKind::protocol},
    Range{{0x20, 0x01, 0, 2, 0, 0}, 48, AddressKind::benchmarking},
    Range{{0x20, 0x01, 0}, 23, AddressKind::protocol},
    Range{{0x20, 0x01, 0x0d, 0xb8}, 32, AddressKind::documentation},
    Range{{0x20, 0x02}, 16, AddressKind::protocol},
    Range{{0x3f, 0xff, 0}, 20, AddressKind::documentation},
    Range{{0x20}, 3, AddressKind::global},
    Range{{0x5f, 0x00}, 16, AddressKind::protocol},
    Range{{0xfc}, 7, AddressKind::private_use},
    Range{{0xfe, 0x80}, 10, AddressKind::link_local},
    Range{{0xfe, 0xc0}, 10, AddressKind::private_use},
    Range{{0xff}, 8, AddressKind::multicast},
};

constexpr Octets kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr Octets kTranslated{0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr Octets kNat64{0x00, 0x64, 0xff, 0x9b};
constexpr Octets k6to4{0x20, 0x02};

template <class Ranges>
AddressKind look_up(const Ranges& ranges, const Octets& octets, AddressKind otherwise) {
  for (const Range& range : ranges) {
    if (same_prefix(octets, range.base, range.prefix)) return range.kind;
  }
  return otherwise;
}

IpAddress v4_at(const Octets& octets, std::size_t from) {
  return IpAddress::v4({octets[from], octets[from + 1], octets[from + 2], octets[from + 3]});
}

}  // namespace

std::string_view to_text(AddressKind kind) {
  switch (kind) {
    case AddressKind::global:
      return "global";
    case AddressKind::unspecified:
      return "unspecified";
    case AddressKind::loopback:
      return "loopback";
    case AddressKind::private_use:
      return "private";
    case AddressKind::shared:
      return "shared";
    case AddressKind::link_local:
      return "link-local";
    case AddressKind::multicast:
      return "multicast";
    case AddressKind::documentation:
      return "documentation";
    case AddressKind::benchmarking:
      return "benchmarking";
    case AddressKind::protocol:
      return "protocol assignment";
    case AddressKind::reserved:
      return "reserved";
  }
  return "reserved";
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.empty() || text.size() > 45 || text.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string terminated(text);
  std::array<std::uint8_t, 4> four{};
  if (inet_pton(AF_INET, terminated.c_str(), four.data()) == 1) return v4(four);
  Octets sixteen{};
  if (inet_pton(AF_INET6, terminated.c_str(), sixteen.data()) == 1) return v6(sixteen);
  return std::nullopt;
}

IpAddress IpAddress::v4(std::array<std::uint8_t, 4> octets) {
  IpAddress address;
  address.is_v4_ = true;
  std::copy(octets.begin(), octets.end(), address.octets_.begin());
  return address;
}

IpAddress IpAddress::v6(std::array<std::uint8_t, 16> octets) {
  IpAddress address;
  address.octets_ = octets;
  return address;
}

std::string IpAddress::text() const {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  inet_ntop(is_v4_ ? AF_INET : AF_INET6, octets_.data(), buffer.data(), static_cast<socklen_t>(buffer.size()));
  return buffer.data();
}

IpAddress IpAddress::canonical() const {
  if (is_v4_) return *this;
  if (same_prefix(octets_, kMapped, 96) || same_prefix(octets_, kTranslated, 96) || same_prefix(octets_, kNat64, 96)) {
    return v4_at(octets_, 12);
  }
  if (same_prefix(octets_, k6to4, 16)) return v4_at(octets_, 2);
  // ::/96 but for the unspecified and the loopback address, which are IPv6's own.
  const bool own = octets_[12] == 0 && octets_[13] == 0 && octets_[14] == 0 && octets_[15] <= 1;
  if (same_prefix(octets_, Octets{}, 96) && !own) return v4_at(octets_, 12);
  return *this;
}

AddressKind classify(const IpAddress& address) {
  if (address.is_v4()) return look_up(kV4Ranges, address.octets(), AddressKind::global);
  const IpAddress carried = address.canonical();
  if (!carried.is_v4()) return look_up(kV6Ranges, address.octets(), AddressKind::reserved);
  const AddressKind kind = classify(carried);
  const bool living_form = same_prefix(address.octets(), kMapped, 96) || same_prefix(address.octets(), kNat64, 96);
  return kind == AddressKind::global && !living_form ? AddressKind::protocol : kind;
}

std::optional<Cidr> Cidr::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  Cidr cidr;
  cidr.base_ = *address;
  cidr.prefix_ = address->is_v4() ? 32 : 128;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    int prefix = -1;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    if (error != std::errc() || end != digits.data() + digits.size() || prefix < 0 || prefix > cidr.prefix_) {
      return std::nullopt;
    }
    cidr.prefix_ = prefix;
  }
  for (int bit = cidr.prefix_; bit < 128; ++bit) {
    if ((address->octets()[static_cast<std::size_t>(bit / 8)] >> (7 - bit % 8) & 1) != 0) return std::nullopt;
  }
  return cidr;
}

bool Cidr::contains(const IpAddress& address) const {
  return address.is_v4() == base_.is_v4() && same_prefix(address.octets(), base_.octets(), prefix_);
}

}  // namespace base::net
