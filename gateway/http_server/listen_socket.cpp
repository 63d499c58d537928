#include "gateway/http_server/listen_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>
#include <system_error>

namespace gateway {
namespace {

constexpr int kBacklog = 4096;  // the kernel caps it (net.core.somaxconn)

[[noreturn]] void cannot(const ListenerSettings& settings, const std::string& why) {
  throw std::runtime_error("cannot listen on " + settings.address + " port " + std::to_string(settings.port) + ": " +
                           why);
}

}  // namespace

ListenSocket::ListenSocket(const ListenerSettings& settings) {
  sockaddr_storage address{};
  socklen_t size = 0;
  sockaddr_in ipv4{};
  sockaddr_in6 ipv6{};
  if (inet_pton(AF_INET, settings.address.c_str(), &ipv4.sin_addr) == 1) {
    ipv4.sin_family = AF_INET;
    ipv4.sin_port = htons(settings.port);
    std::memcpy(&address, &ipv4, size = sizeof ipv4);
  } else if (inet_pton(AF_INET6, settings.address.c_str(), &ipv6.sin6_addr) == 1) {
    ipv6.sin6_family = AF_INET6;
    ipv6.sin6_port = htons(settings.port);
    std::memcpy(&address, &ipv6, size = sizeof ipv6);
  } else {
    cannot(settings, "not a numeric address");
  }
  fd_ = ::socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const auto fail = [&] {
    const std::string why = std::generic_category().message(errno);
    if (fd_ >= 0) ::close(fd_);
    cannot(settings, why);
  };
  if (fd_ < 0) fail();
  const int on = 1;
  const int off = 0;
  if (::setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) fail();
  if (address.ss_family == AF_INET6 && ::setsockopt(fd_, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) != 0) fail();
  if (::bind(fd_, reinterpret_cast<const sockaddr*>(&address), size) != 0) fail();
  if (::listen(fd_, kBacklog) != 0) fail();
  socklen_t bound = sizeof address;
  if (::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &bound) != 0) fail();
  if (address.ss_family == AF_INET) {
    std::memcpy(&ipv4, &address, sizeof ipv4);
    port_ = ntohs(ipv4.sin_port);
  } else {
    std::memcpy(&ipv6, &address, sizeof ipv6);
    port_ = ntohs(ipv6.sin6_port);
  }
}

ListenSocket::~ListenSocket() { ::close(fd_); }

}  // namespace gateway
