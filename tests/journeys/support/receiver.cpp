#include "tests/journeys/support/receiver.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace journeys {

Receiver::Receiver() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  if (listener_ < 0 || bind(listener_, plain, length) != 0 || listen(listener_, 16) != 0 ||
      getsockname(listener_, plain, &length) != 0) {
    throw std::runtime_error("no loopback socket for a receiver");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

Receiver::~Receiver() {
  shutdown(listener_, SHUT_RDWR);  // wakes accept()
  thread_.join();
  close(listener_);
}

std::vector<Receiver::Arrival> Receiver::arrivals() const {
  const std::lock_guard lock(mutex_);
  return arrivals_;
}

void Receiver::serve() {
  for (;;) {
    const int connection = accept(listener_, nullptr, nullptr);
    if (connection < 0) return;
    answer_one(connection);
    close(connection);
  }
}

void Receiver::answer_one(int connection) {
  std::string text;
  std::array<char, 4096> chunk{};
  const auto more = [&] {
    const ssize_t got = read(connection, chunk.data(), chunk.size());
    if (got > 0) text.append(chunk.data(), static_cast<std::size_t>(got));
    return got > 0;
  };
  while (text.find("\r\n\r\n") == std::string::npos) {
    if (!more()) return;
  }
  Arrival arrival;
  std::size_t at = text.find("\r\n") + 2;
  for (std::size_t end = text.find("\r\n", at); end != at; at = end + 2, end = text.find("\r\n", at)) {
    const std::size_t colon = text.find(':', at);
    std::size_t value = colon + 1;
    while (text[value] == ' ') ++value;
    arrival.headers.add(text.substr(at, colon - at), text.substr(value, end - value));
  }
  const std::size_t begin = at + 2;
  const std::size_t length = std::stoul(std::string(arrival.headers.only("Content-Length").value_or("0")));
  while (text.size() < begin + length) {
    if (!more()) return;
  }
  arrival.body = text.substr(begin, length);
  {
    const std::lock_guard lock(mutex_);
    arrivals_.push_back(std::move(arrival));
  }
  constexpr std::string_view kAnswer = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
  static_cast<void>(send(connection, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL));
}

}  // namespace journeys
