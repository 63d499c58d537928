// The parts of a process, for Product and the command line. Nobody else includes this.
#pragma once

#include "base/cache/local_bucket.h"
#include "base/cache/redis.h"
#include "base/cache/redis_limiter.h"
#include "base/cache/replay_set.h"
#include "base/cache/token_bucket.h"
#include "base/crypto/key_encryption.h"
#include "base/db/audit_store.h"
#include "base/db/outbox_store.h"
#include "base/db/postgres_pool.h"
#include "base/db/request_journal.h"
#include "base/entropy.h"
#include "base/net/egress_guard.h"
#include "base/net/https_client.h"
#include "base/observe/metrics.h"
#include "base/system_clock.h"
#include "base/work/periodic.h"
#include "base/work/worker_pool.h"
#include "connectors/registry.h"
#include "connectors/resilience/guarded_account_information.h"
#include "connectors/sandbox/sandbox_bank.h"
#include "consent/sca/attempt_counter.h"
#include "consent/sca/customer_authentication.h"
#include "consent/sca/customer_sessions.h"
#include "consent/services/account_access_consents.h"
#include "consent/services/consent_access.h"
#include "consent/services/consent_authorisation.h"
#include "consent/services/consent_changes.h"
#include "consent/services/consent_dashboard.h"
#include "consent/services/consent_expiry.h"
#include "consent/services/consent_gate.h"
#include "consent/services/consent_upkeep.h"
#include "consent/services/consent_warnings.h"
#include "consent/services/payment_consents.h"
#include "consent/services/unattended_access.h"
#include "gateway/http_server/http_server.h"
#include "gateway/operations/operations.h"
#include "gateway/operations/sandbox_api.h"
#include "gateway/partner_api/open_banking_uk/account_information_api.h"
#include "gateway/partner_api/open_banking_uk/payment_consents_api.h"
#include "gateway/partner_api/reconfirmation_v1/reconfirmation_api.h"
#include "gateway/partner_api/webhooks_v1/webhooks_api.h"
#include "gateway/pipeline/pipeline.h"
#include "gateway/psu_pages/psu_pages.h"
#include "gateway/wiring/adapters.h"
#include "gateway/wiring/product.h"
#include "oauth/authorization_server.h"
#include "webhooks/delivery/delivery_worker.h"
#include "webhooks/event_catalog.h"
#include "webhooks/services/deliveries.h"
#include "webhooks/services/subscriptions.h"

namespace gateway {

struct Product::Parts {
  explicit Parts(Settings read);

  base::Caller background(std::chrono::milliseconds patience = std::chrono::seconds(10)) const;

  Settings settings;

  // ground
  base::SystemProtocolClock protocol;
  base::SystemMonotonicClock monotonic;
  base::OffsetBusinessClock business{protocol};
  base::SystemEntropy entropy;
  base::observe::Metrics metrics;
  base::crypto::KeyEncryptionKey kek;
  base::db::PostgresPool database;
  base::db::PostgresPool delivery_database;
  base::cache::Redis redis;
  base::cache::RedisReplaySet proofs{redis};
  base::cache::TokenBucket shared_buckets{redis};
  base::cache::LocalBucket local_buckets{monotonic};
  base::cache::RedisLimiter limiter;
  base::db::AuditStore audit;
  base::db::OutboxStore outbox;
  base::db::RequestJournal journal;
  base::net::EgressGuard guard;
  base::net::CurlHttpsClient https;
  JwksFetcherAdapter jwks_fetcher{https, guard, monotonic};

  // bank
  connectors::SandboxBank sandbox_bank;
  connectors::GuardedAccountInformation guarded_bank;
  connectors::Registry banks;
  CustomerBankAdapter customer_bank{sandbox_bank, sandbox_bank};

  // consent, and what ends with it
  oauth::GrantEnding grant_ending{audit};
  GrantEnderAdapter grant_ender{grant_ending};
  consent::ConsentChanges consent_changes{outbox, audit, grant_ender, entropy, settings.clocks};
  consent::AccountAccessConsents account_access_consents;
  consent::ConsentAccess consent_access;
  consent::ConsentAuthorisation consent_authorisation{database, consent_changes};
  consent::ConsentDashboard consent_dashboard{database, consent_changes};
  consent::ConsentExpiry consent_expiry{database, consent_changes};
  consent::PaymentConsents payment_consents{database, consent_changes, entropy};
  consent::ConsentUpkeep consent_upkeep{database, consent_changes};
  consent::ConsentWarnings consent_warnings{database, outbox, entropy, settings.clocks};
  consent::UnattendedAccess unattended_access{settings.clocks};
  consent::ConsentGate consent_gate;
  ConsentGateAdapter consents_of_oauth{consent_gate};
  consent::CustomerSessions customer_sessions;
  consent::AttemptCounter attempts;
  consent::CustomerAuthentication customer_authentication;

  // authorization server
  oauth::AuthorizationServer authorization_server;

  // webhooks
  webhooks::EventCatalog events;
  webhooks::Subscriptions subscriptions;
  webhooks::Deliveries deliveries{database, entropy, audit};
  webhooks::DeliveryWorker delivery_worker;

  // edge
  Limits limits;
  PsuPages pages;
  AccountInformationApi account_information;
  PaymentConsentsApi payment_consents_api;
  ReconfirmationApi reconfirmation_api{account_access_consents, consent_upkeep, settings.clocks};
  WebhooksApi webhooks_api{subscriptions, deliveries};
  Operations operations;
  SandboxApi sandbox_api;
  Endpoints endpoints;
};

}  // namespace gateway
