#include "gateway/wiring/product.h"

#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX sigwait

#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/config/reader.h"
#include "base/db/partitions.h"
#include "base/db/sandbox_clock.h"
#include "base/migrations.h"
#include "base/observe/log.h"
#include "connectors/migrations.h"
#include "connectors/store/statements.h"
#include "consent/events.h"
#include "consent/migrations.h"
#include "consent/store/statements.h"
#include "gateway/wiring/parts.h"
#include "oauth/migrations.h"
#include "webhooks/migrations.h"
#include "webhooks/store/statements.h"

namespace gateway {
namespace {

using base::http::Call;
using base::http::Response;

template <class T>
void append(std::vector<T>& all, std::vector<T> more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

base::crypto::KeyEncryptionKey read_key(const std::filesystem::path& file) {
  auto key = base::crypto::KeyEncryptionKey::from_file(file.string());
  if (!key) throw std::runtime_error(key.error().log_text);
  return std::move(*key);
}

std::optional<base::crypto::TrustAnchors> read_authorities(const std::vector<std::string>& files) {
  if (files.empty()) return std::nullopt;
  std::ostringstream bundle;
  for (const auto& file : files) {
    std::ifstream in(file);
    if (!in) throw std::runtime_error("cannot read the client authorities of " + file);
    bundle << in.rdbuf() << '\n';
  }
  auto anchors = base::crypto::TrustAnchors::from_pem(bundle.str());
  if (!anchors) throw std::runtime_error("the client authorities are not certificates: " + anchors.error().log_text);
  return std::move(*anchors);
}

base::db::PostgresSettings delivery_connections(const Settings& settings) {
  auto database = settings.database.service();
  database.connections = settings.deliveries.senders + 2;
  database.application_name = "aldgate webhooks " + settings.node;
  return database;
}

base::db::PostgresSettings request_connections(const Settings& settings) {
  auto database = settings.database.service();
  database.application_name = "aldgate " + settings.node;
  return database;
}

std::vector<webhooks::EventType> catalogue() {
  auto types = webhooks::event_types();
  for (const auto& type : consent::kEventTypes)
    types.push_back({std::string(type.type), std::string(type.description)});
  return types;
}

oauth::Settings oauth_settings(const Settings& settings) {
  oauth::Settings oauth;
  oauth.tenant = settings.tenant;
  oauth.issuer = settings.issuer;
  oauth.mtls_base = settings.mtls_base;
  oauth.resource_audience = settings.issuer;
  oauth.interaction_lifetime = settings.interaction_lifetime;
  oauth.refresh_token_retry = settings.refresh_token_retry;
  oauth.sandbox = settings.sandbox ? oauth::SandboxFeatures::yes : oauth::SandboxFeatures::no;
  return oauth;
}

constexpr std::string_view kBankName = "Aldgate Bank";

// [WEBAUTHN-3-5.1.2] passkeys belong to the domain of the pages, whatever the port.
consent::webauthn::RelyingParty relying_party(const Settings& settings) {
  std::string host = settings.issuer.substr(settings.issuer.find("://") + 3);
  host = host.substr(0, host.find_first_of(":/"));
  return {host, {oauth::origin_of(settings.issuer)}};
}

constexpr std::string_view kObie = "/open-banking/v4.0";

// The business clock of the sandbox is where the other nodes left it, before anything asks for the time.
const base::OffsetBusinessClock& moved(base::OffsetBusinessClock& clock, base::db::Pool& pool,
                                       const base::MonotonicClock& monotonic, bool sandbox) {
  if (sandbox) {
    pool.read({monotonic.now() + std::chrono::seconds(10)},
              [&](base::db::Transaction& tx) { clock.set_offset(base::db::sandbox_clock_offset(tx)); });
  }
  return clock;
}

}  // namespace

std::vector<base::db::Migration> all_migrations() {
  std::vector<base::db::Migration> all = base::migrations();
  append(all, oauth::migrations());
  append(all, consent::migrations());
  append(all, connectors::migrations());
  append(all, webhooks::migrations());
  return all;
}

std::vector<base::db::Statement> all_statements() {
  std::vector<base::db::Statement> all = base::db::AuditStore::statements();
  append(all, base::db::OutboxStore::statements());
  append(all, base::db::RequestJournal::statements());
  append(all, base::db::partition_statements());
  append(all, base::db::sandbox_clock_statements());
  append(all, oauth::statements());
  append(all, consent::statements());
  append(all, connectors::statements());
  append(all, webhooks::statements());
  return all;
}

std::string owner_connection(const DatabaseSettings& settings) {
  // The file is read through the configuration's own rule: 0600, regular, not empty.
  const base::config::Reader reader("password_file = \"" + settings.owner_password_file.string() + "\"");
  const base::Secret password = reader.secret_file("password_file");
  if (const auto errors = reader.finish(); !errors.empty())
    throw std::runtime_error("the owner's password: " + errors.front());
  const auto quoted = [](std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
      if (c == '\'' || c == '\\') out += '\\';
      out += c;
    }
    return out + "'";
  };
  return "host=" + quoted(settings.host) + " port=" + std::to_string(settings.port) +
         " dbname=" + quoted(settings.name) + " user=" + quoted(settings.owner_user) +
         " password=" + quoted(password.reveal()) + " application_name='aldgate migrate'";
}

Product::Parts::Parts(Settings read)
    : settings(std::move(read)),
      kek(read_key(settings.key_encryption_key_file)),
      database(request_connections(settings), all_statements(), monotonic, metrics),
      delivery_database(delivery_connections(settings), all_statements(), monotonic, metrics),
      redis(std::move(settings.redis), protocol, monotonic, metrics),
      limiter(shared_buckets, local_buckets, settings.nodes, metrics),
      journal(database, monotonic, metrics),
      guard(settings.egress),
      https(settings.egress, settings.outgoing),
      sandbox_bank(database, kek),
      guarded_bank(sandbox_bank, settings.tenant.bank.str(), {}, monotonic, metrics),
      banks(
          {{settings.tenant.bank, {connectors::sandbox_capabilities(), &guarded_bank, &sandbox_bank, &sandbox_bank}}}),
      account_access_consents(database, consent_changes, entropy, consent::served_permissions()),
      customer_sessions(database, entropy, settings.sessions),
      attempts(database, kek.derive("consent attempt counter"), settings.lockout),
      customer_authentication({relying_party(settings), std::string(kBankName)},
                              {database, customer_sessions, attempts, customer_bank,
                               settings.sandbox ? &sandbox_code_sender : nullptr, audit, entropy, kek}),
      customer_factors({relying_party(settings), std::string(kBankName)},
                       {database, customer_sessions, attempts, settings.sandbox ? &sandbox_code_sender : nullptr, audit,
                        entropy, kek}),
      decoupled_approvals({database, attempts, audit, kek}),
      authorization_server(
          {oauth_settings(settings), settings.key_schedule, database, audit, entropy, proofs, consents_of_oauth, kek,
           jwks_fetcher, monotonic, read_authorities(settings.client_ca_files)},
          (moved(business, database, monotonic, settings.sandbox.has_value()), background())),
      events(catalogue()),
      subscriptions({database, entropy, kek, audit, events, guard}, settings.subscriptions),
      delivery_worker({delivery_database, https, protocol, business, monotonic, entropy, kek, outbox, audit, metrics},
                      settings.deliveries),
      limits(settings.limits, limiter),
      pages({std::string(kBankName), settings.sandbox.has_value(), settings.clocks},
            {database, entropy, audit, authorization_server.interactions(), authorization_server.clients(),
             customer_sessions, customer_authentication, customer_factors, decoupled_approvals, consent_authorisation,
             consent_dashboard, customer_bank}),
      account_information({database, account_access_consents, consent_access, unattended_access, settings.clocks, banks,
                           settings.issuer + std::string(kObie), settings.mtls_base + std::string(kObie), 100}),
      payment_consents_api(
          {payment_consents, settings.issuer + std::string(kObie), settings.mtls_base + std::string(kObie)}),
      operations(metrics,
                 {{"postgresql",
                   [this](base::db::Deadline deadline) -> std::string {
                     try {
                       database.ping(deadline);
                       return {};
                     } catch (const base::db::Unavailable&) {
                       return "unavailable";
                     }
                   },
                   Readiness::Weight::required},
                  {"redis",
                   [this](base::db::Deadline) -> std::string {
                     return redis.available() ? "" : "unavailable: limits are counted by each node";
                   },
                   Readiness::Weight::degraded}},
                 [this] {
                   metrics.gauge("aldgate_business_clock_offset_seconds",
                                 static_cast<double>(business.offset().count()));
                 }),
      sandbox_api({database, business, customer_bank, attempts, authorization_server.resource_server()}) {
  auto& as = authorization_server;
  const auto open = [this](RouteId id, auto& object, auto member) {
    endpoints.bind(id, OpenEndpoint([&object, member](Call& call) { return (object.*member)(call); }));
  };
  const auto guarded = [this](RouteId id, auto& object, auto member) {
    endpoints.bind(id, ProtectedEndpoint([&object, member](Call& call, const oauth::PresentedAccess& access) {
                     return (object.*member)(call, access);
                   }));
  };
  endpoints.bind(RouteId::healthz, OpenEndpoint(&Operations::healthz));
  endpoints.bind(RouteId::asset, OpenEndpoint(&PsuPages::asset));
  open(RouteId::readyz, operations, &Operations::readyz);
  open(RouteId::metrics, operations, &Operations::metrics);

  using oauth::AuthorizationServer;
  open(RouteId::openid_configuration, as, &AuthorizationServer::openid_configuration);
  open(RouteId::oauth_authorization_server, as, &AuthorizationServer::server_metadata);
  open(RouteId::oauth_protected_resource, as, &AuthorizationServer::protected_resource_metadata);
  open(RouteId::jwks, as, &AuthorizationServer::jwks);
  open(RouteId::par, as, &AuthorizationServer::pushed_authorization);
  open(RouteId::token, as, &AuthorizationServer::token);
  open(RouteId::revoke, as, &AuthorizationServer::revocation);
  open(RouteId::introspect, as, &AuthorizationServer::introspection);
  guarded(RouteId::userinfo_get, as, &AuthorizationServer::userinfo);
  guarded(RouteId::userinfo_post, as, &AuthorizationServer::userinfo);

  open(RouteId::home, pages, &PsuPages::home);
  open(RouteId::authorize_get, pages, &PsuPages::authorize);
  open(RouteId::interaction_page, pages, &PsuPages::interaction);
  open(RouteId::interaction_login, pages, &PsuPages::interaction_login);
  open(RouteId::interaction_code, pages, &PsuPages::interaction_code);
  open(RouteId::interaction_passkey, pages, &PsuPages::interaction_passkey);
  open(RouteId::interaction_decision, pages, &PsuPages::interaction_decision);
  open(RouteId::interaction_cancel, pages, &PsuPages::interaction_cancel);
  open(RouteId::interaction_more_time, pages, &PsuPages::interaction_more_time);
  open(RouteId::interaction_expired, pages, &PsuPages::interaction_expired);
  open(RouteId::customer_login_page, pages, &PsuPages::login_page);
  open(RouteId::customer_login, pages, &PsuPages::login);
  open(RouteId::customer_code, pages, &PsuPages::login_code);
  open(RouteId::customer_passkey, pages, &PsuPages::login_passkey);
  open(RouteId::customer_logout, pages, &PsuPages::logout);
  open(RouteId::customer_more_time, pages, &PsuPages::dashboard_more_time);
  open(RouteId::customer_expired, pages, &PsuPages::dashboard_expired);
  open(RouteId::consents_page, pages, &PsuPages::consents);
  open(RouteId::consent_page, pages, &PsuPages::consent);
  open(RouteId::consent_revoke, pages, &PsuPages::revoke);
  open(RouteId::consent_sign, pages, &PsuPages::sign);
  open(RouteId::consent_sign_code, pages, &PsuPages::sign_code);
  open(RouteId::consent_sign_decision, pages, &PsuPages::sign_decision);
  open(RouteId::security_page, pages, &PsuPages::security);
  open(RouteId::security_add, pages, &PsuPages::enrol_begin);
  open(RouteId::security_enrolment, pages, &PsuPages::enrolment);
  open(RouteId::security_finish, pages, &PsuPages::enrol_finish);
  open(RouteId::security_remove, pages, &PsuPages::factor_remove);
  open(RouteId::security_sign_out, pages, &PsuPages::sign_out_everywhere);

  using Uk = AccountInformationApi;
  guarded(RouteId::obie_consent_create, account_information, &Uk::create_consent);
  guarded(RouteId::obie_consent_get, account_information, &Uk::read_consent);
  guarded(RouteId::obie_consent_delete, account_information, &Uk::delete_consent);
  guarded(RouteId::obie_accounts, account_information, &Uk::accounts);
  guarded(RouteId::obie_account, account_information, &Uk::account);
  guarded(RouteId::obie_account_balances, account_information, &Uk::account_balances);
  guarded(RouteId::obie_account_transactions, account_information, &Uk::account_transactions);
  guarded(RouteId::obie_balances, account_information, &Uk::balances);
  guarded(RouteId::obie_transactions, account_information, &Uk::transactions);

  const auto payments = [&]<consent::ConsentKind kind>(RouteId creation, RouteId reading) {
    guarded(creation, payment_consents_api, &PaymentConsentsApi::create<kind>);
    guarded(reading, payment_consents_api, &PaymentConsentsApi::read<kind>);
  };
  using Kind = consent::ConsentKind;
  payments.operator()<Kind::domestic_payment>(RouteId::obie_domestic_payment_consent_create,
                                              RouteId::obie_domestic_payment_consent_get);
  payments.operator()<Kind::domestic_scheduled_payment>(RouteId::obie_domestic_scheduled_payment_consent_create,
                                                        RouteId::obie_domestic_scheduled_payment_consent_get);
  payments.operator()<Kind::domestic_standing_order>(RouteId::obie_domestic_standing_order_consent_create,
                                                     RouteId::obie_domestic_standing_order_consent_get);
  payments.operator()<Kind::international_payment>(RouteId::obie_international_payment_consent_create,
                                                   RouteId::obie_international_payment_consent_get);
  payments.operator()<Kind::file_payment>(RouteId::obie_file_payment_consent_create,
                                          RouteId::obie_file_payment_consent_get);
  guarded(RouteId::obie_file_payment_consent_upload, payment_consents_api, &PaymentConsentsApi::upload_file);
  guarded(RouteId::obie_file_payment_consent_file, payment_consents_api, &PaymentConsentsApi::read_file);
  payments.operator()<Kind::domestic_vrp>(RouteId::obie_domestic_vrp_consent_create,
                                          RouteId::obie_domestic_vrp_consent_get);
  payments.operator()<Kind::funds_confirmation>(RouteId::obie_funds_confirmation_consent_create,
                                                RouteId::obie_funds_confirmation_consent_get);
  guarded(RouteId::obie_domestic_vrp_consent_delete, payment_consents_api,
          &PaymentConsentsApi::remove<Kind::domestic_vrp>);
  guarded(RouteId::obie_funds_confirmation_consent_delete, payment_consents_api,
          &PaymentConsentsApi::remove<Kind::funds_confirmation>);
  guarded(RouteId::consent_reconfirmation_get, reconfirmation_api, &ReconfirmationApi::read);
  guarded(RouteId::consent_reconfirmation_create, reconfirmation_api, &ReconfirmationApi::create);

  guarded(RouteId::webhook_endpoint_create, webhooks_api, &WebhooksApi::create_endpoint);
  guarded(RouteId::webhook_endpoint_list, webhooks_api, &WebhooksApi::list_endpoints);
  guarded(RouteId::webhook_endpoint_get, webhooks_api, &WebhooksApi::get_endpoint);
  guarded(RouteId::webhook_endpoint_update, webhooks_api, &WebhooksApi::update_endpoint);
  guarded(RouteId::webhook_endpoint_delete, webhooks_api, &WebhooksApi::delete_endpoint);
  guarded(RouteId::webhook_rotate_secret, webhooks_api, &WebhooksApi::rotate_secret);
  guarded(RouteId::webhook_test, webhooks_api, &WebhooksApi::send_test);
  guarded(RouteId::webhook_event_types, webhooks_api, &WebhooksApi::list_event_types);
  guarded(RouteId::webhook_deliveries, webhooks_api, &WebhooksApi::list_deliveries);
  guarded(RouteId::webhook_dead_letters, webhooks_api, &WebhooksApi::list_dead_letters);
  guarded(RouteId::webhook_redeliver, webhooks_api, &WebhooksApi::redeliver);

  if (settings.sandbox) {
    open(RouteId::sandbox_clock_get, sandbox_api, &SandboxApi::clock);
    open(RouteId::sandbox_clock_advance, sandbox_api, &SandboxApi::advance_clock);
    open(RouteId::sandbox_clock_reset, sandbox_api, &SandboxApi::reset_clock);
    open(RouteId::sandbox_psu_reset, sandbox_api, &SandboxApi::reset_psu);
    open(RouteId::sandbox_messages, sandbox_api, &SandboxApi::messages);
    open(RouteId::sandbox_device, pages, &PsuPages::sandbox_device);
    open(RouteId::sandbox_device_decide, pages, &PsuPages::sandbox_device);
    open(RouteId::sandbox_authorize, pages, &PsuPages::sandbox_authorize);
    guarded(RouteId::sandbox_resource, sandbox_api, &SandboxApi::resource);
  }
}

base::Caller Product::Parts::background(std::chrono::milliseconds patience) const {
  return {settings.tenant, {protocol.now(), business.now()}, {}, {monotonic.now() + patience}};
}

Product::Product(Settings settings) : parts_(std::make_unique<Parts>(std::move(settings))) {}
Product::~Product() = default;

namespace {

class Jobs final : public JobQueue {
 public:
  explicit Jobs(base::work::WorkerPool& workers) : workers_(workers) {}
  bool try_post(std::function<void()> job) override { return workers_.try_post(std::move(job)); }

