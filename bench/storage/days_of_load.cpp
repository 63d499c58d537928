// Days of load in minutes: does storage stay flat? The whole product in this process, on PostgreSQL and Redis, with its
// own time: it begins some days ago and walks to now, hour by hour (the partition keeper believes no time to come). In
// each hour clients and customers go their ways, and what a node does beside requests is done as often as by a node:
// the sweep and the purges each minute, the partition keeper each ten, and VACUUM at the hour, as autovacuum would.
//
// Printed is what expires (rows, partitions, bytes), which must not grow from one day to the next, and beside it what
// is kept on purpose: grants, refresh tokens, consents, the audit trail and the journal.
#include <charconv>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "base/db/partitions.h"
#include "gateway/wiring/parts.h"
#include "tests/journeys/support/journey.h"

namespace {

using namespace std::chrono_literals;
using journeys::Customer;
using journeys::Gateway;
using journeys::Tpp;

struct Options {
  int days = 4;
  int requests_per_hour = 3000;
  int print_every = 6;  // hours
};

Options options_of(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; i += 2) {
    const std::string name = argv[i];
    int* const place = name == "--days"                ? &options.days
                       : name == "--requests-per-hour" ? &options.requests_per_hour
                       : name == "--print-every"       ? &options.print_every
                                                       : nullptr;
    const std::string value = i + 1 < argc ? argv[i + 1] : "";
    if (place == nullptr || std::from_chars(value.data(), value.data() + value.size(), *place).ec != std::errc() ||
        *place < 1) {
      throw std::runtime_error("usage: days_of_load [--days N] [--requests-per-hour N] [--print-every N]");
    }
  }
  return options;
}

// What expires. Partitioned ones with their parents' names; bytes are of table, partitions and indexes.
constexpr const char* kExpiring =
    "('oauth.assertion_jti'), ('oauth.proof_jti'), ('oauth.revoked_access_token'), ('oauth.pushed_request'),"
    " ('oauth.authorization_code'), ('consent.customer_session')";
constexpr const char* kKept =
    "('oauth.authorization_grant'), ('oauth.refresh_token'), ('consent.consent'), ('consent.consent_history'),"
    " ('base.audit'), ('base.outbox'), ('base.request_journal')";

std::string size_query(const std::string& tables) {
  return "SELECT t.name, (SELECT count(*) FROM pg_partition_tree(t.name::regclass) WHERE isleaf),"
         " (SELECT coalesce(sum(pg_total_relation_size(relid)), 0) FROM pg_partition_tree(t.name::regclass)),"
         " (xpath('/row/n/text()', query_to_xml('SELECT count(*) AS n FROM ' || t.name, false, true, '')))[1]::text"
         " FROM (VALUES " +
         tables + ") AS t (name)";
}

struct Load {
  explicit Load(const Options& wanted) : options(wanted) {}

  int requests = 0;
  const Options& options;
  // Redis is away all the while: the ids of proofs are rows then, which is the most that can be stored (and Redis,
  // which began now, would believe no nonce of days ago).
  Gateway gateway{[](gateway::Settings& s) {
    s.limits.enabled = false;
    s.redis.unix_socket = "/nonexistent/redis.sock";
  }};
  Tpp tpp{gateway};
  std::vector<journeys::Tokens> grants;  // of late: what is refreshed

  // A customer's way from the consent to data: 14 requests or so, with codes, sessions, a pushed request.
  void customer_way() {
    Customer alice(gateway);
    grants.push_back(walk(tpp, alice).tokens);
    if (grants.size() > 20) grants.erase(grants.begin());
    requests += 14;
  }
  void client_ways() {
    const std::string token = tpp.client_token();
    tpp.revoke(token);
    tpp.push(tpp.consent());  // and nobody comes
    requests += 5;
    if (!grants.empty()) {
      const auto& grant = grants[static_cast<std::size_t>(requests) % grants.size()];
      const auto renewed = tpp.refresh(grant.refresh);
      if (renewed.answer.status != 200) throw std::runtime_error("no refresh: " + renewed.answer.body);
      tpp.obie("GET", "/accounts", renewed.access);
      requests += 2;
    }
  }

  void background(int minute) {
    auto& p = gateway.parts();
    const base::Caller caller = gateway.caller();
    p.authorization_server.sweep(caller);
    p.customer_sessions.purge(caller);
    p.attempts.purge(caller);
    if (minute % 10 == 0) base::db::keep_partitions(p.database, caller.deadline, caller.now.protocol);
  }

  void hour() {
    const int end = requests + options.requests_per_hour;
    const int per_minute = options.requests_per_hour / 60 + 1;
    for (int minute = 0; minute < 60; ++minute) {
      const int until = std::min(end, requests + per_minute);
      if (minute % 10 == 0) customer_way();
      while (requests < until) client_ways();
      gateway.clock().advance(60s);
      background(minute);
    }
    gateway.flush_journal();
    gateway.sql("VACUUM oauth.assertion_jti, oauth.proof_jti, oauth.revoked_access_token, consent.customer_session");
  }

  void print(int hour_number) {
    long long expiring = 0;
    long long kept = 0;
    std::printf("%5d %9d", hour_number, requests);
    for (const auto& row : gateway.sql(size_query(kExpiring))) {
      std::printf(" %8s/%-2s", row[3].c_str(), row[1].c_str());
      expiring += std::stoll(row[2]);
    }
    for (const auto& row : gateway.sql(size_query(kKept))) kept += std::stoll(row[2]);
    std::printf(" %12.2f %10.2f\n", static_cast<double>(expiring) / 1e6, static_cast<double>(kept) / 1e6);
    std::fflush(stdout);
  }
};

int run(const Options& options) {
  Load load(options);
  // Some days ago; the keys that were made a moment ago have signed since before then.
  const auto back = std::chrono::hours(24 * options.days);
  load.gateway.clock().advance(-std::chrono::duration_cast<std::chrono::seconds>(back));
  load.gateway.sql(
      "UPDATE oauth.signing_key SET published_at = published_at - interval '100 days',"
      " activates_at = activates_at - interval '100 days'");
  load.gateway.parts().authorization_server.keys().refresh(load.gateway.caller());
  base::db::keep_partitions(load.gateway.parts().database, load.gateway.caller().deadline, load.gateway.clock().now());

  std::printf("%d requests an hour over %d days; rows/partitions of what expires, and megabytes\n\n",
              options.requests_per_hour, options.days);
  std::printf("%5s %9s %11s %11s %11s %11s %11s %11s %12s %10s\n", "hour", "requests", "assertions", "proofs",
              "revoked", "pushed", "codes", "sessions", "expiring MB", "kept MB");
  load.print(0);
  for (int hour = 1; hour <= 24 * options.days; ++hour) {
    load.hour();
    if (hour % options.print_every == 0) load.print(hour);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(options_of(argc, argv));
  } catch (const std::exception& fault) {
    std::cerr << "days_of_load: " << fault.what() << "\n";
    return 1;
  }
}
