// The libcurl client against a real receiver on loopback, over TLS and, as the sandbox allows, in the clear.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/net/https_client.h"
#include "tests/support/http_certificates.h"

namespace {

using namespace std::chrono_literals;
using base::net::CurlHttpsClient;
using base::net::EgressPolicy;
using base::net::HttpsRequest;
using base::net::NetErrorKind;

// Accepts on a port of its own and answers every request with the same bytes; counts connections and keeps what came.
class Receiver {
 public:
  enum class Tls { no, yes };
  Receiver(Tls tls, std::string answer) : answer_(std::move(answer)) {
    std::signal(SIGPIPE, SIG_IGN);  // a client that turns away in the handshake
    if (tls == Tls::yes) {
      const auto files = folder_.make("receiver");
      certificate_ = files.certificate_file;
      context_.reset(SSL_CTX_new(TLS_server_method()));
      EXPECT_EQ(SSL_CTX_use_certificate_chain_file(context_.get(), files.certificate_file.c_str()), 1);
      EXPECT_EQ(SSL_CTX_use_PrivateKey_file(context_.get(), files.key_file.c_str(), SSL_FILETYPE_PEM), 1);
    }
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(listen(listener_, 16), 0);
    socklen_t size = sizeof address;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this](std::stop_token stop) { accept_until(stop); });
  }
  ~Receiver() {
    thread_.request_stop();
    thread_.join();
    connections_.clear();
    close(listener_);
  }
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  std::string url(const std::string& path = "/hook") const {
    return std::string(context_ ? "https" : "http") + "://localhost:" + std::to_string(port_) + path;
  }
  std::string certificate() const { return certificate_; }
  int accepted() const { return accepted_.load(); }
  std::string received() {
    const std::lock_guard lock(mutex_);
    return received_;
  }

 private:
  struct SslFree {
    void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
    void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
  };

  bool readable(int fd, std::stop_token stop) const {
    while (!stop.stop_requested()) {
      pollfd waiting{fd, POLLIN, 0};
      if (poll(&waiting, 1, 20) > 0) return true;
    }
    return false;
  }
  void accept_until(std::stop_token stop) {
    while (readable(listener_, stop)) {
      const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) continue;
      ++accepted_;
      connections_.emplace_back([this, fd](std::stop_token ending) {
        serve(fd, ending);
        close(fd);
      });
    }
  }
  void serve(int fd, std::stop_token stop) {
    std::unique_ptr<SSL, SslFree> ssl;
    if (context_) {
      ssl.reset(SSL_new(context_.get()));
      SSL_set_fd(ssl.get(), fd);
      if (SSL_accept(ssl.get()) != 1) return;
    }
    std::string request;
    while ((ssl && SSL_pending(ssl.get()) > 0) || readable(fd, stop)) {
      std::array<char, 4096> buffer{};
      const auto got = ssl ? SSL_read(ssl.get(), buffer.data(), static_cast<int>(buffer.size()))
                           : static_cast<int>(recv(fd, buffer.data(), buffer.size(), 0));
      if (got <= 0) return;
      request.append(buffer.data(), static_cast<std::size_t>(got));
      const std::size_t head = request.find("\r\n\r\n");
      if (head == std::string::npos) continue;
      std::size_t length = 0;
      if (const std::size_t at = request.find("Content-Length: "); at < head)
        length = std::stoul(request.substr(at + 16));
      if (request.size() < head + 4 + length) continue;
      {
        const std::lock_guard lock(mutex_);
        received_ = request;
      }
      request.clear();
      if (answer_.empty()) continue;  // never answers
      if (ssl) {
        SSL_write(ssl.get(), answer_.data(), static_cast<int>(answer_.size()));
      } else {
        send(fd, answer_.data(), answer_.size(), MSG_NOSIGNAL);
      }
    }
  }

  tests::CertificateFolder folder_;
  std::string certificate_;
  std::unique_ptr<SSL_CTX, SslFree> context_;
  std::string answer_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> accepted_{0};
  std::mutex mutex_;
  std::string received_;
  std::vector<std::jthread> connections_;  // touched by the accepting thread, then by the destructor
  std::jthread thread_;
};

HttpsRequest post(const std::string& url) {
  HttpsRequest request;
  request.method = base::http::Method::post;
  request.url = url;
  request.headers = {{"content-type", "application/json"}, {"webhook-id", "m1"}};
  request.body = R"({"a":1})";
  return request;
}

TEST(HttpsClientOnASocket, SendsOverVerifiedTlsAndReusesTheConnection) {
  Receiver receiver(Receiver::Tls::yes, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: b\r\n\r\nok");
  CurlHttpsClient client(EgressPolicy::sandbox(), {.tls = {receiver.certificate(), "", ""}});
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.send(post(receiver.url("/hook?x=1")));
    ASSERT_TRUE(answer.has_value()) << answer.error().log_text;
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "ok");
    EXPECT_EQ(answer->headers.only("x-a"), "b");
    EXPECT_GT(answer->timings.total.count(), 0);
  }
  EXPECT_EQ(receiver.accepted(), 1);
  const std::string request = receiver.received();
  EXPECT_TRUE(request.starts_with("POST /hook?x=1 HTTP/1.1\r\n")) << request;
  EXPECT_NE(request.find("webhook-id: m1\r\n"), std::string::npos);
  EXPECT_TRUE(request.ends_with("\r\n\r\n{\"a\":1}"));
  EXPECT_EQ(request.find("Expect"), std::string::npos);
}