 private:
  base::work::WorkerPool& workers_;
};

void tell(base::observe::Metrics& metrics, const HttpServerStats& stats) {
  metrics.gauge("aldgate_http_open_connections", static_cast<double>(stats.open_connections));
  metrics.gauge("aldgate_http_accepted", static_cast<double>(stats.accepted));
  metrics.gauge("aldgate_http_tls_handshakes", static_cast<double>(stats.tls_handshakes));
  metrics.gauge("aldgate_http_tls_resumed", static_cast<double>(stats.tls_resumed));
  metrics.gauge("aldgate_http_overloaded", static_cast<double>(stats.overloaded));
  for (std::size_t i = 0; i < kClosedBecauseCount; ++i) {
    metrics.gauge("aldgate_http_closed", static_cast<double>(stats.closed.at(i)),
                  {{"because", std::string(to_text(static_cast<ClosedBecause>(i)))}});
  }
}

// Certificates are read again when their files changed.
class CertificateWatch {
 public:
  CertificateWatch(std::vector<std::filesystem::path> files, HttpServer& server)
      : files_(std::move(files)), server_(server), seen_(times()) {}
  void look() {
    auto now = times();
    if (now == seen_) return;
    reload();
    seen_ = std::move(now);
  }
  void reload() {
    const auto reloaded = server_.reload_certificates();
    if (reloaded) {
      base::observe::log(base::observe::Level::info, "certificates reloaded");
    } else {
      base::observe::log(base::observe::Level::error, "certificates not reloaded: those in use stay",
                         {{"why", reloaded.error()}});
    }
  }

