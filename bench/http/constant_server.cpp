// Serves one constant reply through gateway::HttpServer, the way nginx.conf beside it does: for measuring what the
// server itself costs. /inline is answered on the IO thread, everything else goes through a worker pool.
//
// usage: constant_server CERTIFICATE KEY [IO_THREADS=1] [POOL_THREADS=2]
// Prints "plain PORT tls PORT" and serves until its standard input ends.
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/system_clock.h"
#include "gateway/http_server/http_server.h"

namespace {

constexpr const char* kBody =
    R"({"access_token":"NFtnxczLT-Mj6wwKHRSzhpvWwqYuJoJXoeReEdL6_uE","expires_in":600,"token_type":"Bearer"})";

class Constant final : public gateway::Application {
 public:
  gateway::Admission admit(const gateway::Head& head) override {
    gateway::Admission admission;
    admission.body_limit = 65536;
    admission.runs_on = head.path == "/inline" ? gateway::RunsOn::io_thread : gateway::RunsOn::pool;
    return admission;
  }
  base::http::Response respond(base::http::Request&, std::uint16_t, std::chrono::nanoseconds) override {
    return {200, {{"Content-Type", "application/json"}}, kBody};
  }
  base::http::Response overloaded(const gateway::Head&) override { return {503, {{"Retry-After", "1"}}, ""}; }
  base::http::Response malformed(int status, std::string_view why) override { return {status, {}, std::string(why)}; }
  base::http::Response failure() override { return {500, {}, ""}; }
};

class Pool final : public gateway::JobQueue {
 public:
  explicit Pool(int threads) {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
  }
  ~Pool() override {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    wake_.notify_all();
    for (auto& thread : threads_) thread.join();
  }
  bool try_post(std::function<void()> job) override {
    bool sleeper = false;
    {
      const std::lock_guard lock(mutex_);
      if (jobs_.size() >= 10000) return false;
      jobs_.push_back(std::move(job));
      sleeper = sleeping_ > 0;
    }
    if (sleeper) wake_.notify_one();
    return true;
  }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      while (jobs_.empty()) {
        if (ending_) return;
        ++sleeping_;
        wake_.wait(lock);
        --sleeping_;
      }
      const std::function<void()> job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      job();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> jobs_;
  int sleeping_ = 0;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

int serve(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: constant_server CERTIFICATE KEY [IO_THREADS] [POOL_THREADS]\n");
    return 2;
  }
  const base::SystemProtocolClock protocol;
  const base::SystemMonotonicClock monotonic;
  Constant application;
  Pool pool(argc > 4 ? std::atoi(argv[4]) : 2);
  gateway::HttpServerSettings settings;
  settings.io_threads = argc > 3 ? static_cast<std::size_t>(std::atoi(argv[3])) : 1;
  settings.limits.connections_per_address = 0;
  settings.listeners.push_back({"127.0.0.1", 0, base::http::Listener::public_, std::nullopt});
  settings.listeners.push_back({"127.0.0.1", 0, base::http::Listener::public_, gateway::TlsSettings{argv[1], argv[2]}});
  gateway::HttpServer server(settings, application, pool, protocol, monotonic);
  server.start();
  std::printf("plain %d tls %d\n", server.ports()[0], server.ports()[1]);
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return serve(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "constant_server: %s\n", error.what());
    return 1;
  }
}
