#include "gateway/http_server/http_server.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <thread>
#include <utility>

#include "base/ensure.h"
#include "gateway/http_server/io_thread.h"
#include "gateway/http_server/listen_socket.h"

namespace gateway {
namespace {

constexpr int kAcceptsInARow = 64;
constexpr int kPauseMilliseconds = 20;  // of accepting when the kernel has nothing left to accept with

enum class Accepted { one, none_waiting, nothing_to_accept_with };

int spare_descriptor() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

}  // namespace

std::string_view to_text(ClosedBecause reason) {
  switch (reason) {
    case ClosedBecause::server_full:
      return "server_full";
    case ClosedBecause::address_full:
      return "address_full";
    case ClosedBecause::no_descriptors:
      return "no_descriptors";
    case ClosedBecause::handshake_failed:
      return "handshake_failed";
    case ClosedBecause::handshake_timeout:
      return "handshake_timeout";
    case ClosedBecause::head_timeout:
      return "head_timeout";
    case ClosedBecause::body_timeout:
      return "body_timeout";
    case ClosedBecause::idle_timeout:
      return "idle_timeout";
    case ClosedBecause::write_timeout:
      return "write_timeout";
    case ClosedBecause::malformed_request:
      return "malformed_request";
    case ClosedBecause::draining:
      return "draining";
  }
  return "malformed_request";
}

struct HttpServer::Impl {
  Impl(HttpServerSettings settings, Application& application, JobQueue& jobs, const base::ProtocolClock& protocol,
       const base::MonotonicClock& monotonic)
      : context(std::make_shared<ServerContext>(std::move(settings), application, jobs, protocol, monotonic)) {}

  base::Result<std::vector<TlsContext>, std::string> load_certificates() const;
  void accept_until_told();
  Accepted accept_one(std::size_t listener);
  void stop_accepting();

  const std::shared_ptr<ServerContext> context;
  std::vector<std::unique_ptr<ListenSocket>> sockets;
  std::vector<std::uint16_t> ports;
  std::shared_ptr<Pistache::Aio::Reactor> reactor;
  std::vector<std::shared_ptr<IoThread>> io;
  std::thread acceptor;
  int stop_fd = -1;
  int spare_fd = -1;
  std::size_t next_io = 0;
  std::atomic<std::uint64_t> accepted{0};
  IoCounters at_the_door;
};

base::Result<std::vector<TlsContext>, std::string> HttpServer::Impl::load_certificates() const {
  std::vector<TlsContext> loaded;
  for (const ListenerSettings& listener : context->settings.listeners) {
    if (!listener.tls) {
      loaded.emplace_back();
      continue;
    }
    TRY(TlsContext tls, make_tls_context(*listener.tls));
    loaded.push_back(std::move(tls));
  }
  return loaded;
}

// Accepting has a thread of its own: it does nothing else, so it never waits for a client.
void HttpServer::Impl::accept_until_told() {
  std::vector<pollfd> polled;
  for (const auto& socket : sockets) polled.push_back({socket->fd(), POLLIN, 0});
  polled.push_back({stop_fd, POLLIN, 0});
  for (;;) {
    if (::poll(polled.data(), polled.size(), -1) < 0) {
      if (errno == EINTR) continue;
      return;
    }
    if (polled.back().revents != 0) return;
    for (std::size_t listener = 0; listener < sockets.size(); ++listener) {
      if (polled[listener].revents == 0) continue;
      Accepted last = Accepted::one;
      for (int n = 0; n < kAcceptsInARow && last == Accepted::one; ++n) last = accept_one(listener);
      // The connection stays in the queue and would be reported at once again.
      if (last == Accepted::nothing_to_accept_with) (void)!::poll(&polled.back(), 1, kPauseMilliseconds);
    }
  }
}

Accepted HttpServer::Impl::accept_one(std::size_t listener) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  const int fd =
      ::accept4(sockets[listener]->fd(), reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) {
    switch (errno) {
      case EAGAIN:
        return Accepted::none_waiting;
      case ECONNABORTED:
      case EINTR:
        return Accepted::one;
      case EMFILE:
      case ENFILE:
        break;
      default:
        return Accepted::nothing_to_accept_with;
    }
    at_the_door.bump(ClosedBecause::no_descriptors);
    // With the descriptor kept for this the connection is taken and dropped, so that its client knows.
    if (spare_fd >= 0) ::close(spare_fd);
    const int dropped = ::accept4(sockets[listener]->fd(), nullptr, nullptr, SOCK_CLOEXEC);
    if (dropped >= 0) ::close(dropped);
    spare_fd = spare_descriptor();
    return dropped >= 0 ? Accepted::one : Accepted::nothing_to_accept_with;
  }
  accepted.fetch_add(1, std::memory_order_relaxed);
  AcceptedSocket socket{fd, listener, remote_of(address)};
  const base::http::Listener kind = context->settings.listeners[listener].kind;
  if (const auto refused = context->census.enter(kind, socket.remote.key)) {
    at_the_door.bump(*refused);
    ::close(fd);
    return Accepted::one;
  }
  const int on = 1;
  (void)::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  io[next_io++ % io.size()]->hand_over(std::move(socket));
  return Accepted::one;
}

