#include "tests/journeys/support/publisher.h"

#include <map>
#include <mutex>

#include "base/system_clock.h"
#include "gateway/http_server/http_server.h"
#include "tests/support/http_application.h"
#include "tests/support/http_certificates.h"

namespace journeys {

struct Publisher::Impl final : gateway::Application {
  Impl() : certificate(certificates.make("publisher")) {
    gateway::HttpServerSettings settings;
    settings.io_threads = 1;
    settings.listeners.push_back({"127.0.0.1", 0, base::http::Listener::public_,
                                  gateway::TlsSettings{certificate.certificate_file, certificate.key_file, false}});
    server = std::make_unique<gateway::HttpServer>(std::move(settings), *this, jobs, protocol, monotonic);
    server->start();
  }

  gateway::Admission admit(const gateway::Head&) override { return {}; }
  base::http::Response respond(base::http::Request& request, std::uint16_t, std::chrono::nanoseconds) override {
    const auto run = [&] {
      const std::lock_guard lock(mutex);
      asked.push_back(request.path);
      return meanwhile;
    }();
    if (run) run();
    const std::lock_guard lock(mutex);
    const auto found = pages.find(request.path);
    return found == pages.end() ? base::http::Response{404, {}, "nothing here"} : found->second;
  }
  base::http::Response overloaded(const gateway::Head&) override { return {503, {}, ""}; }
  base::http::Response malformed(int status, std::string_view) override { return {status, {}, ""}; }
  base::http::Response failure() override { return {500, {}, ""}; }

  base::SystemProtocolClock protocol;
  base::SystemMonotonicClock monotonic;
  tests::CertificateFolder certificates;
  tests::CertificateFiles certificate;
  std::mutex mutex;
  std::map<std::string, base::http::Response> pages;
  std::vector<std::string> asked;
  std::function<void()> meanwhile;
  tests::ThreadedJobs jobs{2, 100};
  std::unique_ptr<gateway::HttpServer> server;
};

Publisher::Publisher() : impl_(std::make_unique<Impl>()) {}
Publisher::~Publisher() { impl_->server->stop(); }

std::string Publisher::url(const std::string& path) const {
  return "https://localhost:" + std::to_string(impl_->server->ports().front()) + path;
}
std::string Publisher::authority_file() const { return impl_->certificate.certificate_file; }

void Publisher::put(const std::string& path, base::http::Response response) {
  const std::lock_guard lock(impl_->mutex);
  impl_->pages[path] = std::move(response);
}
void Publisher::during(std::function<void()> meanwhile) {
  const std::lock_guard lock(impl_->mutex);
  impl_->meanwhile = std::move(meanwhile);
}
std::vector<std::string> Publisher::asked() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->asked;
}

}  // namespace journeys
