// The consent engine on the real database: ownership, the transaction that ends a consent, and its races.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "base/db/audit_store.h"
#include "base/db/outbox_store.h"
#include "base/db/partitions.h"
#include "base/migrations.h"
#include "consent/events.h"
#include "consent/migrations.h"
#include "consent/services/account_access_consents.h"
#include "consent/services/consent_access.h"
#include "consent/services/consent_authorisation.h"
#include "consent/services/consent_dashboard.h"
#include "consent/services/consent_expiry.h"
#include "consent/services/consent_gate.h"
#include "consent/store/statements.h"
#include "tests/support/database.h"

namespace {

using namespace std::chrono_literals;
using consent::AuthoriseConsent;
using consent::Consent;
using consent::ConsentError;
using consent::ConsentErrorCode;
using consent::ConsentStatus;
using consent::StatusReason;
using policy::Permission;

const base::Instant kStart{std::chrono::seconds(1'790'000'000)};
const base::ClientId kClient("tpp-one");
const base::ClientId kOtherClient("tpp-two");
const base::PsuId kAlice("psu-alice");
const base::PsuId kBob("psu-bob");
const base::AccountId kCurrent("acc-current");
const base::AccountId kSavings("acc-savings");
const base::ConsentId kNobodys("0192d3a0-0000-7000-8000-00000000dead");

std::vector<base::db::Migration> all_migrations() {
  auto all = base::migrations();
  for (auto& migration : consent::migrations()) all.push_back(migration);
  return all;
}

std::vector<base::db::Statement> all_statements() {
  auto all = consent::statements();
  for (const auto& list : {base::db::AuditStore::statements(), base::db::OutboxStore::statements()}) {
    all.insert(all.end(), list.begin(), list.end());
  }
  return all;
}

class CountingGrants final : public consent::GrantEnder {
 public:
  int end_grants(base::db::Transaction&, const base::Caller& caller, const base::ConsentId&,
                 const std::string& reason) override {
    ++calls;
    EXPECT_EQ(caller.tenant.brand.str(), "brand");
    if (fails) throw std::runtime_error("the token store is away");
    if (while_ending) while_ending();
    last_reason = reason;
    return 2;
  }
  std::atomic<int> calls{0};
  std::atomic<bool> fails{false};
  std::function<void()> while_ending;
  std::string last_reason;  // read by single-threaded tests only
};

class ConsentLifecycle : public ::testing::Test {
 protected:
  base::Caller caller(base::Instant business = kStart) const {
    return {{base::BrandId("brand"), base::BankId("bank")},
            {kStart, business},
            base::InteractionId("11111111-2222-4333-8444-555555555555"),
            database.deadline(20s)};
  }

  consent::CreateAccountAccessConsent request() const {
    return {.permissions = {Permission::ReadAccountsBasic, Permission::ReadBalances},
            .expiration = kStart + 24h * 90,
            .transactions_from = kStart - 24h * 30,
            .transactions_to = {}};
  }

  Consent created() { return *consents.create(caller(), kClient, request()); }

  base::Result<Consent, ConsentError> authorise(const base::ConsentId& id, const base::PsuId& psu = kAlice,
                                                std::set<base::AccountId> chosen = {kCurrent},
                                                const base::ClientId& client = kClient,
                                                base::Instant business = kStart) {
    return base::db::in_transaction(*pool, database.deadline(20s), [&](base::db::Transaction& tx) {
      return authorisation.authorise(tx, caller(business),
                                     AuthoriseConsent{.client = client,
                                                      .consent = id,
                                                      .psu = psu,
                                                      .chosen = chosen,
                                                      .shareable = {kCurrent, kSavings},
                                                      .evidence = {"session-1", "Demo Budget App may see balances"}});
    });
  }

  base::Result<Consent, ConsentError> reject(const base::ConsentId& id, const base::PsuId& psu = kAlice) {
    return base::db::in_transaction(*pool, database.deadline(20s), [&](base::db::Transaction& tx) {
      return authorisation.reject(tx, caller(),
                                  {.client = kClient, .consent = id, .psu = psu, .evidence = {"session-1", "shown"}});
    });
  }

  std::optional<consent::ConsentInUse> in_use(const base::ConsentId& id, base::Instant business = kStart) {
    return base::db::read_only(*pool, database.deadline(), [&](base::db::Transaction& tx) {
      return access.for_use(tx, caller(business), kClient, id);
    });
  }

  bool gate_open(const base::ConsentId& id, base::Instant business = kStart) {
    return base::db::with_transaction(*pool, database.deadline(), [&](base::db::Transaction& tx) {
      return gate.authorised(tx, caller(business), id, consent::GateLock::share);
    });
  }

  base::Result<consent::AuthorisableIntent, consent::IntentRefusal> intent(const base::ConsentId& id,
                                                                           const base::ClientId& client = kClient,
                                                                           base::Instant business = kStart) {
    const auto read = base::db::with_transaction(*pool, database.deadline(), [&](base::db::Transaction& tx) {
      return gate.intent(tx, caller(business), client, id);
    });
    // What is demanded unseen is never more than what a reader is told.
    if (const auto unseen = demanded(id, client, business)) {
      EXPECT_TRUE(read && read->consent == unseen->consent && read->scope == unseen->scope &&
                  read->life == unseen->life);
    }
    return read;
  }

  // nullopt: the demand was not met.
  std::optional<consent::AuthorisableIntent> demanded(const base::ConsentId& id, const base::ClientId& client = kClient,
                                                      base::Instant business = kStart,
                                                      std::string_view scope = "accounts") {
    try {
      return base::db::with_transaction(*pool, database.deadline(), [&](base::db::Transaction& tx) {
        return gate.demand_intent(tx, caller(business), client, id, scope);
      });
    } catch (const base::db::Unmet&) {
      return std::nullopt;
    }
  }

  std::vector<std::string> events() const {
    std::vector<std::string> types;
    for (const auto& row : database.sql("SELECT type FROM base.outbox ORDER BY position")) types.push_back(row[0]);
    return types;
  }
  bool somebody_waits_for_a_lock() const {
    return count("pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") > 0;
  }
  int count(const std::string& from) const { return std::stoi(database.sql("SELECT count(*) FROM " + from)[0][0]); }

  tests::Database database{all_migrations()};
  std::unique_ptr<base::db::PostgresPool> pool = database.pool(all_statements(), 8);
  base::SystemEntropy entropy;
  base::db::OutboxStore outbox;
  base::db::AuditStore audit;
  CountingGrants grants;
  consent::ConsentChanges changes{outbox, audit, grants, entropy};
  consent::AccountAccessConsents consents{*pool, changes, entropy, consent::served_permissions()};
  consent::ConsentAuthorisation authorisation{*pool, changes};
  consent::ConsentDashboard dashboard{*pool, changes};
  consent::ConsentExpiry expiry{*pool, changes};
  consent::ConsentGate gate;
  consent::ConsentAccess access;
};

TEST_F(ConsentLifecycle, AnIntentIsDemandedUnseenOfItsOwnClientScopeAndTime) {
  const Consent made = created();
  const auto unseen = demanded(made.id);
  ASSERT_TRUE(unseen);
  EXPECT_EQ(unseen->scope, "accounts");
  EXPECT_EQ(unseen->life, consent::AuthorisableIntent::Life::long_lived);
  EXPECT_FALSE(demanded(made.id, kOtherClient));
  EXPECT_FALSE(demanded(made.id, kClient, kStart, "fundsconfirmations"));
  EXPECT_FALSE(demanded(made.id, kClient, kStart, "payments")) << "payments are of both lives: the consent is read";
  EXPECT_FALSE(demanded(made.id, kClient, kStart, "openid"));
  EXPECT_FALSE(demanded(base::ConsentId("not-a-uuid")));
  EXPECT_FALSE(demanded(kNobodys));
  EXPECT_TRUE(demanded(made.id, kClient, *made.expires - 1ms));
  EXPECT_FALSE(demanded(made.id, kClient, *made.expires));
  ASSERT_TRUE(reject(made.id));
  EXPECT_FALSE(demanded(made.id));
}

TEST_F(ConsentLifecycle, ATppReadsBackWhatItCreated) {
  const Consent made = created();
  const auto found = consents.find(caller(), kClient, made.id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->status, ConsentStatus::awaiting_authorisation);
  EXPECT_EQ(found->permissions, request().permissions);
  EXPECT_EQ(found->expires, request().expiration);
  EXPECT_EQ(found->transactions_from, request().transactions_from);
  EXPECT_EQ(found->transactions_to, std::nullopt);
  EXPECT_EQ(found->created, kStart);
  EXPECT_TRUE(found->accounts.empty());
  EXPECT_TRUE(events().empty());
}

TEST_F(ConsentLifecycle, ARefusedRequestWritesNothing) {
  auto bad = request();
  bad.permissions = {Permission::ReadBalances};
  EXPECT_FALSE(consents.create(caller(), kClient, bad));
  EXPECT_EQ(count("consent.consent"), 0);
  EXPECT_EQ(count("base.audit"), 0);
}

TEST_F(ConsentLifecycle, AnotherTppsConsentIsForeignAndAnUnknownOneUnknown) {
  const Consent made = created();
  const auto foreign = consents.find(caller(), kOtherClient, made.id);
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error().code, ConsentErrorCode::foreign_client);
  EXPECT_EQ(count("base.audit WHERE outcome = 'foreign_client'"), 1);
  const auto removed = consents.remove(caller(), kOtherClient, made.id);
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error().code, ConsentErrorCode::foreign_client);
  EXPECT_EQ(count("base.audit WHERE outcome = 'foreign_client'"), 2);
  EXPECT_TRUE(consents.find(caller(), kClient, made.id));
  for (const auto& id :
       {kNobodys, base::ConsentId("urn-alphabank-intent-88379"), base::ConsentId(""), base::ConsentId("'; --")}) {
    ASSERT_FALSE(consents.find(caller(), kClient, id));
    EXPECT_EQ(consents.find(caller(), kClient, id).error().code, ConsentErrorCode::unknown);
    EXPECT_EQ(consents.remove(caller(), kClient, id).error().code, ConsentErrorCode::unknown);
  }
}

TEST_F(ConsentLifecycle, AnotherBanksConsentIsUnknown) {
  const Consent made = created();
  base::Caller elsewhere = caller();
  elsewhere.tenant.bank = base::BankId("other-bank");
  EXPECT_EQ(consents.find(elsewhere, kClient, made.id).error().code, ConsentErrorCode::unknown);
}

TEST_F(ConsentLifecycle, AuthorisingBindsTheCustomerTheAccountsAndTheEvidence) {
  const Consent made = created();
  const auto authorised = authorise(made.id);
  ASSERT_TRUE(authorised) << authorised.error().log_text;
  EXPECT_EQ(authorised->status, ConsentStatus::authorised);
  EXPECT_EQ(authorised->psu, kAlice);
  const auto use = in_use(made.id);
  ASSERT_TRUE(use);
  EXPECT_EQ(use->status, ConsentStatus::authorised);
  EXPECT_EQ(use->psu, kAlice);
  EXPECT_EQ(use->accounts, std::set<base::AccountId>{kCurrent});
  EXPECT_EQ(use->permissions, request().permissions);
  EXPECT_EQ(use->transactions_from, request().transactions_from);
  EXPECT_TRUE(gate_open(made.id));
  EXPECT_EQ(events(), std::vector<std::string>{"consent.authorised"});
  const auto row = database.sql("SELECT client_id, subject, data->>'status', data->>'consent_id' FROM base.outbox")[0];
  EXPECT_EQ(row, (std::vector<std::string>{"tpp-one", made.id.str(), "authorised", made.id.str()}));
  const auto shown = dashboard.show(caller(), kAlice, made.id);
  ASSERT_TRUE(shown);
  ASSERT_EQ(shown->history.size(), 2U);
  EXPECT_EQ(shown->history[0].event, "create");
  EXPECT_EQ(shown->history[1].event, "authorise");
  EXPECT_EQ(shown->history[1].evidence.session, "session-1");
  EXPECT_EQ(shown->history[1].evidence.shown, "Demo Budget App may see balances");
  EXPECT_EQ(shown->history[1].shown_sha256.size(), 64U);
  EXPECT_EQ(shown->history[1].accounts, std::vector<std::string>{"acc-current"});
  EXPECT_EQ(count("base.audit WHERE action = 'consent.authorise' AND outcome = 'ok' AND actor = 'psu-alice'"), 1);
  // What was shown belongs to the history; the audit row carries its hash only.
  EXPECT_EQ(count("base.audit WHERE facts::text LIKE '%Budget%'"), 0);
}

TEST_F(ConsentLifecycle, NobodySharesNoAccountOrSomebodyElsesAccount) {
  const Consent made = created();
  EXPECT_EQ(authorise(made.id, kAlice, {}).error().code, ConsentErrorCode::no_account_selected);
  EXPECT_EQ(authorise(made.id, kAlice, {kCurrent, base::AccountId("acc-of-bob")}).error().code,
            ConsentErrorCode::account_not_shareable);
  EXPECT_EQ(consents.find(caller(), kClient, made.id)->status, ConsentStatus::awaiting_authorisation);
  EXPECT_FALSE(gate_open(made.id));
  EXPECT_TRUE(events().empty());
}

TEST_F(ConsentLifecycle, AnIntentOfAnotherTppCannotBeAuthorisedOrReviewed) {
  const Consent made = created();
  EXPECT_EQ(authorise(made.id, kAlice, {kCurrent}, kOtherClient).error().code, ConsentErrorCode::unknown);
  EXPECT_EQ(authorisation.review(caller(), kOtherClient, made.id, kAlice).error().code, ConsentErrorCode::unknown);
  EXPECT_EQ(intent(made.id, kOtherClient).error(), consent::IntentRefusal::unknown);
  EXPECT_EQ(intent(kNobodys).error(), consent::IntentRefusal::unknown);
  EXPECT_EQ(intent(made.id)->scope, "accounts");
}

TEST_F(ConsentLifecycle, ADeniedConsentStaysDenied) {
  const Consent made = created();
  ASSERT_TRUE(reject(made.id));
  EXPECT_EQ(consents.find(caller(), kClient, made.id)->status, ConsentStatus::rejected);
  EXPECT_EQ(events(), std::vector<std::string>{"consent.rejected"});
  EXPECT_EQ(authorise(made.id).error().code, ConsentErrorCode::status_conflict);
  EXPECT_EQ(reject(made.id).error().code, ConsentErrorCode::status_conflict);
  EXPECT_EQ(intent(made.id).error(), consent::IntentRefusal::not_authorisable);
  EXPECT_EQ(dashboard.revoke(caller(), kAlice, made.id, {}).error().code, ConsentErrorCode::status_conflict);
  EXPECT_EQ(events().size(), 1U);
}

TEST_F(ConsentLifecycle, TheSameCustomerRenewsAndAnotherCannot) {
  const Consent made = created();
  ASSERT_TRUE(authorise(made.id));
  EXPECT_EQ(authorise(made.id, kBob).error().code, ConsentErrorCode::foreign_psu);
  EXPECT_EQ(authorisation.review(caller(), kClient, made.id, kBob).error().code, ConsentErrorCode::foreign_psu);
  const auto review = authorisation.review(caller(), kClient, made.id, kAlice);
  ASSERT_TRUE(review);
  EXPECT_TRUE(review->reauthorisation);
  EXPECT_EQ(review->selected_before, std::set<base::AccountId>{kCurrent});
  ASSERT_TRUE(authorise(made.id, kAlice, {kCurrent, kSavings}));
  EXPECT_EQ(in_use(made.id)->accounts, (std::set<base::AccountId>{kCurrent, kSavings}));
  EXPECT_EQ(grants.calls, 0);
}

TEST_F(ConsentLifecycle, DenyingARenewalEndsNothing) {
  const Consent made = created();
  ASSERT_TRUE(authorise(made.id));
  const auto kept = reject(made.id);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->status, ConsentStatus::authorised);
  EXPECT_TRUE(gate_open(made.id));
  EXPECT_EQ(grants.calls, 0);
  EXPECT_EQ(events(), std::vector<std::string>{"consent.authorised"});
}