void HttpServer::Impl::stop_accepting() {
  if (acceptor.joinable()) {
    (void)!eventfd_write(stop_fd, 1);
    acceptor.join();
  }
  sockets.clear();
}

HttpServer::HttpServer(HttpServerSettings settings, Application& application, JobQueue& jobs,
                       const base::ProtocolClock& protocol, const base::MonotonicClock& monotonic)
    : impl_(std::make_unique<Impl>(std::move(settings), application, jobs, protocol, monotonic)) {}

HttpServer::~HttpServer() { stop(); }

void HttpServer::start() {
  ENSURE(!impl_->reactor, "a server is started once");
  ENSURE(impl_->context->settings.io_threads > 0, "at least one IO thread");
  // A client that goes away while its reply is written must not take the process with it: OpenSSL writes without
  // MSG_NOSIGNAL.
  std::signal(SIGPIPE, SIG_IGN);
  auto certificates = impl_->load_certificates();
  if (!certificates) throw std::runtime_error(certificates.error());
  impl_->context->tls = std::move(*certificates);
  std::vector<std::unique_ptr<ListenSocket>> sockets;
  for (const ListenerSettings& listener : impl_->context->settings.listeners) {
    sockets.push_back(std::make_unique<ListenSocket>(listener));
    impl_->ports.push_back(sockets.back()->port());
  }
  impl_->stop_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  impl_->spare_fd = spare_descriptor();
  if (impl_->stop_fd < 0 || impl_->spare_fd < 0) throw std::runtime_error("no file descriptors left");
  impl_->sockets = std::move(sockets);

  impl_->reactor = Pistache::Aio::Reactor::create();
  impl_->reactor->init(Pistache::Aio::AsyncContext(impl_->context->settings.io_threads, "http"));
  const auto key = impl_->reactor->addHandler(std::make_shared<IoThread>(impl_->context));
  for (const auto& handler : impl_->reactor->handlers(key))
    impl_->io.push_back(std::static_pointer_cast<IoThread>(handler));
  impl_->reactor->run();
  impl_->acceptor = std::thread([impl = impl_.get()] { impl->accept_until_told(); });
}

const std::vector<std::uint16_t>& HttpServer::ports() const { return impl_->ports; }

base::Result<void, std::string> HttpServer::reload_certificates() {
  TRY(std::vector<TlsContext> certificates, impl_->load_certificates());
  const std::lock_guard lock(impl_->context->tls_mutex);
  impl_->context->tls = std::move(certificates);
  return {};
}

void HttpServer::begin_leaving() { impl_->context->leaving = true; }

void HttpServer::begin_drain() {
  begin_leaving();
  impl_->stop_accepting();
  if (impl_->context->draining.exchange(true)) return;
  for (const auto& io : impl_->io) io->begin_drain();
}

bool HttpServer::wait_drained(std::chrono::milliseconds patience) {
  return impl_->context->census.wait_empty(patience);
}

void HttpServer::stop() {
  begin_drain();
  if (impl_->reactor) {
    impl_->reactor->shutdown();
    impl_->reactor.reset();  // joins the threads
    for (const auto& io : impl_->io) io->close_everything();
  }
  for (int* fd : {&impl_->stop_fd, &impl_->spare_fd}) {
    if (*fd >= 0) ::close(std::exchange(*fd, -1));
  }
}

HttpServerStats HttpServer::stats() const {
  HttpServerStats stats;
  stats.open_connections = impl_->context->census.present();
  stats.accepted = impl_->accepted.load(std::memory_order_relaxed);
  const auto add = [&](const IoCounters& counters) {
    stats.requests += counters.requests.load(std::memory_order_relaxed);
    stats.replies += counters.replies.load(std::memory_order_relaxed);
    stats.orphaned += counters.orphaned.load(std::memory_order_relaxed);
    stats.tls_handshakes += counters.tls_handshakes.load(std::memory_order_relaxed);
    stats.tls_resumed += counters.tls_resumed.load(std::memory_order_relaxed);
    stats.overloaded += counters.overloaded.load(std::memory_order_relaxed);
    for (std::size_t i = 0; i < kClosedBecauseCount; ++i)
      stats.closed[i] += counters.closed[i].load(std::memory_order_relaxed);
  };
  add(impl_->at_the_door);
  for (const auto& io : impl_->io) add(io->counters());
  return stats;
}

}  // namespace gateway
