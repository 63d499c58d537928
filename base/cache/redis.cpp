#include "base/cache/redis.h"

#include <hiredis.h>
#include <poll.h>
#include <sys/time.h>

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>

#include "base/observe/log.h"

namespace base::cache {
namespace {

struct CloseContext {
  void operator()(redisContext* context) const { redisFree(context); }
};
struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Connection = std::unique_ptr<redisContext, CloseContext>;
using RawReply = std::unique_ptr<redisReply, FreeReply>;

timeval to_timeval(std::chrono::milliseconds time) {
  return {static_cast<time_t>(time.count() / 1000), static_cast<suseconds_t>((time.count() % 1000) * 1000)};
}

Reply to_value(const redisReply& raw) {
  Reply reply;
  switch (raw.type) {
    case REDIS_REPLY_STRING:
      reply.kind = Reply::Kind::text;
      reply.text.assign(raw.str, raw.len);
      break;
    case REDIS_REPLY_STATUS:
      reply.kind = Reply::Kind::status;
      reply.text.assign(raw.str, raw.len);
      break;
    case REDIS_REPLY_ERROR:
      reply.kind = Reply::Kind::error;
      reply.text.assign(raw.str, raw.len);
      break;
    case REDIS_REPLY_INTEGER:
      reply.kind = Reply::Kind::integer;
      reply.integer = raw.integer;
      break;
    case REDIS_REPLY_ARRAY:
      reply.kind = Reply::Kind::list;
      for (std::size_t i = 0; i < raw.elements; ++i) reply.list.push_back(to_value(*raw.element[i]));
      break;
    default:
      break;
  }
  return reply;
}

RawReply send(redisContext& context, std::span<const std::string_view> words) {
  std::vector<const char*> texts;
  std::vector<std::size_t> lengths;
  texts.reserve(words.size());
  lengths.reserve(words.size());
  for (const auto& word : words) {
    texts.push_back(word.data());
    lengths.push_back(word.size());
  }
  return RawReply(static_cast<redisReply*>(
      redisCommandArgv(&context, static_cast<int>(words.size()), texts.data(), lengths.data())));
}

RawReply send(redisContext& context, std::initializer_list<std::string_view> words) {
  return send(context, std::span<const std::string_view>(words.begin(), words.size()));
}

// The value of "name:value\r\n" in INFO.
std::string_view info_value(std::string_view info, std::string_view name) {
  std::size_t at = 0;
  while (at < info.size()) {
    const std::size_t end = std::min(info.find("\r\n", at), info.size());
    const std::string_view line = info.substr(at, end - at);
    if (line.size() > name.size() && line.starts_with(name) && line[name.size()] == ':')
      return line.substr(name.size() + 1);
    at = end + 2;
  }
  return {};
}

// A server that answers but cannot serve: it starts, it is a replica, or its data is stale.
bool cannot_serve(const Reply& reply) {
  if (reply.kind != Reply::Kind::error) return false;
  for (const std::string_view code : {"LOADING", "READONLY", "MASTERDOWN", "OOM", "BUSY", "NOAUTH", "CLUSTERDOWN"})
    if (reply.text.starts_with(code)) return true;
  return false;
}

}  // namespace

struct Redis::Impl {
  Impl(RedisSettings s, const ProtocolClock& p, const MonotonicClock& m, observe::Metrics& to)
      : settings(std::move(s)), protocol(p), monotonic(m), metrics(to) {}

  Connection connect() {
    const timeval patience = to_timeval(settings.deadline);
    Connection made(settings.unix_socket.empty()
                        ? redisConnectWithTimeout(settings.host.c_str(), settings.port, patience)
                        : redisConnectUnixWithTimeout(settings.unix_socket.c_str(), patience));
    if (!made || made->err != 0 || redisSetTimeout(made.get(), patience) != REDIS_OK) return nullptr;
    if (!settings.password.empty()) {
      const auto answer = send(*made, {"AUTH", settings.password.reveal()});
      if (!answer || answer->type == REDIS_REPLY_ERROR) return nullptr;
    }
    // Before its first use: a connection is only ever to a server whose memory we know the age of.
    const auto info = send(*made, {"INFO"});
    if (!info || info->type != REDIS_REPLY_STRING || !note_server({info->str, info->len})) return nullptr;
    return made;
  }