TEST_F(ConsentLifecycle, RevokingEndsAccessTokensAndTellsTheTpp) {
  const Consent made = created();
  ASSERT_TRUE(authorise(made.id));
  const auto revoked = dashboard.revoke(caller(kStart + 1h), kAlice, made.id, {"session-2", "Stop sharing?"});
  ASSERT_TRUE(revoked);
  EXPECT_EQ(revoked->status, ConsentStatus::access_revoked_by_psu);
  EXPECT_FALSE(gate_open(made.id));
  EXPECT_EQ(in_use(made.id)->status, ConsentStatus::access_revoked_by_psu);
  EXPECT_EQ(grants.calls, 1);
  EXPECT_EQ(grants.last_reason, "revoked_by_psu");
  EXPECT_EQ(events(), (std::vector<std::string>{"consent.authorised", "consent.revoked"}));
  EXPECT_EQ(count("base.audit WHERE action = 'consent.revoke_by_psu' AND facts->>'grants_ended' = '2'"), 1);
  EXPECT_EQ(dashboard.revoke(caller(), kAlice, made.id, {}).error().code, ConsentErrorCode::status_conflict);
  EXPECT_EQ(events().size(), 2U);
}

TEST_F(ConsentLifecycle, ARevokedConsentCanBeAuthorisedAgainByItsCustomerOnly) {
  const Consent made = created();
  ASSERT_TRUE(authorise(made.id));
  ASSERT_TRUE(dashboard.revoke(caller(), kAlice, made.id, {}));
  EXPECT_TRUE(intent(made.id));
  EXPECT_EQ(authorise(made.id, kBob).error().code, ConsentErrorCode::foreign_psu);
  ASSERT_TRUE(authorise(made.id));
  EXPECT_TRUE(gate_open(made.id));
}

