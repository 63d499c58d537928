// All settings of one node, read and validated whole at boot (deploy/sandbox.toml.in documents each key). The FAPI
// profile's numbers are not settings: they are constants of oauth/profile.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/cache/redis.h"
#include "base/db/postgres_pool.h"
#include "base/id.h"
#include "base/net/egress_guard.h"
#include "base/net/https_client.h"
#include "base/observe/log.h"
#include "base/result.h"
#include "consent/sca/attempt_counter.h"
#include "consent/sca/customer_sessions.h"
#include "gateway/http_server/http_server.h"
#include "gateway/pipeline/edge.h"
#include "gateway/pipeline/limits.h"
#include "gateway/routes.h"
#include "oauth/tokens/key_schedule.h"
#include "policy/access_clocks.h"
#include "webhooks/delivery/delivery_worker.h"
#include "webhooks/services/subscriptions.h"

namespace gateway {

struct DatabaseSettings {
  std::string host;
  int port = 5432;
  std::string name;
  std::string service_user;
  base::Secret service_password;
  std::string owner_user;  // only `aldgate migrate` connects as the owner
  std::filesystem::path owner_password_file;
  int connections = 12;
  std::chrono::milliseconds connect_timeout{2000};

  base::db::PostgresSettings service() const;
};

struct SandboxSettings {
  base::Instant seed_until;  // two years of transactions end here
};

struct Settings {
  base::Tenant tenant;
  std::string issuer;
  std::string mtls_base;
  std::string staff_base;
  std::string node;
  base::observe::Level log_level = base::observe::Level::info;
  HttpServerSettings http;
  std::chrono::seconds certificate_reload{5};
  int worker_threads = 12;
  std::size_t queue_limit = 512;
  std::chrono::milliseconds request_deadline{5000};
  std::chrono::seconds leave{10};  // between /readyz saying 503 and the doors closing
  std::chrono::seconds drain{10};
  std::vector<std::string> client_ca_files;
  std::vector<base::net::Cidr> trusted_peers;  // edges whose word on the client is believed; none: nobody's is
  ClientAddressHeader client_address_header = ClientAddressHeader::none;
  DatabaseSettings database;
  base::cache::RedisSettings redis;
  std::filesystem::path key_encryption_key_file;
  oauth::KeySchedule key_schedule;
  std::chrono::seconds interaction_lifetime{1800};
  std::chrono::seconds refresh_token_retry{60};
  consent::SessionLimits sessions;
  consent::LockoutPolicy lockout;
  webhooks::DeliverySettings deliveries;
  webhooks::SubscriptionSettings subscriptions;
  base::net::EgressPolicy egress;
  base::net::CurlSettings outgoing;
  LimitSettings limits;
  int nodes = 1;
  policy::AccessClocks clocks = policy::access_clocks(policy::Region::uk);
  std::optional<SandboxSettings> sandbox;  // absent in production

  Router::Sandbox sandbox_routes() const { return sandbox ? Router::Sandbox::on : Router::Sandbox::off; }
};

// Reads the file; every fault of it is told at once, a line each.
base::Result<Settings, std::vector<std::string>> load_settings(const std::filesystem::path& file);

}  // namespace gateway
