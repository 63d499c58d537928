// A webhook receiver on loopback: plain HTTP, one request a connection, remembers what came.
#pragma once

#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/http/message.h"

namespace journeys {

class Receiver {
 public:
  struct Arrival {
    base::http::Headers headers;
    std::string body;
  };

  Receiver();
  ~Receiver();
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/hooks"; }
  std::vector<Arrival> arrivals() const;

 private:
  void serve();
  void answer_one(int connection);

  int listener_ = -1;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::vector<Arrival> arrivals_;
  std::thread thread_;
};

}  // namespace journeys