TEST_F(ConsentLifecycle, WhatTheBankRevokedStaysRevoked) {
  const Consent made = created();
  ASSERT_TRUE(authorise(made.id));
  const consent::Actor staff{base::db::ActorKind::staff, "manager"};
  ASSERT_TRUE(dashboard.revoke_by_bank(caller(), made.id, staff, "suspected fraud"));
  EXPECT_FALSE(gate_open(made.id));
  EXPECT_EQ(grants.last_reason, "revoked_by_bank");
  EXPECT_EQ(intent(made.id).error(), consent::IntentRefusal::not_authorisable);
  EXPECT_EQ(authorise(made.id).error().code, ConsentErrorCode::status_conflict);
  EXPECT_EQ(dashboard.revoke_by_bank(caller(), made.id, staff, "again").error().code,
            ConsentErrorCode::status_conflict);
  EXPECT_EQ(dashboard.revoke_by_bank(caller(), kNobodys, staff, "none").error().code, ConsentErrorCode::unknown);
}

TEST_F(ConsentLifecycle, AnotherCustomersConsentIsUnknownOnTheDashboard) {
  const Consent made = created();
  EXPECT_EQ(dashboard.show(caller(), kAlice, made.id).error().code, ConsentErrorCode::unknown);
  ASSERT_TRUE(authorise(made.id));
  EXPECT_EQ(dashboard.show(caller(), kBob, made.id).error().code, ConsentErrorCode::unknown);
  EXPECT_EQ(dashboard.revoke(caller(), kBob, made.id, {}).error().code, ConsentErrorCode::unknown);
  EXPECT_EQ(count("base.audit WHERE outcome = 'unknown' AND actor = 'psu-bob'"), 2);
  EXPECT_TRUE(dashboard.list(caller(), kBob).empty());
  ASSERT_EQ(dashboard.list(caller(), kAlice).size(), 1U);
  EXPECT_TRUE(gate_open(made.id));
}

