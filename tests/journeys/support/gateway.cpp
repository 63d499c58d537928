#include "tests/journeys/support/gateway.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <stdexcept>

#include "base/db/audit_store.h"
#include "base/db/migrate.h"
#include "base/json/strict.h"
#include "base/observe/log.h"
#include "base/system_clock.h"
#include "connectors/sandbox/seed.h"
#include "connectors/store/statements.h"
#include "gateway/cli/explain.h"
#include "gateway/wiring/parts.h"
#include "oauth/tokens/key_ring.h"

namespace journeys {
namespace {

using base::json::Value;

const base::Tenant kTenant{base::BrandId("aldgate"), base::BankId("sandbox")};
const base::Instant kSeedUntil{std::chrono::sys_days(std::chrono::year(2026) / 6 / 30)};

// A file of mode 0600 that goes with the process.
class KeyFile {
 public:
  KeyFile()
      : path_(std::filesystem::temp_directory_path() / ("aldgate-journeys-" + std::to_string(getpid()) + ".key")) {
    std::ofstream(path_) << "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\n";
    chmod(path_.c_str(), S_IRUSR | S_IWUSR);
  }
  ~KeyFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

const std::filesystem::path& key_file() {
  static const KeyFile file;
  return file.path();
}

base::Caller caller_at(base::Instant protocol, base::Instant business, const base::MonotonicClock& clock) {
  return {kTenant, {protocol, business}, {}, {clock.now() + std::chrono::minutes(2)}};
}

// Making RSA keys takes longer than most journeys: the first signing keys are the template's, as on a second start.
void make_signing_keys(tests::Database& database, const base::crypto::KeyEncryptionKey& kek, base::Entropy& entropy) {
  auto statements = oauth::statements();
  for (const auto& statement : base::db::AuditStore::statements()) statements.push_back(statement);
  const auto pool = database.pool(statements, 1);
  base::db::AuditStore audit;
  oauth::Settings settings;
  settings.tenant = kTenant;
  const base::SystemProtocolClock clock;
  const auto now = clock.now();
  const oauth::KeyRing ring({settings, {}, *pool, audit, entropy, kek}, caller_at(now, now, database.clock()));
}

// Migrated and seeded once in a process; every gateway gets a copy.
const tests::Database& seeded() {
  static const auto database = [] {
    auto made = std::make_unique<tests::Database>(gateway::all_migrations());
    base::db::register_tenant(made->owner_conninfo(), kTenant);
    const auto kek = base::crypto::KeyEncryptionKey::from_file(key_file().string());
    if (!kek) throw std::runtime_error(kek.error().log_text);
    base::SystemEntropy entropy;
    const auto pool = made->pool(connectors::statements(), 1);
    base::db::with_transaction(*pool, {made->clock().now() + std::chrono::minutes(5)}, [&](base::db::Transaction& tx) {
      return connectors::seed_sandbox(tx, caller_at(kSeedUntil, kSeedUntil, made->clock()), *kek, entropy);
    });
    make_signing_keys(*made, *kek, entropy);
    return made;
  }();
  return *database;
}

gateway::Settings settings_for(const tests::Database& database, base::cache::RedisSettings redis) {
  gateway::Settings s;
  s.tenant = kTenant;
  s.issuer = kIssuer;
  s.mtls_base = kMtlsBase;
  s.staff_base = "https://localhost:8445";
  s.node = "journey";
  const auto postgres = database.service_settings();
  s.database.host = postgres.host;
  s.database.port = postgres.port;
  s.database.name = postgres.database;
  s.database.service_user = postgres.user;
  s.database.connections = 6;
  s.request_deadline = std::chrono::seconds(60);  // a busy machine is no fault of the code under test
  s.redis = std::move(redis);
  s.key_encryption_key_file = key_file();
  s.deliveries.node = s.node;
  s.deliveries.senders = 2;
  s.deliveries.schedule = webhooks::RetrySchedule::standard();
  s.egress = base::net::EgressPolicy::sandbox();
  s.limits.address = {1'000'000, std::chrono::seconds(60)};
  s.limits.client = {1'000'000, std::chrono::seconds(60)};
  s.sandbox = gateway::SandboxSettings{kSeedUntil};
  return s;
}

base::http::Method method_of(const std::string& text) {
  using base::http::Method;
  for (const auto method :
       {Method::get, Method::head, Method::post, Method::put, Method::patch, Method::delete_, Method::options}) {
    if (base::http::to_text(method) == text) return method;
  }
  return Method::other;
}

Value json_of(const std::string& body) {
  auto value = base::json::parse_strict(body, {.max_bytes = 1 << 24});
  return value ? std::move(*value) : Value();
}

const Value* find(const Value& root, const std::string& pointer) {
  const Value::json_pointer where(pointer);
  return root.contains(where) ? &root.at(where) : nullptr;
}

}  // namespace

std::string Answer::header(std::string_view name) const { return std::string(headers.only(name).value_or("")); }

std::string Answer::at(const std::string& pointer) const {
  const Value root = json_of(body);
  const Value* found = find(root, pointer);
  if (found == nullptr) return "";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

std::size_t Answer::count(const std::string& pointer) const {
  const Value root = json_of(body);
  const Value* found = find(root, pointer);
  return found == nullptr ? 0 : found->size();
}

void PrintTo(const Answer& answer, std::ostream* out) {
  *out << answer.status << "\n";
  for (const auto& [name, value] : answer.headers.list()) *out << name << ": " << value << "\n";
  *out << "\n" << answer.body << "\n";
}

Gateway::Gateway(const Change& change) : database_(tests::Database::copy_of(seeded())) {
  base::observe::set_minimum_level(base::observe::Level::error);
  gateway::Settings settings = settings_for(*database_, redis_.settings());
  if (change) change(settings);
  product_ = std::make_unique<gateway::Product>(std::move(settings));
  auto& p = parts();
  pipeline_ = std::make_unique<gateway::Pipeline>(
      gateway::PipelineSettings{p.settings.tenant, p.settings.issuer, p.settings.request_deadline,
                                p.settings.sandbox_routes(),
                                gateway::Edge(p.settings.trusted_peers, p.settings.client_address_header)},
      gateway::PipelineDeps{clock_, p.business, p.monotonic, p.entropy, p.metrics, p.journal, p.database, p.limits,
                            p.authorization_server.resource_server()},
      p.endpoints);
}

Gateway::~Gateway() = default;

base::http::Peer Gateway::default_peer() {
  base::http::Peer peer;
  peer.address = "192.0.2.7";
  peer.port = 40000;
  peer.tls = true;
  return peer;
}

Answer Gateway::send(const std::string& method, const std::string& url, base::http::Headers headers, std::string body,
                     const base::http::Peer& peer) {
  using base::http::Listener;
  base::http::Request request;
  request.method = method_of(method);
  request.method_text = method;
  std::string target = url;
  for (const auto& [base, listener] : {std::pair(kIssuer, Listener::public_), std::pair(kMtlsBase, Listener::mtls),
                                       std::pair(kOperationsBase, Listener::operations)}) {
    if (!url.starts_with(base)) continue;
    request.listener = listener;
    target = url.substr(std::string_view(base).size());
  }
  const auto question = target.find('?');
  request.path = target.substr(0, question);
  request.has_query = question != std::string::npos;
  if (request.has_query) request.raw_query = target.substr(question + 1);
  request.headers = std::move(headers);
  request.body = std::move(body);
  request.peer = peer;

  const gateway::Head head{request.method,  request.method_text, request.path, request.raw_query,
                           request.headers, request.listener,    request.peer};
  auto admission = pipeline_->admit(head);
  base::http::Response response;
  if (admission.refusal) {
    response = std::move(*admission.refusal);
  } else if (request.body.size() > admission.body_limit) {
    response = pipeline_->too_large(head);
  } else {
    response = pipeline_->respond(request, admission.route, std::chrono::nanoseconds(0));
  }
  return {response.status, std::move(response.headers), std::move(response.body)};
}

base::Caller Gateway::caller() const {
  auto& p = product_->parts();
  return caller_at(clock_.now(), p.business.now(), p.monotonic);
}

base::Instant Gateway::business_now() const { return product_->parts().business.now(); }

void Gateway::advance_business(const std::string& iso_duration) {
  const auto answer =
      send("POST", "/sandbox/clock", {{"Content-Type", "application/json"}}, R"({"advance":")" + iso_duration + "\"}");
  if (answer.status != 200) throw std::runtime_error("the sandbox clock did not move: " + answer.body);
}

std::string Gateway::one(const std::string& text) const {
  const auto rows = sql(text);
  return rows.empty() ? "" : rows.front().front();
}

void Gateway::flush_journal() { parts().journal.flush(); }

std::string Gateway::explain(const std::string& kind, const std::string& id) {
  flush_journal();
  return gateway::explain(parts().database, caller(), kind, id);
}

std::vector<std::string> Gateway::events_of(const std::string& subject) const {
  std::vector<std::string> types;
  for (const auto& row : sql("SELECT type FROM base.outbox WHERE subject = '" + subject + "' ORDER BY position")) {
    types.push_back(row.front());
  }
  return types;
}

std::string iso8601(base::Instant at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(at - day));
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text.data();
}

std::int64_t unix_seconds(base::Instant at) {
  return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
}

}  // namespace journeys