 private:
  std::vector<std::filesystem::file_time_type> times() const {
    std::vector<std::filesystem::file_time_type> result;
    for (const auto& file : files_) {
      std::error_code fault;
      result.push_back(std::filesystem::last_write_time(file, fault));
    }
    return result;
  }
  std::vector<std::filesystem::path> files_;
  HttpServer& server_;
  std::vector<std::filesystem::file_time_type> seen_;
};

}  // namespace

int Product::serve() {
  Parts& p = *parts_;
  using base::observe::Level;
  using base::work::Periodic;
  using std::chrono::milliseconds;
  using std::chrono::seconds;

  // Signals are for this thread alone: blocked before any other thread starts, waited for at the end.
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  const PipelineSettings pipeline_settings{p.settings.tenant, p.settings.issuer, p.settings.request_deadline,
                                           p.settings.sandbox_routes(),
                                           Edge(p.settings.trusted_peers, p.settings.client_address_header)};
  Pipeline pipeline(pipeline_settings,
                    {p.protocol, p.business, p.monotonic, p.entropy, p.metrics, p.journal, p.database, p.limits,
                     p.authorization_server.resource_server()},
                    p.endpoints);
  base::work::WorkerPool workers("requests", p.settings.worker_threads, p.settings.queue_limit, p.metrics);
  Jobs jobs(workers);
  HttpServer server(p.settings.http, pipeline, jobs, p.protocol, p.monotonic);
  server.start();

  std::vector<std::filesystem::path> certificate_files;
  for (const auto& listener : p.settings.http.listeners) {
    if (listener.tls)
      certificate_files.insert(certificate_files.end(), {listener.tls->certificate_file, listener.tls->key_file});
  }
  CertificateWatch certificates(certificate_files, server);

  std::vector<std::unique_ptr<Periodic>> jobs_running;
  const auto every = [&](const char* name, milliseconds interval, std::function<bool(std::stop_token)> job) {
    jobs_running.push_back(std::make_unique<Periodic>(base::work::PeriodicSettings{.name = name, .every = interval},
                                                      p.entropy, std::move(job)));
  };
  every("certificates", p.settings.certificate_reload, [&](std::stop_token) {
    certificates.look();
    return false;
  });
  every("server statistics", seconds(5), [&](std::stop_token) {
    tell(p.metrics, server.stats());
    return false;
  });
  every("signing keys", p.settings.key_schedule.refresh_period, [&](std::stop_token) {
    auto& keys = p.authorization_server.keys();
    keys.tick(p.background());
    keys.refresh(p.background());
    return false;
  });
  every("consent expiry", seconds(2),
        [&](std::stop_token stop) { return p.consent_expiry.sweep(p.background()) >= 100 && !stop.stop_requested(); });
  every("consent warnings", seconds(5), [&](std::stop_token stop) {
    return p.consent_warnings.sweep(p.background()) >= 100 && !stop.stop_requested();
  });
  every("sweeping", seconds(60), [&](std::stop_token stop) {
    const int swept = p.authorization_server.sweep(p.background()) + p.customer_sessions.purge(p.background()) +
                      p.attempts.purge(p.background()) + p.customer_authentication.purge(p.background()) +
                      p.payment_consents.purge(p.background()) +
                      base::db::with_transaction(p.database, p.background().deadline, [&](base::db::Transaction& tx) {
                        return p.unattended_access.purge(tx, p.background());
                      });
    return swept >= 10000 && !stop.stop_requested();
  });
  every("partitions", std::chrono::minutes(10), [&](std::stop_token) {
    base::db::keep_partitions(p.database, p.background().deadline, p.protocol.now());
    return false;
  });
  if (p.settings.sandbox) {
    every("sandbox clock", milliseconds(200), [&](std::stop_token) {
      p.sandbox_api.follow_clock(p.background().deadline);
      return false;
    });
  }
  p.delivery_worker.start();
  base::observe::log(Level::info, "serving", {{"node", p.settings.node}, {"issuer", p.settings.issuer}});

  for (;;) {
    int signal = 0;
    sigwait(&signals, &signal);
    if (signal == SIGHUP) {
      certificates.reload();
      continue;
    }
    break;
  }

  base::observe::log(Level::info, "leaving", {{"seconds", p.settings.leave.count()}});
  p.operations.begin_drain();
  server.begin_leaving();
  const timespec leave{.tv_sec = p.settings.leave.count(), .tv_nsec = 0};
  sigdelset(&signals, SIGHUP);
  sigtimedwait(&signals, nullptr, &leave);  // nobody new is sent here once every balancer has asked /readyz
  base::observe::log(Level::info, "draining");
  server.begin_drain();
  const bool drained = server.wait_drained(p.settings.drain);
  jobs_running.clear();
  p.delivery_worker.stop();
  workers.drain(p.settings.drain);
  server.stop();
  p.journal.flush();
  base::observe::log(Level::info, drained ? "stopped" : "stopped before every connection had ended");
  return 0;
}

}  // namespace gateway
