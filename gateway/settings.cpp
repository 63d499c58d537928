#include "gateway/settings.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>

#include "base/config/reader.h"

namespace gateway {
namespace {

using base::config::Section;
using std::chrono::milliseconds;
using std::chrono::seconds;

seconds seconds_of(const Section& section, std::string_view key, std::int64_t least, std::int64_t most,
                   std::int64_t otherwise) {
  return seconds(section.integer(key, {.least = least, .most = most, .otherwise = otherwise}));
}
milliseconds milliseconds_of(const Section& section, std::string_view key, std::int64_t least, std::int64_t most,
                             std::int64_t otherwise) {
  return milliseconds(section.integer(key, {.least = least, .most = most, .otherwise = otherwise}));
}
int integer_of(const Section& section, std::string_view key, int least, int most, int otherwise) {
  return static_cast<int>(section.integer(key, {.least = least, .most = most, .otherwise = otherwise}));
}
std::size_t size_of(const Section& section, std::string_view key, std::int64_t least, std::int64_t most,
                    std::int64_t otherwise) {
  return static_cast<std::size_t>(section.integer(key, {.least = least, .most = most, .otherwise = otherwise}));
}

// "127.0.0.1:8443" or "[::1]:8443".
std::optional<std::pair<std::string, std::uint16_t>> address_and_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view address = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
  std::uint16_t number = 0;
  const auto [end, fault] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (fault != std::errc() || end != port.data() + port.size() || address.empty()) return std::nullopt;
  return std::pair(std::string(address), number);
}

void read_listener(const Section& listeners, std::string_view name, base::http::Listener kind,
                   const std::string& certificate, const std::string& key, HttpServerSettings& http) {
  const Section section = listeners.section(name);
  const bool tls = section.boolean("tls");
  const bool ask = section.boolean("client_certificates", false);
  if (!tls && kind != base::http::Listener::operations)
    section.refuse("tls", "only the operations listener may be plain");
  for (const auto& text : section.list("addresses")) {
    const auto address = address_and_port(text);
    if (!address) {
      section.refuse("addresses", "'" + text + "' is not address:port");
      continue;
    }
    ListenerSettings listener{.address = address->first, .port = address->second, .kind = kind};
    if (tls) listener.tls = TlsSettings{certificate, key, ask};
    http.listeners.push_back(std::move(listener));
  }
}

// A range that no operator's own network fills.
bool names_everybody(const base::net::Cidr& range) {
  const auto holds = [&](const char* one, const char* other) {
    return range.contains(*base::net::IpAddress::parse(one)) && range.contains(*base::net::IpAddress::parse(other));
  };
  return holds("192.0.2.1", "203.0.113.1") || holds("10.0.0.1", "127.0.0.1") || holds("2001:db8::1", "2a00::1");
}

std::optional<base::Instant> date_of(const std::string& text) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  char rest = 0;
  if (std::sscanf(text.c_str(), "%4d-%2u-%2u%c", &year, &month, &day, &rest) != 3) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  if (!date.ok()) return std::nullopt;
  return base::Instant(std::chrono::sys_days(date));
}

Quota quota_of(const Section& section) {
  return {section.integer("quota", {.least = 1, .most = 10'000'000}),
          seconds_of(section, "window_seconds", 1, 86400, 60)};
}

std::string origin_of(const Section& section, std::string_view key) {
  std::string url = section.string(key);
  if (!url.starts_with("https://") || url.ends_with('/') || url.find('/', 8) != std::string::npos) {
    section.refuse(key, "must be https://host[:port] without a path");
  }
  return url;
}

}  // namespace

base::db::PostgresSettings DatabaseSettings::service() const {
  base::db::PostgresSettings settings;
  settings.host = host;
  settings.port = port;
  settings.database = name;
  settings.user = service_user;
  settings.password = service_password.clone();
  settings.connections = connections;
  settings.connect_timeout = connect_timeout;
  return settings;
}

