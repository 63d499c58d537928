#include "gateway/http_server/io_thread.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace gateway {
namespace {

using Pistache::Polling::NotifyOn;
using Pistache::Polling::Tag;

// Tags of the reactor: the two descriptors of the thread itself, then connection ids (generation and slot).
constexpr std::uint64_t kWakeTag = 1;
constexpr std::uint64_t kTimerTag = 2;
constexpr unsigned kSlotBits = 20;
constexpr std::uint64_t kSlotMask = (std::uint64_t{1} << kSlotBits) - 1;

constexpr std::size_t kScratch = 32 * 1024;
constexpr std::size_t kKeptOutput = 4096;  // of buffer kept by a connection that waits for its next request
constexpr int kReadRounds = 8;             // TLS records read from one connection before others have their turn
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::string_view kLastResort =
    "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

int checked(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

std::array<std::chrono::nanoseconds, kDeadlineKinds> durations(const HttpTimeouts& timeouts) {
  return {std::chrono::nanoseconds(0),
          timeouts.handshake,
          timeouts.head,
          timeouts.body,
          timeouts.idle,
          timeouts.write,
          timeouts.linger};
}

// A request on its way through the pool. Whatever becomes of it, its connection hears of it exactly once.
class Job {
 public:
  Job(std::shared_ptr<IoThread> io, std::shared_ptr<ServerContext> context, ConnectionId id,
      base::http::Request request, std::uint16_t route)
      : io_(std::move(io)),
        context_(std::move(context)),
        id_(id),
        request_(std::move(request)),
        route_(route),
        posted_(context_->monotonic.now()) {}
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;
  ~Job() {
    if (owes_reply_) io_->deliver(id_, std::nullopt);
  }

  void run() {
    owes_reply_ = false;
    std::optional<base::http::Response> response;
    try {
      response = context_->application.respond(request_, route_, context_->monotonic.now() - posted_);
    } catch (...) {
      response.reset();
    }
    io_->deliver(id_, std::move(response));
  }
  base::http::Request& take_back() {
    owes_reply_ = false;
    return request_;
  }

 private:
  std::shared_ptr<IoThread> io_;
  std::shared_ptr<ServerContext> context_;
  ConnectionId id_;
  base::http::Request request_;
  std::uint16_t route_;
  std::chrono::nanoseconds posted_;
  bool owes_reply_ = true;
};

Head head_of(const base::http::Request& request, const Connection& c) {
  return {request.method, request.method_text, request.path, request.raw_query, request.headers, c.listener, c.peer};
}

}  // namespace

void FreeTls::operator()(ssl_st* tls) const { SSL_free(tls); }

IoThread::IoThread(std::shared_ptr<ServerContext> context)
    : context_(std::move(context)),
      framing_limits_{context_->settings.limits.request_line, context_->settings.limits.header_bytes,
                      context_->settings.limits.header_count},
      deadlines_(durations(context_->settings.timeouts)),
      scratch_(kScratch) {
  wake_fd_ = checked(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd");
  timer_fd_ = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  if (timer_fd_ < 0) {
    ::close(wake_fd_);
    throw std::system_error(errno, std::generic_category(), "timerfd_create");
  }
}

IoThread::~IoThread() {
  close_everything();
  ::close(wake_fd_);
  ::close(timer_fd_);
}

std::shared_ptr<Pistache::Aio::Handler> IoThread::clone() const { return std::make_shared<IoThread>(context_); }

void IoThread::registerPoller(Pistache::Polling::Epoll& poller) {
  poller.addFd(wake_fd_, Pistache::Flags<NotifyOn>(NotifyOn::Read), Tag(kWakeTag));
  poller.addFd(timer_fd_, Pistache::Flags<NotifyOn>(NotifyOn::Read), Tag(kTimerTag));
}

// ---- mailbox

template <class Change>
void IoThread::post(const Change& change) {
  bool wake = false;
  {
    const std::lock_guard lock(mailbox_mutex_);
    change(mailbox_);
    wake = !std::exchange(woken_, true);
  }
  // The counter of an eventfd cannot overflow here: it is written once per emptying.
  if (wake) (void)!eventfd_write(wake_fd_, 1);
}

void IoThread::hand_over(AcceptedSocket socket) {
  post([&](Mailbox& mail) { mail.sockets.push_back(std::move(socket)); });
}
void IoThread::deliver(ConnectionId id, std::optional<base::http::Response> response) {
  post([&](Mailbox& mail) { mail.deliveries.push_back({id, std::move(response)}); });
}
void IoThread::begin_drain() {
  post([](Mailbox& mail) { mail.drain = true; });
}

void IoThread::empty_mailbox() {
  eventfd_t ignored = 0;
  (void)!eventfd_read(wake_fd_, &ignored);
  Mailbox mail;
  {
    const std::lock_guard lock(mailbox_mutex_);
    std::swap(mail, mailbox_);
    woken_ = false;
  }
  for (AcceptedSocket& socket : mail.sockets) open(socket);
  for (Delivery& delivery : mail.deliveries) accept_delivery(delivery);
  if (mail.drain) drain_idle();
}

// ---- the loop

template <class Action>
void IoThread::guarded(Connection& c, const Action& action) {
  // The thread serves everybody: whatever goes wrong with one connection (no memory, epoll refuses) ends that one.
  try {
    action();
    settle(c);
  } catch (...) {
    close(c);
  }
}

void IoThread::onReady(const Pistache::Aio::FdSet& ready) {
  now_ = context_->monotonic.now();
  wall_now_.reset();
  bool mail = false;
  for (const auto& entry : ready) {
    const std::uint64_t tag = entry.getTag().value();
    if (tag == kWakeTag) {
      mail = true;
    } else if (tag == kTimerTag) {
      std::uint64_t expirations = 0;
      (void)!::read(timer_fd_, &expirations, sizeof expirations);
      armed_for_ = std::chrono::nanoseconds(0);
    } else if (Connection* c = find(tag)) {
      guarded(*c, [&] { on_ready(*c, {entry.isReadable(), entry.isWritable(), entry.isHangup()}); });
    }
  }
  if (mail) empty_mailbox();
  while (Deadline* deadline = deadlines_.due(now_)) {
    auto& c = static_cast<Connection&>(*deadline);
    guarded(c, [&] { on_deadline(c); });
  }
  run_scheduled();
  arm_timer();
  graveyard_.clear();
}

Connection* IoThread::find(ConnectionId id) {
  const std::size_t index = static_cast<std::size_t>(id & kSlotMask);
  if (index >= slots_.size()) return nullptr;
  Connection* c = slots_[index].connection.get();
  return c != nullptr && c->id == id ? c : nullptr;
}

void IoThread::arm_timer() {
  const auto earliest = deadlines_.earliest();
  if (!earliest || (armed_for_.count() != 0 && armed_for_ <= *earliest)) return;
  const auto left = std::max(*earliest - now_, std::chrono::nanoseconds(1000));
  itimerspec when{};
  when.it_value.tv_sec = left.count() / 1'000'000'000;
  when.it_value.tv_nsec = left.count() % 1'000'000'000;
  (void)!timerfd_settime(timer_fd_, 0, &when, nullptr);
  armed_for_ = *earliest;
}

void IoThread::schedule(Connection& c) {
  if (std::exchange(c.scheduled, true)) return;
  scheduled_.push_back(c.id);
}

// Connections with bytes inside the TLS layer, which epoll cannot see. One turn each; a turn more is a round later, so
// that a client that sends without pause does not keep the others waiting.
void IoThread::run_scheduled() {
  if (scheduled_.empty()) return;
  std::vector<ConnectionId> turn;
  std::swap(turn, scheduled_);
  for (const ConnectionId id : turn) {
    Connection* c = find(id);
    if (c == nullptr) continue;
    c->scheduled = false;
    guarded(*c, [&] {
      if (c->may_read()) receive(*c);
    });
  }
  if (!scheduled_.empty()) post([](Mailbox&) {});
}

// ---- life of a connection

void IoThread::open(AcceptedSocket& socket) {
  const int fd = std::exchange(socket.fd, -1);
  const ListenerSettings& listener = context_->settings.listeners[socket.listener];
  std::unique_ptr<Connection> fresh;
  std::size_t index = 0;
  try {
    if (free_slots_.empty()) {
      index = slots_.size();
      slots_.emplace_back();
      free_slots_.reserve(slots_.size());
    } else {
      index = free_slots_.back();
      free_slots_.pop_back();
    }
    Slot& slot = slots_[index];
    ++slot.generation;
    slot.connection = std::make_unique<Connection>((slot.generation << kSlotBits) | index, fd, framing_limits_);
    Connection& c = *slot.connection;
    c.listener = listener.kind;
    c.census_key = socket.remote.key;
    c.peer.address = std::move(socket.remote.address);
    c.peer.port = socket.remote.port;
    guarded(c, [&] {
      if (const TlsContext tls = context_->tls_of(socket.listener)) {
        c.peer.tls = true;
        c.state = ConnectionState::handshake;
        c.tls.reset(SSL_new(tls.get()));
        if (!c.tls || SSL_set_fd(c.tls.get(), fd) != 1) throw std::bad_alloc();
        SSL_set_accept_state(c.tls.get());
      }
      reactor()->registerFd(key(), fd, NotifyOn::Read, Tag(c.id));
      c.read_registered = true;
      deadlines_.set(c, c.tls ? DeadlineKind::handshake : DeadlineKind::head, now_);
      if (context_->draining.load(std::memory_order_relaxed)) {
        hang_up(c, ClosedBecause::draining);
      } else {
        on_ready(c, {true, false, false});
      }
    });
  } catch (...) {
    ::close(fd);
    context_->census.leave(listener.kind, socket.remote.key);
  }
}

void IoThread::on_ready(Connection& c, Ready ready) {
  switch (c.state) {
    case ConnectionState::handshake:
      shake_hands(c);
      return;
    case ConnectionState::lingering:
      discard(c);
      return;
    case ConnectionState::reading:
    case ConnectionState::working:
    case ConnectionState::closing:
      break;
  }
  const bool retry_read = std::exchange(c.tls_wants_write, false) && ready.writable;
  const bool retry_write = std::exchange(c.tls_wants_read, false) && ready.readable;
  if (c.has_output() && (ready.writable || retry_write)) pump(c);
  if (c.closed) return;
  if (c.may_read()) {
    if (ready.readable || ready.hangup || retry_read || !ready.writable) receive(c);
  } else if (ready.hangup || (!ready.readable && !ready.writable)) {
    close(c);  // both directions are gone: nobody will read the reply
  } else if (ready.readable) {
    c.read_unwanted = true;
  }
}

void IoThread::shake_hands(Connection& c) {
  ERR_clear_error();
  c.tls_wants_read = c.tls_wants_write = false;
  const int result = SSL_accept(c.tls.get());
  if (result == 1) {
    IoCounters::bump(counters_.tls_handshakes);
    if (SSL_session_reused(c.tls.get()) == 1) IoCounters::bump(counters_.tls_resumed);
    c.peer.certificate_der = peer_certificate_der(c.tls.get());
    if (!c.peer.certificate_der.empty()) c.peer.certificate_chain_der = peer_chain_der(c.tls.get());
    c.state = ConnectionState::reading;
    deadlines_.set(c, DeadlineKind::head, now_);
    receive(c);
    return;
  }
  switch (SSL_get_error(c.tls.get(), result)) {
    case SSL_ERROR_WANT_READ:
      c.tls_wants_read = true;
      return;
    case SSL_ERROR_WANT_WRITE:
      c.tls_wants_write = true;
      return;
    default:
      c.tls_broken = true;
      counters_.bump(ClosedBecause::handshake_failed);
      begin_linger(c);  // so that the alert arrives
      return;
  }
}

void IoThread::receive(Connection& c) {
  for (int round = 0; round < kReadRounds; ++round) {
    std::size_t size = 0;
    if (c.tls) {
      ERR_clear_error();
      c.tls_may_hold_input = false;
      const int got = SSL_read(c.tls.get(), scratch_.data(), static_cast<int>(scratch_.size()));
      if (got <= 0) {
        switch (SSL_get_error(c.tls.get(), got)) {
          case SSL_ERROR_WANT_READ:
            return;
          case SSL_ERROR_WANT_WRITE:
            c.tls_wants_write = true;
            return;
          case SSL_ERROR_ZERO_RETURN:
            end_of_input(c);
            return;
          default:
            c.tls_broken = true;
            close(c);
            return;
        }
      }
      size = static_cast<std::size_t>(got);
    } else {
      const ssize_t got = ::recv(c.fd, scratch_.data(), scratch_.size(), 0);
      if (got < 0) {
        if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) close(c);
        return;
      }
      if (got == 0) {
        end_of_input(c);
        return;
      }
      size = static_cast<std::size_t>(got);
    }
    // The poll is level-triggered: what the kernel still holds comes back as an event. settle() sees to the rest.
    c.tls_may_hold_input = c.tls && SSL_has_pending(c.tls.get()) == 1;
    frame(c, {scratch_.data(), size});
    pump(c);
    if (c.closed || !c.tls_may_hold_input || !c.may_read()) return;
  }
}

// Nothing more will come. A request that was cut short is nobody's; complete ones have been answered before.
void IoThread::end_of_input(Connection& c) { hang_up(c, std::nullopt); }

void IoThread::frame(Connection& c, std::string_view bytes) {
  while (c.state == ConnectionState::reading) {
    const RequestFramer::Step step = c.framer.consume(bytes);
    if (step == RequestFramer::Step::need_more) break;
    switch (step) {
      case RequestFramer::Step::need_more:
        break;
      case RequestFramer::Step::head:
        on_head(c, !bytes.empty());
        break;
      case RequestFramer::Step::complete:
        on_request(c);
        break;
      case RequestFramer::Step::fault:
        refuse(c, c.framer.fault().status, c.framer.fault().why);
        break;
    }
    if (c.output.size() - c.output_at > context_->settings.limits.unsent_reply_bytes) break;
  }
  if (!bytes.empty() && (c.state == ConnectionState::reading || c.state == ConnectionState::working))
    c.input.assign(bytes);
}

void IoThread::on_head(Connection& c, bool body_has_begun) {
  const base::http::Request& request = c.framer.request();
  c.head_only = request.method == base::http::Method::head;
  c.keep_alive = c.framer.keep_alive();
  c.http10 = c.framer.is_http10();
  c.any_request = true;
  Admission admission;
  try {
    admission = context_->application.admit(head_of(request, c));
  } catch (...) {
    c.keep_alive = false;
    reply_failure(c);
    return;
  }
  if (admission.refusal) {
    const bool last = c.framer.announces_body();
    if (!last) {
      (void)c.framer.take_request();
      deadlines_.clear(c);
    }
    reply(c, *admission.refusal, last);
    return;
  }
  c.route = admission.route;
  c.inline_reply = admission.runs_on == RunsOn::io_thread;
  if (const auto fault = c.framer.expect_body(admission.body_limit)) {
    refuse(c, fault->status, fault->why);
    return;
  }
  if (!c.framer.announces_body()) return;
  deadlines_.set(c, DeadlineKind::body, now_);
  // [RFC9110-10.1.1] "A server MAY omit sending a 100 (Continue) response if it has already received some or all of the
  // content for the corresponding request"
  if (c.framer.expects_continue() && !body_has_begun) c.output += kContinue;
}

void IoThread::on_request(Connection& c) {
  base::http::Request request = c.framer.take_request();
  request.peer = c.peer;
  request.listener = c.listener;
  deadlines_.clear(c);
  IoCounters::bump(counters_.requests);
  if (!c.inline_reply) {
    post_job(c, std::move(request));
    return;
  }
  std::optional<base::http::Response> response;
  try {
    response = context_->application.respond(request, c.route, std::chrono::nanoseconds(0));
  } catch (...) {
    response.reset();
  }
  if (response) {
    reply(c, *response, false);
  } else {
    reply_failure(c);
  }
}

void IoThread::post_job(Connection& c, base::http::Request request) {
  const auto job = std::make_shared<Job>(shared_from_this(), context_, c.id, std::move(request), c.route);
  c.state = ConnectionState::working;
  std::optional<base::http::Response> response;
  try {
    if (context_->jobs.try_post([job] { job->run(); })) return;
    IoCounters::bump(counters_.overloaded);
    response = context_->application.overloaded(head_of(job->take_back(), c));
  } catch (...) {
    job->take_back();
    response.reset();
  }
  if (response) {
    reply(c, *response, false);
  } else {
    reply_failure(c);
  }
}

void IoThread::accept_delivery(Delivery& delivery) {
  Connection* c = find(delivery.id);
  if (c == nullptr || c->state != ConnectionState::working) {
    IoCounters::bump(counters_.orphaned);
    return;
  }
  guarded(*c, [&] {
    if (delivery.response) {
      reply(*c, *delivery.response, false);
    } else {
      reply_failure(*c);
    }
    pump(*c);
  });
}

void IoThread::drain_idle() {
  for (std::size_t index = 0; index < slots_.size(); ++index) {
    Connection* c = slots_[index].connection.get();
    if (c == nullptr) continue;
    guarded(*c, [&] {
      if (c->state == ConnectionState::handshake) {
        hang_up(*c, ClosedBecause::draining);
        return;
      }
      if (!c->may_read() || !c->framer.idle()) return;
      receive(*c);  // a request that has arrived is in flight already
      if (!c->closed && c->may_read() && c->framer.idle()) hang_up(*c, ClosedBecause::draining);
    });
  }
}

// ---- replies

void IoThread::reply(Connection& c, const base::http::Response& response, bool last) {
  if (!wall_now_) wall_now_ = context_->protocol.now();
  ReplyFrame frame;
  frame.body_omitted = c.head_only;
  if (last || !c.keep_alive || context_->leaving.load(std::memory_order_relaxed)) {
    frame.after = AfterReply::close;
  } else if (c.http10) {
    frame.after = AfterReply::keep_alive_http10;
  }
  if (!append_reply(c.output, response, frame, date_.at_view(*wall_now_))) {
    c.keep_alive = false;
    reply_failure(c);
    return;
  }
  IoCounters::bump(counters_.replies);
  c.state = frame.after == AfterReply::close ? ConnectionState::closing : ConnectionState::reading;
}

void IoThread::reply_failure(Connection& c) {
  if (!wall_now_) wall_now_ = context_->protocol.now();
  c.keep_alive = false;
  bool written = false;
  try {
    written = append_reply(c.output, context_->application.failure(), {c.head_only, AfterReply::close},
                           date_.at_view(*wall_now_));
  } catch (...) {
    written = false;
  }
  if (!written) c.output += kLastResort;
  IoCounters::bump(counters_.replies);
  c.state = ConnectionState::closing;
}

void IoThread::refuse(Connection& c, int status, std::string_view why) {
  counters_.bump(ClosedBecause::malformed_request);
  c.keep_alive = false;
  c.head_only = c.framer.request().method == base::http::Method::head;
  std::optional<base::http::Response> response;
  try {
    response = status == 413 ? context_->application.too_large(head_of(c.framer.request(), c))
                             : context_->application.malformed(status, why);
  } catch (...) {
    response.reset();
  }
  if (response) {
    reply(c, *response, true);
  } else {
    reply_failure(c);
  }
}

// Goes on until the client has to do something: take bytes, or send some.
void IoThread::pump(Connection& c) {
  while (!c.closed) {
    if (c.has_output() && !flush(c)) return;
    if (c.state == ConnectionState::closing) {
      begin_linger(c);
      return;
    }
    if (c.state != ConnectionState::reading || c.input.empty()) return;
    std::string pipelined;
    std::swap(pipelined, c.input);
    frame(c, pipelined);
  }
}

// False: the client must read first, or the connection is closed.
bool IoThread::flush(Connection& c) {
  while (c.has_output()) {
    const char* from = c.output.data() + c.output_at;
    const std::size_t size = c.output.size() - c.output_at;
    std::size_t sent = 0;
    if (c.tls) {
      ERR_clear_error();
      const int wrote = SSL_write(c.tls.get(), from, static_cast<int>(std::min<std::size_t>(size, 1 << 30)));
      if (wrote > 0) {
        sent = static_cast<std::size_t>(wrote);
      } else {
        const int error = SSL_get_error(c.tls.get(), wrote);
        if (error == SSL_ERROR_WANT_READ) {
          c.tls_wants_read = true;
        } else if (error != SSL_ERROR_WANT_WRITE) {
          c.tls_broken = true;
          close(c);
          return false;
        }
      }
    } else {
      const ssize_t wrote = ::send(c.fd, from, size, MSG_NOSIGNAL);
      if (wrote >= 0) {
        sent = static_cast<std::size_t>(wrote);
      } else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
        close(c);
        return false;
      }
    }
    c.output_at += sent;
    if (sent == 0) {
      if (c.kind != DeadlineKind::write) deadlines_.set(c, DeadlineKind::write, now_);
      return false;
    }
    if (c.kind == DeadlineKind::write) deadlines_.set(c, DeadlineKind::write, now_);
  }
  c.output_at = 0;
  if (c.output.capacity() > kKeptOutput) {
    std::string().swap(c.output);
  } else {
    c.output.clear();
  }
  if (c.kind == DeadlineKind::write) deadlines_.clear(c);
  return true;
}

