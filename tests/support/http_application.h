// An application for tests of the server: it answers with what it was asked, so that a reply in the wrong place shows;
// and a small bounded pool for it to run on.
#pragma once

#include <charconv>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gateway/http_server/http_server.h"

namespace tests {

// Threads that run jobs; full when `capacity` jobs wait.
class ThreadedJobs final : public gateway::JobQueue {
 public:
  ThreadedJobs(std::size_t threads, std::size_t capacity) : capacity_(capacity) {
    for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
  }
  ~ThreadedJobs() override {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    changed_.notify_all();
    for (auto& thread : threads_) thread.join();
  }
  bool try_post(std::function<void()> job) override {
    {
      const std::lock_guard lock(mutex_);
      if (jobs_.size() >= capacity_) return false;
      jobs_.push_back(std::move(job));
    }
    changed_.notify_one();
    return true;
  }
  // Forgets what waits, without running it.
  void drop_waiting() {
    std::deque<std::function<void()>> dropped;
    const std::lock_guard lock(mutex_);
    std::swap(dropped, jobs_);
  }
  std::size_t waiting() const {
    const std::lock_guard lock(mutex_);
    return jobs_.size();
  }

 private:
  void work() {
    for (;;) {
      std::function<void()> job;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return ending_ || !jobs_.empty(); });
        if (jobs_.empty()) return;
        job = std::move(jobs_.front());
        jobs_.pop_front();
      }
      job();
    }
  }

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

// A door that jobs wait at until a test opens it; the test can wait until somebody stands there.
class Gate {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    ++standing_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
    --standing_;
  }
  void wait_for(std::size_t standing) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return standing_ >= standing; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t standing_ = 0;
  bool open_ = false;
};

// Paths: /inline… runs on the IO thread, everything else in the pool.
//   …/big      query bytes of body            …/gate    waits at the gate
//   …/throw    throws                          …/inject  tries to end a header
//   …/204      no content                      …/refused is refused at admission (403)
//   …/thrown-admission                         …/small   has a body limit of 10 bytes
//   …/lies     sets Content-Length, Connection and Date itself
// Others echo: method, path, query, body, peer; and every header as x-echo-NAME.
class EchoApplication final : public gateway::Application {
 public:
  gateway::Admission admit(const gateway::Head& head) override {
    if (ends(head.path, "/thrown-admission")) throw std::runtime_error("secret detail");
    gateway::Admission admission;
    admission.body_limit = ends(head.path, "/small") ? 10 : std::size_t{1} << 20;
    admission.runs_on = head.path.starts_with("/inline") ? gateway::RunsOn::io_thread : gateway::RunsOn::pool;
    admission.route = 7;
    if (ends(head.path, "/refused")) admission.refusal = base::http::Response{403, {}, "refused"};
    return admission;
  }
  base::http::Response respond(base::http::Request& request, std::uint16_t route, std::chrono::nanoseconds) override {
    if (ends(request.path, "/gate")) gate.pass();
    if (ends(request.path, "/throw")) throw std::runtime_error("secret detail");
    if (ends(request.path, "/throw-int")) throw 42;
    if (ends(request.path, "/inject")) return {200, {{"X-Test", "a\r\nInjected: 1"}}, "body"};
    if (ends(request.path, "/nul")) return {200, {{"X-Test", std::string("a\0b", 3)}}, "body"};
    if (ends(request.path, "/bad-name")) return {200, {{"X Test", "a"}}, "body"};
    if (ends(request.path, "/204")) return {204, {}, ""};
    if (ends(request.path, "/lies"))
      return {200, {{"Content-Length", "1"}, {"connection", "upgrade"}, {"DATE", "now"}, {"X-True", "yes"}}, "true"};
    if (ends(request.path, "/two")) return {200, {{"WWW-Authenticate", "DPoP"}, {"WWW-Authenticate", "Bearer"}}, ""};
    base::http::Response response;
    if (ends(request.path, "/big")) {
      std::size_t size = 0;
      std::from_chars(request.raw_query.data(), request.raw_query.data() + request.raw_query.size(), size);
      response.body.assign(size, 'x');
      return response;
    }
    for (const auto& header : request.headers.list()) response.headers.add("x-echo-" + header.name, header.value);
    response.body = request.method_text + " " + request.path + (request.has_query ? "?" + request.raw_query : "") +
                    " route " + std::to_string(route) + " from " + request.peer.address + " body " + request.body;
    if (ends(request.path, "/certificate")) response.body = request.peer.certificate_der;
    if (ends(request.path, "/chain")) {
      response.body.clear();
      for (const auto& der : request.peer.certificate_chain_der) response.body += der;
    }
    return response;
  }
  base::http::Response overloaded(const gateway::Head&) override { return {503, {{"Retry-After", "1"}}, "busy"}; }
  base::http::Response malformed(int status, std::string_view why) override { return {status, {}, std::string(why)}; }
  base::http::Response failure() override { return {500, {}, "failure"}; }

  Gate gate;

 private:
  static bool ends(std::string_view path, std::string_view with) { return path.ends_with(with); }
};

}  // namespace tests