TEST_F(ConsentLifecycle, TheDashboardListsTheNewestFirst) {
  const Consent first = created();
  const Consent second = *consents.create(caller(kStart + 1h), kClient, request());
  ASSERT_TRUE(authorise(first.id));
  ASSERT_TRUE(authorise(second.id));
  const auto list = dashboard.list(caller(), kAlice);
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].consent.id, second.id);
  EXPECT_EQ(list[1].consent.id, first.id);
}

TEST_F(ConsentLifecycle, ADeletedConsentIsUnknownToItsTppAndItsTokensEnd) {
  const Consent made = created();
  ASSERT_TRUE(authorise(made.id));
  ASSERT_TRUE(consents.remove(caller(), kClient, made.id));
  EXPECT_EQ(consents.find(caller(), kClient, made.id).error().code, ConsentErrorCode::unknown);
  EXPECT_EQ(consents.remove(caller(), kClient, made.id).error().code, ConsentErrorCode::unknown);
  EXPECT_EQ(in_use(made.id), std::nullopt);
  EXPECT_FALSE(gate_open(made.id));
  EXPECT_EQ(intent(made.id).error(), consent::IntentRefusal::unknown);
  EXPECT_EQ(grants.last_reason, "terminated_by_tpp");
  // The customer still sees what was.
  EXPECT_EQ(dashboard.show(caller(), kAlice, made.id)->consent.status, ConsentStatus::terminated_by_tpp);
}