TEST(HttpsClientOnASocket, RefusesACertificateItDoesNotTrust) {
  Receiver receiver(Receiver::Tls::yes, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  CurlHttpsClient client(EgressPolicy::sandbox(), {});
  const auto answer = client.send(post(receiver.url()));
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().kind, NetErrorKind::tls);
  EXPECT_EQ(receiver.received(), "");
}

TEST(HttpsClientOnASocket, RefusesACertificateOfAnotherName) {
  Receiver receiver(Receiver::Tls::yes, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  CurlHttpsClient client(EgressPolicy::sandbox(), {.tls = {receiver.certificate(), "", ""}});
  std::string url = receiver.url();
  url.replace(url.find("localhost"), 9, "other.localhost");
  const auto answer = client.send(post(url));
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().kind, NetErrorKind::tls);
}

TEST(HttpsClientOnASocket, FollowsNoRedirect) {
  Receiver elsewhere(Receiver::Tls::no, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  Receiver receiver(Receiver::Tls::no,
                    "HTTP/1.1 302 Found\r\nLocation: " + elsewhere.url() + "\r\nContent-Length: 0\r\n\r\n");
  CurlHttpsClient client(EgressPolicy::sandbox(), {});
  const auto answer = client.send(post(receiver.url()));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 302);
  EXPECT_EQ(elsewhere.accepted(), 0);
}

TEST(HttpsClientOnASocket, IgnoresTheProxyOfTheEnvironment) {
  Receiver proxy(Receiver::Tls::no, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nproxy");
  Receiver receiver(Receiver::Tls::no, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\ndirect");
  setenv("http_proxy", proxy.url("").c_str(), 1);
  CurlHttpsClient client(EgressPolicy::sandbox(), {});
  const auto answer = client.send(post(receiver.url()));
  unsetenv("http_proxy");
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->body, "direct");
}

TEST(HttpsClientOnASocket, BoundsTheBody) {
  Receiver receiver(Receiver::Tls::no, "HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n" + std::string(9000, 'x'));
  CurlHttpsClient client(EgressPolicy::sandbox(), {});
  HttpsRequest request = post(receiver.url());
  request.max_body_bytes = 1000;
  const auto refused = client.send(request);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, NetErrorKind::too_large);
  request.large_body = HttpsRequest::LargeBody::truncate;
  const auto cut = client.send(request);
  ASSERT_TRUE(cut.has_value());
  EXPECT_EQ(cut->status, 200);
  EXPECT_EQ(cut->body.size(), 1000u);
  EXPECT_TRUE(cut->body_truncated);
}

TEST(HttpsClientOnASocket, BoundsTheHeaders) {
  std::string many = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n";
  for (int i = 0; i < 101; ++i) many += "X-" + std::to_string(i) + ": 1\r\n";
  Receiver receiver(Receiver::Tls::no, many + "\r\n");
  CurlHttpsClient client(EgressPolicy::sandbox(), {});
  const auto answer = client.send(post(receiver.url()));
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().kind, NetErrorKind::too_large);
}

TEST(HttpsClientOnASocket, EndsAtItsDeadlineWhenNobodyAnswers) {
  Receiver receiver(Receiver::Tls::no, "");
  CurlHttpsClient client(EgressPolicy::sandbox(), {});
  HttpsRequest request = post(receiver.url());
  request.deadline = 50ms;
  const auto answer = client.send(request);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().kind, NetErrorKind::timeout);
}

TEST(HttpsClientOnASocket, TellsAClosedPortFromABrokenAnswer) {
  CurlHttpsClient client(EgressPolicy::sandbox(), {});
  std::string closed;
  {
    Receiver gone(Receiver::Tls::no, "x");
    closed = gone.url();
  }
  const auto refused = client.send(post(closed));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, NetErrorKind::connect);
  Receiver broken(Receiver::Tls::no, "SMTP ready\r\n\r\n");
  const auto answer = client.send(post(broken.url()));
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().kind, NetErrorKind::protocol);
}

TEST(HttpsClientOnASocket, OneClientServesManyThreads) {
  Receiver receiver(Receiver::Tls::yes, "HTTP/1.1 204 No Content\r\n\r\n");
  CurlHttpsClient client(EgressPolicy::sandbox(), {.tls = {receiver.certificate(), "", ""}});
  std::atomic<int> delivered{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 10; ++i) {
          const auto answer = client.send(post(receiver.url()));
          if (answer && answer->status == 204) ++delivered;
        }
      });
    }
  }
  EXPECT_EQ(delivered.load(), 40);
  EXPECT_LE(receiver.accepted(), 4);
}

}  // namespace
