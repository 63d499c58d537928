// A deliberately low-level HTTP client for tests of the server: it sends exactly the bytes it is told to, plain or TLS,
// and can break off anywhere. Blocking, with a patience after which a wait counts as failed.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct ssl_ctx_st;
struct ssl_session_st;
struct ssl_st;

namespace tests {

struct HttpReply {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  // The only value of that name, without case; empty when absent, "(repeated)" when repeated.
  std::string header(std::string_view name) const;
};

struct HttpClientOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;
  bool tls = false;
  int tls_version = 0;             // TLS1_2_VERSION or TLS1_3_VERSION; 0: any
  std::string tls12_suites{};      // empty: the library's
  std::string alpn{};              // one protocol name; empty: not sent
  std::string certificate_file{};  // client certificate
  std::string key_file{};
  std::shared_ptr<ssl_session_st> session{};  // to resume
  int receive_buffer = 0;                     // SO_RCVBUF; 0: the system's
  std::chrono::seconds patience{60};
};

class HttpClient {
 public:
  // Connects, and for TLS shakes hands; connected() and established() say how far it came.
  explicit HttpClient(HttpClientOptions options);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  bool connected() const { return fd_ >= 0; }
  bool established() const { return established_; }
  int fd() const { return fd_; }
  ssl_st* tls() const { return tls_.get(); }

  bool send(std::string_view bytes);
  // The next final or interim reply; nullopt when the connection ended or patience did.
  std::optional<HttpReply> read_reply(std::string_view request_method = "GET");
  std::optional<HttpReply> exchange(std::string_view request, std::string_view request_method = "GET");
  // Everything until the connection ends; nullopt when it does not end within the patience.
  std::optional<std::string> read_to_end();
  // True when the server ends the connection without another byte.
  bool ends_silently();
  void half_close();  // no more from us (TLS: close_notify and FIN)
  void reset();       // RST
  void close();

  bool resumed() const;
  std::shared_ptr<ssl_session_st> session() const;  // of this connection, for the next (after a reply was read)
  std::string tls_version() const;
  std::string alpn() const;
  std::string server_certificate_der() const;

 private:
  struct FreeContext {
    void operator()(ssl_ctx_st* context) const;
  };
  struct FreeTls {
    void operator()(ssl_st* tls) const;
  };
  bool fill();  // more bytes into buffer_

  HttpClientOptions options_;
  int fd_ = -1;
  bool established_ = false;
  bool timed_out_ = false;
  std::unique_ptr<ssl_ctx_st, FreeContext> context_;
  std::unique_ptr<ssl_st, FreeTls> tls_;
  std::shared_ptr<ssl_session_st> received_session_;
  std::string buffer_;
};

// How many file descriptors this process has open.
std::size_t open_descriptors();

}  // namespace tests
