// A publisher of key sets without a network. Test code only.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "oauth/ports/jwks_fetcher.h"

namespace tests {

class FakeJwks final : public oauth::JwksFetcher {
 public:
  std::optional<std::string> fault(const std::string& jwks_uri) const override {
    return jwks_uri.starts_with("https://") ? std::nullopt
                                            : std::optional<std::string>("The URL must begin with https://.");
  }
  base::Result<oauth::JwksResponse, std::string> get(const std::string& jwks_uri, std::size_t,
                                                     base::db::Deadline) override {
    const std::function<void()> meanwhile = [&] {
      const std::lock_guard lock(mutex);
      asked.push_back(jwks_uri);
      return during;
    }();
    if (meanwhile) meanwhile();
    const std::lock_guard lock(mutex);
    const auto found = answers.find(jwks_uri);
    if (found == answers.end()) return base::failure(std::string("connect: nobody answers"));
    return found->second;
  }
  void publish(const std::string& jwks_uri, std::string body, std::string cache_control = "") {
    const std::lock_guard lock(mutex);
    answers[jwks_uri] = {200, std::move(body), std::move(cache_control), ""};
  }
  std::size_t count() const {
    const std::lock_guard lock(mutex);
    return asked.size();
  }

  mutable std::mutex mutex;
  std::map<std::string, oauth::JwksResponse> answers;
  std::vector<std::string> asked;
  std::function<void()> during;  // runs in each get(), outside the lock
};

}  // namespace tests
