// A site on loopback over TLS whose pages a test sets: what a TPP publishes its keys on.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/http/message.h"

namespace journeys {

class Publisher {
 public:
  Publisher();
  ~Publisher();
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  std::string url(const std::string& path) const;  // https://localhost:PORT/path
  std::string authority_file() const;              // PEM, for who wants to trust it
  void put(const std::string& path, base::http::Response response);
  // Runs while a request waits for its answer, on the site's own thread.
  void during(std::function<void()> meanwhile);
  std::vector<std::string> asked() const;  // paths, in order

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace journeys