TEST_F(ConsentLifecycle, ATppClearsAwayAnExpiredConsentWithoutChangingItsStory) {
  const Consent made = created();
  ASSERT_TRUE(authorise(made.id));
  const base::Instant later = kStart + 24h * 91;
  ASSERT_TRUE(consents.remove(caller(later), kClient, made.id));
  EXPECT_EQ(consents.find(caller(later), kClient, made.id).error().code, ConsentErrorCode::unknown);
  EXPECT_EQ(dashboard.show(caller(later), kAlice, made.id)->consent.status, ConsentStatus::expired);
  EXPECT_EQ(events(), (std::vector<std::string>{"consent.authorised", "consent.expired"}));
}

TEST_F(ConsentLifecycle, AnExpiryCountsBeforeAnySweepAndTheSweepTellsItOnce) {
  const Consent made = created();
  const Consent never = created();
  ASSERT_TRUE(authorise(made.id));
  const base::Instant before = *made.expires - 1us;
  EXPECT_TRUE(gate_open(made.id, before));
  EXPECT_EQ(in_use(made.id, before)->status, ConsentStatus::authorised);
  EXPECT_FALSE(gate_open(made.id, *made.expires));
  EXPECT_EQ(in_use(made.id, *made.expires)->status, ConsentStatus::expired);
  EXPECT_EQ(consents.find(caller(*made.expires), kClient, made.id)->status, ConsentStatus::expired);
  EXPECT_EQ(dashboard.list(caller(*made.expires), kAlice).at(0).consent.status, ConsentStatus::expired);
  EXPECT_EQ(intent(made.id, kClient, *made.expires).error(), consent::IntentRefusal::not_authorisable);
  EXPECT_EQ(authorise(made.id, kAlice, {kCurrent}, kClient, *made.expires).error().code, ConsentErrorCode::expired);
  EXPECT_EQ(dashboard.revoke(caller(*made.expires), kAlice, made.id, {}).error().code, ConsentErrorCode::expired);

  EXPECT_EQ(expiry.sweep(caller(before)), 0);
  EXPECT_EQ(expiry.sweep(caller(*made.expires + 24h)), 2);
  EXPECT_EQ(expiry.sweep(caller(*made.expires + 24h)), 0);
  EXPECT_EQ(database.sql("SELECT status FROM consent.consent WHERE consent_id = '" + made.id.str() + "'")[0][0],
            "expired");
  EXPECT_EQ(database.sql("SELECT status FROM consent.consent WHERE consent_id = '" + never.id.str() + "'")[0][0],
            "rejected");
  EXPECT_EQ(count("base.outbox WHERE type = 'consent.expired'"), 1);
  EXPECT_EQ(count("base.outbox WHERE type = 'consent.rejected'"), 1);
  EXPECT_EQ(consents.find(caller(*made.expires + 24h), kClient, made.id)->status_updated, *made.expires);
  EXPECT_EQ(grants.calls, 1);
}