  bool note_server(std::string_view info) {
    const std::string_view run_id = info_value(info, "run_id");
    const std::string_view uptime_text = info_value(info, "uptime_in_seconds");
    std::int64_t uptime = 0;
    const auto read = std::from_chars(uptime_text.data(), uptime_text.data() + uptime_text.size(), uptime);
    if (run_id.empty() || read.ec != std::errc() || info_value(info, "role") != "master") return false;
    const Instant now = protocol.now();
    std::lock_guard lock(mutex);
    if (continuity.run_id == run_id) return true;
    if (continuity.run_id.empty()) {
      // What this process did not see itself: a server that was promoted may lack what its predecessor knew, however
      // long it has been up. Its start is known to the second only: the later end counts.
      const std::string_view predecessor = info_value(info, "master_replid2");
      const bool promoted = predecessor.find_first_not_of('0') != std::string_view::npos;
      continuity.since = promoted ? now : std::min(now, now - std::chrono::seconds(uptime) + std::chrono::seconds(2));
    } else {
      continuity.since = now;
      ++continuity.changes;
      idle.clear();
      metrics.count("aldgate_redis_restarts_seen_total");
      observe::log(observe::Level::warning, "Redis was restarted or replaced: what it remembered is gone",
                   {{"run_id", run_id}});
    }
    continuity.run_id = run_id;
    return true;
  }

  // Whether a command may go out now. While the breaker is open, one at a time probes.
  bool admitted() {
    std::lock_guard lock(mutex);
    if (failures < settings.failures_to_open) return true;
    if (probing || monotonic.now() < open_until) return false;
    probing = true;
    return true;
  }

  void succeeded() {
    std::lock_guard lock(mutex);
    if (told) observe::log(observe::Level::info, "Redis answers again");
    told = false;
    failures = 0;
    probing = false;
  }

  void failed() {
    metrics.count("aldgate_redis_failures_total");
    std::lock_guard lock(mutex);
    probing = false;
    if (++failures < settings.failures_to_open) return;
    failures = settings.failures_to_open;
    open_until = monotonic.now() + settings.open_for;
    idle.clear();
    if (!told) observe::log(observe::Level::warning, "Redis does not answer: going on without it");
    told = true;
  }

  // An idle connection that is still open, or nothing. False: nobody returned one within the deadline.
  bool take(Connection& connection) {
    std::unique_lock lock(mutex);
    const auto ready = [&] { return !idle.empty() || open < settings.connections; };
    if (!ready() && !returned.wait_for(lock, settings.deadline, ready)) return false;
    ++open;
    while (!idle.empty()) {
      connection = std::move(idle.back());
      idle.pop_back();
      pollfd descriptor{connection->fd, POLLIN, 0};
      if (poll(&descriptor, 1, 0) == 0) return true;
      connection.reset();  // Redis says nothing unasked: it has closed
    }
    return true;
  }

  void give_back(Connection connection) {
    {
      std::lock_guard lock(mutex);
      --open;
      if (connection) idle.push_back(std::move(connection));
    }
    returned.notify_one();
  }

  const RedisSettings settings;
  const ProtocolClock& protocol;
  const MonotonicClock& monotonic;
  observe::Metrics& metrics;
  mutable std::mutex mutex;
  std::condition_variable returned;
  std::vector<Connection> idle;
  int open = 0;  // leased
  int failures = 0;
  bool probing = false;
  bool told = false;
  std::chrono::nanoseconds open_until{0};
  Continuity continuity;
};

Redis::Redis(RedisSettings settings, const ProtocolClock& protocol, const MonotonicClock& monotonic,
             observe::Metrics& metrics)
    : impl_(std::make_unique<Impl>(std::move(settings), protocol, monotonic, metrics)) {}

Redis::~Redis() = default;

std::optional<Reply> Redis::command(std::span<const std::string_view> words) {
  if (!impl_->admitted()) return std::nullopt;
  Connection connection;
  if (!impl_->take(connection)) {
    impl_->failed();
    return std::nullopt;
  }
  if (!connection) connection = impl_->connect();
  RawReply raw = connection ? send(*connection, words) : nullptr;
  if (!raw) {
    // A late answer must not be taken for that of the next command: the connection ends here.
    connection.reset();
    impl_->give_back(nullptr);
    impl_->failed();
    return std::nullopt;
  }
  Reply reply = to_value(*raw);
  if (cannot_serve(reply)) {
    connection.reset();
    impl_->give_back(nullptr);
    impl_->failed();
    return std::nullopt;
  }
  impl_->give_back(std::move(connection));
  impl_->succeeded();
  return reply;
}

bool Redis::available() { return command({"PING"}).has_value(); }

Continuity Redis::continuity() const {
  std::lock_guard lock(impl_->mutex);
  return impl_->continuity;
}

const std::string& Redis::key_prefix() const { return impl_->settings.key_prefix; }

}  // namespace base::cache
