// Outgoing HTTPS: one call, one deadline, bounded in every direction. Redirects are never followed, proxies of the
// environment are ignored, and each address is judged by the egress guard when it is dialled.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/http/message.h"
#include "base/net/egress_guard.h"
#include "base/result.h"

namespace base::net {

// What the connection is held to beside the system's trust store; file paths, PEM.
struct TlsTrust {
  std::string ca_file;                  // empty: the system's bundle
  std::string client_certificate_file;  // empty: none
  std::string client_key_file;
};

struct HttpsRequest {
  http::Method method = http::Method::get;  // get, head, post, put, patch, delete_
  std::string url;
  http::Headers headers{};  // Host, Content-Length and connection headers belong to the client
  std::string body{};
  std::chrono::milliseconds deadline{15000};  // for everything from name resolution to the last byte
  TlsTrust tls{};
  std::size_t max_body_bytes = 65536;
  enum class LargeBody { refuse, truncate } large_body = LargeBody::refuse;
};

// Since the call began; zero for phases a reused connection did not need.
struct HttpsTimings {
  std::chrono::microseconds resolved{0};
  std::chrono::microseconds connected{0};
  std::chrono::microseconds secured{0};
  std::chrono::microseconds first_byte{0};
  std::chrono::microseconds total{0};
};

struct HttpsResponse {
  int status = 0;
  http::Headers headers;  // of the final response; at most 100, 16 KiB in all
  std::string body;       // not decompressed
  bool body_truncated = false;
  HttpsTimings timings;
};

enum class NetErrorKind : std::uint8_t {
  refused,    // by the egress guard: nothing was sent
  resolve,    // the name has no address
  connect,    // no connection
  tls,        // handshake or certificate
  timeout,    // the deadline passed; the request may have arrived
  protocol,   // the answer is no HTTP, or the connection broke; the request may have arrived
  too_large,  // headers or body beyond the bounds; the request has arrived
  stopped     // the process is stopping
};
std::string_view to_text(NetErrorKind kind);

struct NetError {
  NetErrorKind kind;
  std::string log_text;  // no URL, no body
  HttpsTimings timings;
};

class HttpsClient {
 public:
  virtual ~HttpsClient() = default;
  virtual Result<HttpsResponse, NetError> send(const HttpsRequest& request) = 0;  // blocks; thread-safe
};

struct CurlSettings {
  TlsTrust tls{};  // used where a request names none
  std::chrono::milliseconds connect_timeout{5000};
  std::size_t idle_handles = 64;  // each keeps its last connections open
};

// libcurl. Construct one per process (it initialises the library), before threads start.
class CurlHttpsClient final : public HttpsClient {
 public:
  CurlHttpsClient(EgressPolicy policy, CurlSettings settings);
  ~CurlHttpsClient() override;
  Result<HttpsResponse, NetError> send(const HttpsRequest& request) override;
  void stop();  // calls under way end with `stopped` within about a second; later ones at once

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace base::net
