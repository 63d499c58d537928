// Listening sockets, IPv4 and IPv6.
#pragma once

#include <cstdint>

#include "gateway/http_server/http_server.h"

namespace gateway {

class ListenSocket {
 public:
  // Bound and listening, non-blocking. Throws std::runtime_error that names the address.
  explicit ListenSocket(const ListenerSettings& settings);
  ~ListenSocket();
  ListenSocket(const ListenSocket&) = delete;
  ListenSocket& operator=(const ListenSocket&) = delete;

  int fd() const { return fd_; }
  std::uint16_t port() const { return port_; }

 private:
  int fd_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace gateway