void IoThread::begin_linger(Connection& c) {
  if (c.tls && !c.tls_broken) {
    ERR_clear_error();
    (void)SSL_shutdown(c.tls.get());
  }
  // Closing a socket with unread bytes resets it, and a reset can overtake the reply (RFC 9112 section 9.6).
  if (::shutdown(c.fd, SHUT_WR) != 0) {
    close(c);
    return;
  }
  c.state = ConnectionState::lingering;
  deadlines_.set(c, DeadlineKind::linger, now_);
}

void IoThread::discard(Connection& c) {
  const ssize_t got = ::recv(c.fd, scratch_.data(), scratch_.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return;
  c.lingered += static_cast<std::size_t>(std::max<ssize_t>(got, 0));
  if (got <= 0 || c.lingered > context_->settings.limits.lingering_bytes) close(c);
}

// Sets the deadline and the poll to what the connection waits for now.
void IoThread::settle(Connection& c) {
  if (c.closed) return;
  const bool shaking = c.state == ConnectionState::handshake;
  DeadlineKind kind = c.kind;
  if (c.has_output()) {
    kind = DeadlineKind::write;
  } else if (c.state == ConnectionState::working) {
    kind = DeadlineKind::none;
  } else if (c.state == ConnectionState::reading) {
    kind = !c.framer.in_head()                ? DeadlineKind::body
           : c.framer.idle() && c.any_request ? DeadlineKind::idle
                                              : DeadlineKind::head;
  }
  if (kind == DeadlineKind::none) {
    deadlines_.clear(c);
  } else if (kind != c.kind) {
    deadlines_.set(c, kind, now_);
  }

  if (c.tls_may_hold_input && c.may_read()) schedule(c);
  const bool want_read = c.may_read() || c.state == ConnectionState::lingering || c.tls_wants_read;
  const bool want_write = (c.has_output() && !shaking) || c.tls_wants_write;
  // Reading is switched off only when bytes really came too early: most clients wait for their reply.
  const bool read = want_read || (c.read_registered && !c.read_unwanted);
  c.read_unwanted = false;
  if (read == c.read_registered && want_write == c.write_registered) return;
  NotifyOn interest = NotifyOn::None;
  if (read) interest = interest | NotifyOn::Read;
  if (want_write) interest = interest | NotifyOn::Write;
  reactor()->modifyFd(key(), c.fd, interest, Tag(c.id));
  c.read_registered = read;
  c.write_registered = want_write;
}

// An end in good order: what was sent arrives, and TLS says that it is the end.
void IoThread::hang_up(Connection& c, std::optional<ClosedBecause> reason) {
  if (reason) counters_.bump(*reason);
  if (c.tls && !c.tls_broken && c.state != ConnectionState::handshake) {
    ERR_clear_error();
    (void)SSL_shutdown(c.tls.get());
  }
  close(c);
}

void IoThread::close(Connection& c) {
  if (std::exchange(c.closed, true)) return;
  deadlines_.clear(c);
  const std::size_t index = static_cast<std::size_t>(c.id & kSlotMask);
  graveyard_.push_back(std::move(slots_[index].connection));
  free_slots_.push_back(index);
  c.tls.reset();
  ::close(c.fd);  // leaves the poll with it: the descriptor is never duplicated
  context_->census.leave(c.listener, c.census_key);
}

void IoThread::close_everything() {
  for (Slot& slot : slots_) {
    if (slot.connection) hang_up(*slot.connection, ClosedBecause::draining);
  }
  graveyard_.clear();
  const std::lock_guard lock(mailbox_mutex_);
  for (const AcceptedSocket& socket : mailbox_.sockets) {
    ::close(socket.fd);
    context_->census.leave(context_->settings.listeners[socket.listener].kind, socket.remote.key);
  }
  mailbox_.sockets.clear();
}

void IoThread::on_deadline(Connection& c) {
  switch (c.kind) {
    case DeadlineKind::handshake:
      counters_.bump(ClosedBecause::handshake_timeout);
      close(c);
      return;
    case DeadlineKind::head:
      counters_.bump(ClosedBecause::head_timeout);
      if (c.framer.idle()) {
        hang_up(c, std::nullopt);  // opened and never used: there is no request to answer
        return;
      }
      break;
    case DeadlineKind::body:
      counters_.bump(ClosedBecause::body_timeout);
      break;
    case DeadlineKind::idle:
      hang_up(c, ClosedBecause::idle_timeout);
      return;
    case DeadlineKind::write: {
      counters_.bump(ClosedBecause::write_timeout);
      const linger now_and_hard{1, 0};  // gives the kernel's copy of the reply back as well
      (void)::setsockopt(c.fd, SOL_SOCKET, SO_LINGER, &now_and_hard, sizeof now_and_hard);
      close(c);
      return;
    }
    case DeadlineKind::linger:
    case DeadlineKind::none:
      close(c);
      return;
  }
  c.any_request = true;
  deadlines_.clear(c);
  refuse(c, 408, "The request did not arrive in time.");
  pump(c);
}

}  // namespace gateway