TEST_F(ConsentLifecycle, WhenTheTokensCannotBeEndedNothingIsWritten) {
  const Consent made = created();
  ASSERT_TRUE(authorise(made.id));
  const int history = count("consent.consent_history");
  const int audited = count("base.audit");
  grants.fails = true;
  EXPECT_THROW(dashboard.revoke(caller(), kAlice, made.id, {}), std::runtime_error);
  EXPECT_THROW(consents.remove(caller(), kClient, made.id), std::runtime_error);
  EXPECT_THROW(expiry.sweep(caller(*made.expires)), std::runtime_error);
  EXPECT_TRUE(gate_open(made.id));
  EXPECT_TRUE(consents.find(caller(), kClient, made.id));
  EXPECT_EQ(count("consent.consent_history"), history);
  EXPECT_EQ(count("base.audit"), audited);
  EXPECT_EQ(events(), std::vector<std::string>{"consent.authorised"});
  grants.fails = false;
  EXPECT_TRUE(dashboard.revoke(caller(), kAlice, made.id, {}));
}

TEST_F(ConsentLifecycle, AnAuthorisationWhoseTransactionFailsLeavesNothing) {
  const Consent made = created();
  EXPECT_THROW(base::db::in_transaction(*pool, database.deadline(),
                                        [&](base::db::Transaction& tx) -> base::Result<Consent, ConsentError> {
                                          auto outcome =
                                              authorisation.authorise(tx, caller(),
                                                                      AuthoriseConsent{.client = kClient,
                                                                                       .consent = made.id,
                                                                                       .psu = kAlice,
                                                                                       .chosen = {kCurrent},
                                                                                       .shareable = {kCurrent},
                                                                                       .evidence = {}});
                                          EXPECT_TRUE(outcome);
                                          throw std::runtime_error("the code could not be written");
                                        }),
               std::runtime_error);
  EXPECT_EQ(consents.find(caller(), kClient, made.id)->status, ConsentStatus::awaiting_authorisation);
  EXPECT_EQ(count("consent.consent_account"), 0);
  EXPECT_TRUE(events().empty());
}

