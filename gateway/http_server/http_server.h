// The HTTP/1.1 server: listeners, TLS, strict framing, timers, caps, drain (RFC 9110, RFC 9112, RFC 8446, RFC 5246).
// It knows no route and no protocol above HTTP: an Application decides what is admitted and what is answered.
// Not covered: HTTP/2, trailers (validated and dropped), upgrades, CONNECT.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/http/message.h"
#include "base/result.h"

namespace gateway {

// io_thread: the reply never blocks (health, discovery, JWKS, static files) and is made where the request was read.
enum class RunsOn : std::uint8_t { io_thread, pool };

// A request whose head is complete and whose body has not been read. Valid during the call only.
struct Head {
  base::http::Method method;
  std::string_view method_text;
  std::string_view path;       // raw, begins with '/' (or is "*" for OPTIONS)
  std::string_view raw_query;  // without '?'
  const base::http::Headers& headers;
  base::http::Listener listener;
  const base::http::Peer& peer;
};

struct Admission {
  std::size_t body_limit = 0;  // bytes of de-chunked body; more is 413, before it is read
  RunsOn runs_on = RunsOn::pool;
  std::uint16_t route = 0;  // handed back to respond()
  std::optional<base::http::Response>
      refusal{};  // answered without reading the body (the connection ends if one was announced)
};

// Every function may be called from several threads at once. An exception from any of them is answered by failure().
class Application {
 public:
  virtual ~Application() = default;
  // IO thread: must not block.
  virtual Admission admit(const Head& head) = 0;
  // IO thread or pool thread, as admitted. `queued` is the time the request waited for a pool thread (0 inline).
  virtual base::http::Response respond(base::http::Request& request, std::uint16_t route,
                                       std::chrono::nanoseconds queued) = 0;
  // The pool is full: 503 with Retry-After. IO thread.
  virtual base::http::Response overloaded(const Head& head) = 0;
  // The request could not be framed; `why` is a constant sentence that names the fault and quotes nothing. IO thread.
  virtual base::http::Response malformed(int status, std::string_view why) = 0;
  // The body is longer than admit() allowed; nothing of it was read. IO thread.
  virtual base::http::Response too_large(const Head&) { return malformed(413, "The body is too large."); }
  // 500, says nothing.
  virtual base::http::Response failure() = 0;
};

// A bounded queue in front of threads that may block. A job dropped without having run is answered by failure().
class JobQueue {
 public:
  virtual ~JobQueue() = default;
  virtual bool try_post(std::function<void()> job) = 0;  // false: full, and the job was not taken. Never blocks.
};

struct TlsSettings {
  std::string certificate_file;             // PEM, leaf first, then its chain
  std::string key_file;                     // PEM
  bool request_client_certificate = false;  // asked for, never demanded, never validated here: Peer.certificate_der
};

struct ListenerSettings {
  std::string address = "127.0.0.1";  // numeric IPv4 or IPv6. "::" takes IPv4 as well.
  std::uint16_t port = 0;             // 0: any free one, see HttpServer::ports()
  base::http::Listener kind = base::http::Listener::public_;
  std::optional<TlsSettings> tls{};
};

struct HttpLimits {
  std::size_t request_line = 8192;            // bytes; more is 414
  std::size_t header_bytes = 32768;           // all field lines together; more is 431. Trailers likewise (400).
  std::size_t header_count = 100;             // more is 431
  std::size_t connections = 10000;            // of all listeners but operations, which keeps its own allowance:
  std::size_t operations_connections = 64;    // a flood must not make the process look dead
  std::size_t connections_per_address = 256;  // IPv6: per /64. 0: no cap (an edge in front counts). Not on operations.
  std::size_t unsent_reply_bytes = 256 * 1024;  // pipelined requests wait while this much waits for a slow reader
  std::size_t lingering_bytes = 256 * 1024;  // read and thrown away after a closing reply, before the socket is closed
};

struct HttpTimeouts {
  std::chrono::milliseconds handshake{10000};  // accept to TLS established, in all
  std::chrono::milliseconds head{
      10000};  // first byte (or TLS established) to end of head, in all: dribbling does not extend it
  std::chrono::milliseconds body{30000};   // end of head to end of body, in all
  std::chrono::milliseconds idle{60000};   // kept-alive connection without a byte of a next request
  std::chrono::milliseconds write{20000};  // no progress while a reply waits for the reader
  std::chrono::milliseconds linger{2000};  // after a closing reply
};

struct HttpServerSettings {
  std::vector<ListenerSettings> listeners;
  std::size_t io_threads = 2;
  HttpLimits limits{};
  HttpTimeouts timeouts{};
};

// Reasons a connection was closed by us before or instead of a proper reply. Closed set: metric label.
enum class ClosedBecause : std::uint8_t {
  server_full,
  address_full,
  no_descriptors,
  handshake_failed,
  handshake_timeout,
  head_timeout,
  body_timeout,
  idle_timeout,
  write_timeout,
  malformed_request,
  draining,
};
inline constexpr std::size_t kClosedBecauseCount = 11;
std::string_view to_text(ClosedBecause reason);

struct HttpServerStats {
  std::uint64_t open_connections = 0;
  std::uint64_t accepted = 0;
  std::uint64_t requests = 0;  // complete requests handed to the application
  std::uint64_t replies = 0;   // final replies handed to the kernel or its queue
  std::uint64_t orphaned = 0;  // replies whose connection had gone when they were ready
  std::uint64_t tls_handshakes = 0;
  std::uint64_t tls_resumed = 0;                            // of tls_handshakes
  std::uint64_t overloaded = 0;                             // the pool was full
  std::array<std::uint64_t, kClosedBecauseCount> closed{};  // by ClosedBecause
};

class HttpServer {
 public:
  // `application`, `jobs` and the clocks live longer than the server. Jobs already posted may run after stop().
  HttpServer(HttpServerSettings settings, Application& application, JobQueue& jobs, const base::ProtocolClock& protocol,
             const base::MonotonicClock& monotonic);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Binds every listener, loads certificates, starts the threads. Throws std::runtime_error that names the listener
  // when one of them cannot be had; nothing is left running then. SIGPIPE is ignored for the process from here on.
  void start();
  // In the order of settings.listeners, after start().
  const std::vector<std::uint16_t>& ports() const;
  // Reads all certificate and key files again; connections opened from now on use them. Failure: a text for the log,
  // and the certificates in use stay.
  base::Result<void, std::string> reload_certificates();

  // The first half of a drain: all goes on, but each reply says `Connection: close`, so that clients go elsewhere.
  void begin_leaving();
  // New connections are refused, idle ones closed; requests already begun are answered with `Connection: close`.
  void begin_drain();
  // True when the last connection has gone within `patience`.
  bool wait_drained(std::chrono::milliseconds patience);
  // Closes whatever is left and joins the threads. Idempotent; the destructor calls it.
  void stop();

  HttpServerStats stats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gateway
