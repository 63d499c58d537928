#include "gateway/http_server/connection_census.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <string_view>

namespace gateway {

Remote remote_of(const sockaddr_storage& address) {
  Remote remote;
  std::array<char, INET6_ADDRSTRLEN> text{};
  const auto from_ipv4 = [&](const in_addr& ip) {
    remote.key.bytes[0] = 4;
    std::memcpy(remote.key.bytes.data() + 1, &ip, 4);
    inet_ntop(AF_INET, &ip, text.data(), text.size());
  };
  if (address.ss_family == AF_INET) {
    sockaddr_in ipv4;
    std::memcpy(&ipv4, &address, sizeof ipv4);
    from_ipv4(ipv4.sin_addr);
    remote.port = ntohs(ipv4.sin_port);
  } else if (address.ss_family == AF_INET6) {
    sockaddr_in6 ipv6;
    std::memcpy(&ipv6, &address, sizeof ipv6);
    remote.port = ntohs(ipv6.sin6_port);
    if (IN6_IS_ADDR_V4MAPPED(&ipv6.sin6_addr)) {
      in_addr ipv4;
      std::memcpy(&ipv4, ipv6.sin6_addr.s6_addr + 12, 4);
      from_ipv4(ipv4);
    } else {
      remote.key.bytes[0] = 6;
      std::memcpy(remote.key.bytes.data() + 1, ipv6.sin6_addr.s6_addr, 8);
      inet_ntop(AF_INET6, &ipv6.sin6_addr, text.data(), text.size());
    }
  }
  remote.address = text.data();
  return remote;
}

std::size_t ConnectionCensus::HashAddress::operator()(const AddressKey& key) const noexcept {
  return std::hash<std::string_view>{}({reinterpret_cast<const char*>(key.bytes.data()), key.bytes.size()});
}

std::optional<ClosedBecause> ConnectionCensus::enter(base::http::Listener kind, const AddressKey& address) {
  const std::lock_guard lock(mutex_);
  if (kind == base::http::Listener::operations) {
    if (operators_ >= limits_.operations_connections) return ClosedBecause::server_full;
    ++operators_;
    return std::nullopt;
  }
  if (customers_ >= limits_.connections) return ClosedBecause::server_full;
  auto [entry, fresh] = per_address_.try_emplace(address, 0);
  if (limits_.connections_per_address != 0 && entry->second >= limits_.connections_per_address) {
    return ClosedBecause::address_full;
  }
  ++entry->second;
  ++customers_;
  return std::nullopt;
}

void ConnectionCensus::leave(base::http::Listener kind, const AddressKey& address) {
  const std::lock_guard lock(mutex_);
  if (kind == base::http::Listener::operations) {
    --operators_;
  } else {
    --customers_;
    const auto entry = per_address_.find(address);
    if (entry != per_address_.end() && --entry->second == 0) per_address_.erase(entry);
  }
  if (customers_ + operators_ == 0) empty_.notify_all();
}

std::size_t ConnectionCensus::present() const {
  const std::lock_guard lock(mutex_);
  return customers_ + operators_;
}

bool ConnectionCensus::wait_empty(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return empty_.wait_for(lock, patience, [&] { return customers_ + operators_ == 0; });
}

}  // namespace gateway