TEST_F(ConsentLifecycle, ManyRevocationsAtOnceAreOneRevocation) {
  const Consent made = created();
  ASSERT_TRUE(authorise(made.id));
  std::atomic<int> succeeded{0};
  std::atomic<int> conflicts{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      const auto outcome = dashboard.revoke(caller(), kAlice, made.id, {});
      if (outcome)
        ++succeeded;
      else if (outcome.error().code == ConsentErrorCode::status_conflict)
        ++conflicts;
    });
  }
  threads.clear();
  EXPECT_EQ(succeeded, 1);
  EXPECT_EQ(conflicts, 15);
  EXPECT_EQ(count("base.outbox WHERE type = 'consent.revoked'"), 1);
  EXPECT_EQ(count("consent.consent_history WHERE event = 'revoke_by_psu'"), 1);
  EXPECT_EQ(grants.calls, 1);
}

TEST_F(ConsentLifecycle, ARevocationInTheMiddleOfAnotherWaitsAndFindsItDone) {
  const Consent made = created();
  ASSERT_TRUE(authorise(made.id));
  std::future<base::Result<Consent, ConsentError>> second;
  grants.while_ending = [&] {
    second = std::async(std::launch::async, [&] { return dashboard.revoke(caller(), kAlice, made.id, {}); });
    while (second.wait_for(0s) != std::future_status::ready && !somebody_waits_for_a_lock()) std::this_thread::yield();
    EXPECT_NE(second.wait_for(0s), std::future_status::ready);
  };
  EXPECT_TRUE(dashboard.revoke(caller(), kAlice, made.id, {}));
  ASSERT_TRUE(second.valid());
  const auto late = second.get();
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ConsentErrorCode::status_conflict);
  EXPECT_EQ(count("base.outbox WHERE type = 'consent.revoked'"), 1);
  EXPECT_EQ(grants.calls, 1);
}

TEST_F(ConsentLifecycle, ManyFirstAuthorisationsByTwoCustomersBindOne) {
  const Consent made = created();
  std::atomic<int> alice{0};
  std::atomic<int> bob{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&, i] {
      const bool first = i % 2 == 0;
      if (authorise(made.id, first ? kAlice : kBob)) ++(first ? alice : bob);
    });
  }
  threads.clear();
  EXPECT_TRUE((alice == 0) != (bob == 0)) << alice << " " << bob;
  EXPECT_EQ(count("base.outbox"), alice + bob);
}

