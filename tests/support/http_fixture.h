// A running server with the echo application, plain on one port and, when asked, TLS on a second (client certificates
// requested there).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "base/system_clock.h"
#include "gateway/http_server/http_server.h"
#include "tests/support/http_application.h"
#include "tests/support/http_certificates.h"
#include "tests/support/http_client.h"

namespace tests {

struct HttpFixtureOptions {
  bool tls = false;
  CertificateKey key = CertificateKey::ec_p256;
  std::string address = "127.0.0.1";
  gateway::HttpLimits limits{};
  gateway::HttpTimeouts timeouts{};
  std::size_t pool_threads = 4;
  std::size_t pool_capacity = 100000;
};

class HttpFixture {
 public:
  explicit HttpFixture(HttpFixtureOptions options = {}) : address_(options.address) {
    jobs.emplace(options.pool_threads, options.pool_capacity);
    gateway::HttpServerSettings settings;
    settings.limits = options.limits;
    settings.timeouts = options.timeouts;
    settings.listeners.push_back({options.address, 0, base::http::Listener::public_, std::nullopt});
    if (options.tls) {
      certificate = certificates.make("server", options.key);
      settings.listeners.push_back({options.address, 0, base::http::Listener::mtls,
                                    gateway::TlsSettings{certificate.certificate_file, certificate.key_file, true}});
    }
    settings.listeners.push_back({"127.0.0.1", 0, base::http::Listener::operations, std::nullopt});
    server.emplace(std::move(settings), application, *jobs, protocol_clock, monotonic_clock);
    server->start();
  }
  ~HttpFixture() {
    application.gate.open();
    server->stop();
    jobs.reset();  // what still waits runs against a stopped server
  }

  HttpClientOptions plain() const { return {.address = loopback(), .port = server->ports().front()}; }
  HttpClientOptions tls() const { return {.address = loopback(), .port = server->ports().at(1), .tls = true}; }
  HttpClientOptions operations() const { return {.port = server->ports().back()}; }

  std::uint64_t closed(gateway::ClosedBecause reason) const {
    return server->stats().closed[static_cast<std::size_t>(reason)];
  }
  // Waits for what must become true; a test that waits in vain ends by the test program's own time limit.
  template <class Condition>
  static void wait_until(const Condition& condition) {
    while (!condition()) std::this_thread::yield();
  }

  base::SystemProtocolClock protocol_clock;
  base::SystemMonotonicClock monotonic_clock;
  CertificateFolder certificates;
  CertificateFiles certificate;
  EchoApplication application;
  std::optional<ThreadedJobs> jobs;
  std::optional<gateway::HttpServer> server;

 private:
  std::string loopback() const { return address_ == "::" ? "::1" : address_; }
  std::string address_;
};

inline std::string get(std::string_view target, std::string_view headers = "") {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(headers) + "\r\n";
}
inline std::string post(std::string_view target, std::string_view body, std::string_view headers = "") {
  return "POST " + std::string(target) +
         " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         std::string(headers) + "\r\n" + std::string(body);
}

}  // namespace tests
