// One IO thread: an epoll loop of Pistache's reactor that reads requests, asks the application, writes replies. It owns
// its connections alone; other threads reach it only through its mailbox.
#pragma once

// Pistache has a macro TRY of its own.
#pragma push_macro("TRY")
#undef TRY
#include <pistache/reactor.h>
#undef TRY
#pragma pop_macro("TRY")

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http_server/connection.h"
#include "gateway/http_server/http_server.h"
#include "gateway/http_server/response_bytes.h"
#include "gateway/http_server/tls_context.h"

namespace gateway {

// Each has one writing thread; read by anybody.
struct IoCounters {
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> replies{0};
  std::atomic<std::uint64_t> orphaned{0};
  std::atomic<std::uint64_t> tls_handshakes{0};
  std::atomic<std::uint64_t> tls_resumed{0};
  std::atomic<std::uint64_t> overloaded{0};
  std::array<std::atomic<std::uint64_t>, kClosedBecauseCount> closed{};

  static void bump(std::atomic<std::uint64_t>& counter) {
    counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  void bump(ClosedBecause reason) { bump(closed[static_cast<std::size_t>(reason)]); }
};

// What all threads of one server share. Outlives the server while jobs still hold it.
struct ServerContext {
  ServerContext(HttpServerSettings server_settings, Application& server_application, JobQueue& server_jobs,
                const base::ProtocolClock& protocol_clock, const base::MonotonicClock& monotonic_clock)
      : settings(std::move(server_settings)),
        application(server_application),
        jobs(server_jobs),
        protocol(protocol_clock),
        monotonic(monotonic_clock),
        census(settings.limits) {}

  TlsContext tls_of(std::size_t listener) const {
    const std::lock_guard lock(tls_mutex);
    return tls[listener];
  }

  const HttpServerSettings settings;
  Application& application;
  JobQueue& jobs;
  const base::ProtocolClock& protocol;
  const base::MonotonicClock& monotonic;
  ConnectionCensus census;
  std::atomic<bool> leaving{false};  // each reply is its connection's last
  std::atomic<bool> draining{false};

  mutable std::mutex tls_mutex;
  std::vector<TlsContext> tls;  // by listener; null for plain ones
};

struct AcceptedSocket {
  int fd = -1;
  std::size_t listener = 0;
  Remote remote;
};

class IoThread final : public Pistache::Aio::Handler, public std::enable_shared_from_this<IoThread> {
 public:
  explicit IoThread(std::shared_ptr<ServerContext> context);
  ~IoThread() override;

  // From any thread.
  void hand_over(AcceptedSocket socket);
  void deliver(ConnectionId id, std::optional<base::http::Response> response);  // nullopt: the job failed
  void begin_drain();
  const IoCounters& counters() const { return counters_; }

  // After the thread has ended.
  void close_everything();

  void registerPoller(Pistache::Polling::Epoll& poller) override;
  void onReady(const Pistache::Aio::FdSet& ready) override;
  std::shared_ptr<Pistache::Aio::Handler> clone() const override;

 private:
  struct Delivery {
    ConnectionId id = 0;
    std::optional<base::http::Response> response;
  };
  struct Mailbox {
    std::vector<AcceptedSocket> sockets;
    std::vector<Delivery> deliveries;
    bool drain = false;
  };
  struct Slot {
    std::unique_ptr<Connection> connection;
    std::uint64_t generation = 0;
  };
  struct Ready {
    bool readable;
    bool writable;
    bool hangup;
  };

  template <class Change>
  void post(const Change& change);
  void empty_mailbox();
  void open(AcceptedSocket& socket);
  void accept_delivery(Delivery& delivery);
  void drain_idle();
  template <class Action>
  void guarded(Connection& c, const Action& action);

  Connection* find(ConnectionId id);
  void on_ready(Connection& c, Ready ready);
  void shake_hands(Connection& c);
  void receive(Connection& c);
  void end_of_input(Connection& c);
  void frame(Connection& c, std::string_view bytes);
  void on_head(Connection& c, bool body_has_begun);
  void on_request(Connection& c);
  void post_job(Connection& c, base::http::Request request);
  void reply(Connection& c, const base::http::Response& response, bool last);
  void reply_failure(Connection& c);
  void refuse(Connection& c, int status, std::string_view why);
  void pump(Connection& c);
  bool flush(Connection& c);
  void begin_linger(Connection& c);
  void discard(Connection& c);
  void settle(Connection& c);
  void hang_up(Connection& c, std::optional<ClosedBecause> reason);
  void close(Connection& c);
  void schedule(Connection& c);
  void run_scheduled();
  void on_deadline(Connection& c);
  void arm_timer();

  const std::shared_ptr<ServerContext> context_;
  const FramingLimits framing_limits_;
  IoCounters counters_;

  std::mutex mailbox_mutex_;
  Mailbox mailbox_;
  bool woken_ = false;

  int wake_fd_ = -1;
  int timer_fd_ = -1;
  std::chrono::nanoseconds armed_for_{0};  // 0: not armed
  std::chrono::nanoseconds now_{0};        // read once per round of the loop
  std::optional<base::Instant> wall_now_;  // likewise
  DateText date_;
  DeadlineLists deadlines_;

  std::vector<Slot> slots_;
  std::vector<std::size_t> free_slots_;
  std::vector<ConnectionId> scheduled_;
  std::vector<std::unique_ptr<Connection>> graveyard_;  // closed in this round; still on the stack of somebody
  std::vector<char> scratch_;
};

}  // namespace gateway
