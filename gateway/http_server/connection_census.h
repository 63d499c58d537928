// Who is connected: the caps in all and per address, and the moment when nobody is left. Thread-safe.
#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "gateway/http_server/http_server.h"

struct sockaddr_storage;

namespace gateway {

// What the per-address cap counts by: an IPv4 address (also when it came mapped into IPv6), or an IPv6 /64, since one
// subscriber commonly holds a whole /64.
struct AddressKey {
  std::array<unsigned char, 9> bytes{};
  bool operator==(const AddressKey&) const = default;
};

struct Remote {
  AddressKey key;
  std::string address;  // textual; IPv4-mapped IPv6 as IPv4
  std::uint16_t port = 0;
};
Remote remote_of(const sockaddr_storage& address);

class ConnectionCensus {
 public:
  explicit ConnectionCensus(const HttpLimits& limits) : limits_(limits) {}

  // nullopt: counted in. Otherwise why not.
  std::optional<ClosedBecause> enter(base::http::Listener kind, const AddressKey& address);
  void leave(base::http::Listener kind, const AddressKey& address);

  std::size_t present() const;
  bool wait_empty(std::chrono::milliseconds patience);

 private:
  struct HashAddress {
    std::size_t operator()(const AddressKey& key) const noexcept;
  };

  const HttpLimits limits_;
  mutable std::mutex mutex_;
  std::condition_variable empty_;
  std::size_t customers_ = 0;
  std::size_t operators_ = 0;
  std::unordered_map<AddressKey, std::size_t, HashAddress> per_address_;
};

}  // namespace gateway