base::Result<Settings, std::vector<std::string>> load_settings(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) return base::failure(std::vector<std::string>{"cannot read " + file.string()});

  const base::config::Reader reader(text.str(), file.parent_path());
  // A text that is no TOML is the only thing worth saying about it.
  if (!reader.has("server"))
    return base::failure(reader.finish().empty() ? std::vector<std::string>{"[server] is missing"} : reader.finish());
  Settings s;
  enum class Environment { sandbox, production };
  const auto environment = reader.choice<Environment>(
      "environment", {{"sandbox", Environment::sandbox}, {"production", Environment::production}});

  const Section server = reader.section("server");
  s.tenant = {base::BrandId(server.string("brand")), base::BankId(server.string("bank"))};
  s.issuer = origin_of(server, "issuer");
  s.mtls_base = origin_of(server, "mtls_base");
  s.staff_base = origin_of(server, "staff_base");
  s.node = server.string("node");
  s.log_level = server.choice<base::observe::Level>("log_level",
                                                    {{"debug", base::observe::Level::debug},
                                                     {"info", base::observe::Level::info},
                                                     {"warning", base::observe::Level::warning},
                                                     {"error", base::observe::Level::error}},
                                                    base::observe::Level::info);
  s.http.io_threads = size_of(server, "io_threads", 1, 64, 2);
  s.worker_threads = integer_of(server, "worker_threads", 1, 512, 12);
  s.queue_limit = size_of(server, "queue_limit", 1, 100000, 512);
  s.request_deadline = milliseconds_of(server, "request_deadline_ms", 100, 60000, 5000);
  s.leave = seconds_of(server, "leave_seconds", 0, 600, 10);
  s.drain = seconds_of(server, "drain_seconds", 0, 600, 10);
  s.http.timeouts.handshake = milliseconds_of(server, "handshake_timeout_ms", 100, 60000, 5000);
  s.http.timeouts.head = milliseconds_of(server, "head_timeout_ms", 100, 120000, 10000);
  s.http.timeouts.body = milliseconds_of(server, "body_timeout_ms", 100, 600000, 20000);
  s.http.timeouts.idle = milliseconds_of(server, "idle_timeout_ms", 100, 3600000, 60000);
  s.http.timeouts.write = milliseconds_of(server, "write_timeout_ms", 100, 600000, 20000);
  s.http.limits.connections = size_of(server, "max_connections", 1, 1000000, 10000);
  s.http.limits.connections_per_address = size_of(server, "max_connections_per_address", 0, 1000000, 256);
  s.http.limits.header_bytes = size_of(server, "max_head_bytes", 4096, 1 << 20, 32768);
  s.nodes = integer_of(server, "nodes", 1, 1000, 1);

  const Section tls = reader.section("tls");
  const std::string certificate = tls.file("certificate_file").string();
  const std::string key = tls.file("key_file").string();
  s.client_ca_files = tls.list("client_ca_files", std::vector<std::string>{});
  s.certificate_reload = seconds_of(tls, "reload_seconds", 1, 86400, 5);

  const Section listeners = reader.section("listeners");
  read_listener(listeners, "public", base::http::Listener::public_, certificate, key, s.http);
  read_listener(listeners, "mtls", base::http::Listener::mtls, certificate, key, s.http);
  read_listener(listeners, "staff", base::http::Listener::staff, certificate, key, s.http);
  read_listener(listeners, "operations", base::http::Listener::operations, certificate, key, s.http);

  if (reader.has("edge")) {
    const Section edge = reader.section("edge");
    for (const auto& peer : edge.list("trusted_peers")) {
      const auto range = base::net::Cidr::parse(peer);
      if (!range) {
        edge.refuse("trusted_peers", "'" + peer + "' is no address and no range of addresses");
      } else if (names_everybody(*range)) {
        edge.refuse("trusted_peers", "'" + peer + "' is everybody");
      } else {
        s.trusted_peers.push_back(*range);
      }
    }
    s.client_address_header =
        edge.choice<ClientAddressHeader>("client_address_header",
                                         {{"none", ClientAddressHeader::none},
                                          {"Forwarded", ClientAddressHeader::forwarded},
                                          {"X-Forwarded-For", ClientAddressHeader::x_forwarded_for}},
                                         ClientAddressHeader::none);
    if (s.client_address_header != ClientAddressHeader::none && s.trusted_peers.empty()) {
      edge.refuse("client_address_header", "needs trusted_peers: from nobody else it is believed");
    }
    // One source of client certificates: the handshake with this node, or the word of the edge.
    const bool asks = std::any_of(s.http.listeners.begin(), s.http.listeners.end(), [](const auto& listener) {
      return listener.kind == base::http::Listener::mtls && listener.tls && listener.tls->request_client_certificate;
    });
    if (asks && !s.trusted_peers.empty()) {
      edge.refuse("trusted_peers",
                  "the mtls listener must not ask for certificates itself: client_certificates = false");
    }
  }

  const Section database = reader.section("database");
  s.database.host = database.string("host");
  s.database.port = integer_of(database, "port", 1, 65535, 5432);
  s.database.name = database.string("name");
  s.database.service_user = database.string("user");
  s.database.service_password = database.secret_file("password_file");
  s.database.owner_user = database.string("owner");
  s.database.owner_password_file = database.path("owner_password_file");
  s.database.connections = integer_of(database, "pool_size", 2, 1000, 12);
  s.database.connect_timeout = milliseconds_of(database, "connect_timeout_ms", 100, 60000, 2000);

  const Section redis = reader.section("redis");
  s.redis.unix_socket = redis.string("socket");
  s.redis.key_prefix = "aldgate:";
  s.redis.connections = std::max(4, s.worker_threads);
  s.redis.deadline = milliseconds_of(redis, "deadline_ms", 1, 5000, 20);
  s.redis.open_for = milliseconds_of(redis, "retry_ms", 10, 60000, 500);

  const Section keys = reader.section("keys");
  s.key_encryption_key_file = keys.path("key_encryption_key_file");
  s.key_schedule.jwks_max_age = seconds_of(keys, "jwks_max_age_seconds", 1, 86400, 900);
  s.key_schedule.refresh_period = seconds_of(keys, "refresh_seconds", 1, 3600, 15);
  s.key_schedule.publish_lead = seconds_of(keys, "publish_seconds", 1, 30 * 86400, 3600);
  s.key_schedule.active_period = seconds_of(keys, "active_seconds", 60, 366 * 86400, 30 * 86400);
  s.key_schedule.overlap = seconds_of(keys, "retire_seconds", 1, 30 * 86400, 900);

  const Section oauth = reader.section("oauth");
  s.interaction_lifetime = seconds_of(oauth, "interaction_seconds", 60, 7200, 1800);
  s.refresh_token_retry = seconds_of(oauth, "refresh_token_retry_seconds", 10, 86400, 60);

  const Section consent = reader.section("consent");
  s.sessions.idle = seconds_of(consent, "idle_seconds", 1, 300, 300);
  s.sessions.touch = std::min(s.sessions.touch, s.sessions.idle / 5);
  s.sessions.absolute = seconds_of(consent, "session_seconds", 60, 86400, 3600);
  s.sessions.challenge = seconds_of(consent, "one_time_code_seconds", 30, 900, 300);
  s.lockout.attempts = integer_of(consent, "sca_attempts", 1, 5, 5);
  s.lockout.blocks.clear();
  for (const auto block : consent.integers("lockout_seconds", {.least = 1, .most = 30 * 86400},
                                           std::vector<std::int64_t>{900, 3600, 21600, 86400})) {
    s.lockout.blocks.emplace_back(block);
  }
  if (s.lockout.blocks.empty()) consent.refuse("lockout_seconds", "must name at least one block");

  const Section webhooks = reader.section("webhooks");
  s.deliveries.node = s.node;
  s.deliveries.timeout = milliseconds_of(webhooks, "timeout_ms", 100, 30000, 15000);
  // Beyond the longest attempt, and no more: what a killed process held counts as in flight until then.
  s.deliveries.lease = s.deliveries.timeout + seconds(5);
  std::vector<seconds> waits;
  for (const auto wait :
       webhooks.integers("retry_seconds", {.least = 1, .most = 7 * 86400},
                         std::vector<std::int64_t>{5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400})) {
    waits.emplace_back(wait);
  }
  s.deliveries.schedule = ::webhooks::RetrySchedule::after_first(std::move(waits));
  s.deliveries.schedule.jitter_permille = 10 * integer_of(webhooks, "retry_jitter_percent", 0, 50, 20);
  s.deliveries.senders = integer_of(webhooks, "senders", 1, 256, 8);
  s.deliveries.poll = milliseconds_of(webhooks, "poll_ms", 10, 60000, 200);
  s.subscriptions.default_overlap = seconds_of(webhooks, "secret_overlap_seconds", 0, 7 * 86400, 86400);
  s.subscriptions.most_endpoints = integer_of(webhooks, "max_endpoints_per_client", 1, 1000, 10);

  const Section egress = reader.section("egress");
  if (egress.boolean("allow_loopback", false)) {
    if (environment == Environment::production) egress.refuse("allow_loopback", "is for the sandbox only");
    s.egress = base::net::EgressPolicy::sandbox();
  }
  s.outgoing.tls.ca_file = egress.string("ca_file", std::string());
  s.outgoing.connect_timeout = milliseconds_of(egress, "connect_timeout_ms", 100, 30000, 5000);
  s.deliveries.tls = s.outgoing.tls;

  const Section limits = reader.section("limits");
  s.limits.enabled = limits.boolean("enabled", true);
  if (!s.limits.enabled && environment == Environment::production)
    limits.refuse("enabled", "limits cannot be off in production");
  if (reader.has("access")) {
    const Section access = reader.section("access");
    s.clocks = policy::access_clocks(access.choice<policy::Region>(
        "region", {{"eu", policy::Region::eu}, {"uk", policy::Region::uk}}, policy::Region::uk));
  }
  if (!s.limits.enabled) s.clocks.unattended_uses = 0;
  s.limits.address = quota_of(limits.section("address"));
  s.limits.client = quota_of(limits.section("client"));

  if (reader.has("sandbox")) {
    if (environment == Environment::production)
      reader.refuse("sandbox", "production has no sandbox features: remove the section");
    const Section sandbox = reader.section("sandbox");
    const auto until = date_of(sandbox.string("seed_until"));
    if (!until) sandbox.refuse("seed_until", "must be a date, YYYY-MM-DD");
    s.sandbox = SandboxSettings{until.value_or(base::Instant{})};
  } else if (environment == Environment::sandbox) {
    reader.refuse("environment", "the sandbox needs its section [sandbox]");
  }

  auto errors = reader.finish();
  if (!errors.empty()) return base::failure(std::move(errors));
  return s;
}

}  // namespace gateway