TEST_F(ConsentLifecycle, RevocationAndRenewalAtOnceEndInOneOfTheirTwoOrders) {
  for (int round = 0; round < 20; ++round) {
    const Consent made = created();
    ASSERT_TRUE(authorise(made.id));
    std::optional<base::Result<Consent, ConsentError>> revoked;
    std::optional<base::Result<Consent, ConsentError>> renewed;
    {
      std::jthread one([&] { revoked = dashboard.revoke(caller(), kAlice, made.id, {}); });
      std::jthread two([&] { renewed = authorise(made.id, kAlice, {kSavings}); });
    }
    ASSERT_TRUE(revoked->has_value());
    ASSERT_TRUE(renewed->has_value());
    const auto history = dashboard.show(caller(), kAlice, made.id)->history;
    ASSERT_EQ(history.size(), 4U);
    // Each change began where the one before it ended, and the row is where the last one left it.
    for (std::size_t i = 1; i < history.size(); ++i) EXPECT_EQ(history[i].from, history[i - 1].to);
    EXPECT_EQ(gate_open(made.id), history.back().to == ConsentStatus::authorised);
    // The revocation tells of the accounts that were shared when it happened.
    const bool renewal_first = history[2].event == "authorise";
    if (renewal_first) {
      EXPECT_EQ(history[3].accounts, std::vector<std::string>{"acc-savings"});
    }
  }
}

TEST_F(ConsentLifecycle, ARevocationWaitsForWhoeverHoldsTheConsentShared) {
  const Consent made = created();
  ASSERT_TRUE(authorise(made.id));
  std::jthread revoking;
  std::atomic<bool> revoked{false};
  base::db::with_transaction(*pool, database.deadline(20s), [&](base::db::Transaction& tx) {
    EXPECT_TRUE(gate.authorised(tx, caller(), made.id, consent::GateLock::share));
    revoking = std::jthread([&] {
      EXPECT_TRUE(dashboard.revoke(caller(), kAlice, made.id, {}));
      revoked = true;
    });
    // Until the database shows the revocation waiting (or it went through, which is what must not happen).
    while (!revoked && !somebody_waits_for_a_lock()) std::this_thread::yield();
    EXPECT_FALSE(revoked);
    EXPECT_TRUE(gate.authorised(tx, caller(), made.id, consent::GateLock::share));
    return true;
  });
  revoking.join();
  EXPECT_FALSE(gate_open(made.id));
}

TEST_F(ConsentLifecycle, SweepsOnManyNodesExpireEachConsentOnce) {
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(authorise(created().id));
  std::atomic<int> expired{0};
  {
    std::vector<std::jthread> nodes;
    for (int i = 0; i < 6; ++i) {
      nodes.emplace_back([&] {
        while (const int n = expiry.sweep(caller(kStart + 24h * 91), 5)) expired += n;
      });
    }
  }
  EXPECT_EQ(expired, 30);
  EXPECT_EQ(count("base.outbox WHERE type = 'consent.expired'"), 30);
}

TEST_F(ConsentLifecycle, TheLastAccessIsWrittenAtMostOnceAnHour) {
  const Consent made = created();
  ASSERT_TRUE(authorise(made.id));
  const auto touch = [&](base::Instant business) {
    const auto use = in_use(made.id, business);
    if (!use->touch_due) return false;
    base::db::with_transaction(*pool, database.deadline(), [&](base::db::Transaction& tx) {
      access.touch(tx, caller(business), made.id);
      return true;
    });
    return true;
  };
  EXPECT_TRUE(touch(kStart + 1min));
  EXPECT_FALSE(touch(kStart + 2min));
  EXPECT_FALSE(touch(kStart + 1h));
  EXPECT_TRUE(touch(kStart + 1h + 2min));
  EXPECT_EQ(dashboard.show(caller(), kAlice, made.id)->consent.last_access, kStart + 1h + 2min);
}

TEST_F(ConsentLifecycle, TheServiceCannotRewriteHistory) {
  created();
  for (const std::string statement :
       {"UPDATE consent.consent_history SET why = 'x'", "DELETE FROM consent.consent_history",
        "DELETE FROM consent.consent", "TRUNCATE consent.consent_history"}) {
    EXPECT_THROW(database.sql("SET ROLE aldgate_service; " + statement), std::exception) << statement;
  }
}

TEST_F(ConsentLifecycle, HistoryMovesIntoItsPartitionAndStaysReadable) {
  const Consent made = created();
  ASSERT_TRUE(authorise(made.id));
  auto owner_statements = base::db::partition_statements();
  const auto keeper = database.pool(owner_statements, 1);
  base::db::keep_partitions(*keeper, database.deadline(), kStart);
  EXPECT_EQ(count("consent.consent_history"), 2);
  EXPECT_EQ(dashboard.show(caller(), kAlice, made.id)->history.size(), 2U);
}

}  // namespace
