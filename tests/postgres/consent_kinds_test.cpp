// Consents of every kind on the real database: single use, several signatories, clocks, and what the bank does to them.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/db/audit_store.h"
#include "base/db/outbox_store.h"
#include "base/migrations.h"
#include "consent/events.h"
#include "consent/migrations.h"
#include "consent/services/account_access_consents.h"
#include "consent/services/consent_access.h"
#include "consent/services/consent_authorisation.h"
#include "consent/services/consent_dashboard.h"
#include "consent/services/consent_expiry.h"
#include "consent/services/consent_gate.h"
#include "consent/services/consent_upkeep.h"
#include "consent/services/consent_warnings.h"
#include "consent/services/payment_consents.h"
#include "consent/services/unattended_access.h"
#include "consent/store/statements.h"
#include "tests/support/database.h"

namespace {

using namespace std::chrono_literals;
using consent::Consent;
using consent::ConsentError;
using consent::ConsentErrorCode;
using consent::ConsentKind;
using consent::ConsentStatus;
using consent::StatusReason;
using policy::Permission;
using std::chrono::days;

const base::Instant kStart{std::chrono::seconds(1'790'000'000)};
const base::ClientId kClient("tpp-one");
const base::ClientId kOtherClient("tpp-two");
const base::PsuId kDora("psu-dora");
const base::PsuId kDan("psu-dan");
const base::PsuId kEve("psu-eve");
const base::AccountId kJoint("acc-joint");
const base::AccountId kOwn("acc-own");
const consent::Actor kStaff{base::db::ActorKind::staff, "manager"};

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
  int end_grants(base::db::Transaction&, const base::Caller&, const base::ConsentId&, const std::string&) override {
    ++calls;
    return 1;
  }
  std::atomic<int> calls{0};
};

base::Amount gbp(const char* decimal) { return *base::Amount::parse(decimal, *base::Currency::parse("GBP")); }

consent::PaymentTerms payment_terms(const char* amount = "165.88") {
  return {.amount = gbp(amount),
          .payees = {{"ACME Inc", {"UK.OBIE.SortCodeAccountNumber", "08080021325698", ""}}},
          .debtor = {},
          .reference = "FRESCO-101",
          .end_to_end = "E2E",
          .local_instrument = "",
          .execution = {},
          .standing_order = {},
          .batch = {},
          .cross_border = {}};
}

consent::SigningRule both_sign(const base::AccountId& account = kJoint) { return {account, 2, {kDora, kDan}}; }

class ConsentKinds : public ::testing::Test {
 protected:
  base::Caller caller(base::Instant business = kStart) const {
    return {{base::BrandId("brand"), base::BankId("bank")},
            {business, business},
            base::InteractionId("11111111-2222-4333-8444-555555555555"),
            database.deadline(30s)};
  }

  consent::CreatePaymentConsent payment(const std::string& key = "", const std::string& body = "body") const {
    consent::CreatePaymentConsent request;
    request.kind = ConsentKind::domestic_payment;
    request.terms = payment_terms();
    request.request = R"({"Data":{"Initiation":{}},"Risk":{}})";
    if (!key.empty()) request.idempotency = consent::IdempotencyKey{key, body};
    return request;
  }
  base::ConsentId new_payment() { return payments.create(caller(), kClient, payment())->id; }
  static consent::PaymentTerms wages();
  base::ConsentId new_file() {
    consent::CreatePaymentConsent request;
    request.kind = ConsentKind::file_payment;
    request.terms = declared_file();
    request.request = "{}";
    return payments.create(caller(), kClient, request)->id;
  }
  static consent::PaymentTerms declared_file();
  base::ConsentId new_access(base::Instant expires = kStart + days(365)) {
    return consents
        .create(caller(), kClient,
                {.permissions = {Permission::ReadAccountsBasic, Permission::ReadBalances},
                 .expiration = expires,
                 .transactions_from = {},
                 .transactions_to = {}})
        ->id;
  }

  base::Result<Consent, ConsentError> authorise(const base::ConsentId& id, const base::PsuId& psu = kDora,
                                                std::set<base::AccountId> chosen = {kOwn},
                                                std::vector<consent::SigningRule> rules = {},
                                                base::Instant business = kStart) {
    const auto terms =
        database.sql("SELECT terms_hash FROM consent.consent WHERE consent_id = '" + id.str() + "'").at(0).at(0);
    return base::db::in_transaction(*pool, database.deadline(30s), [&](base::db::Transaction& tx) {
      return authorisation.authorise(tx, caller(business),
                                     {.client = kClient,
                                      .consent = id,
                                      .psu = psu,
                                      .chosen = chosen,
                                      .shareable = {kOwn, kJoint},
                                      .evidence = {"session", "shown to " + psu.str()},
                                      .rules = rules,
                                      .bound_terms = terms});
    });
  }
  base::Result<Consent, ConsentError> sign(const base::ConsentId& id, const base::PsuId& psu,
                                           base::Instant business = kStart) {
    return authorise(id, psu, {kJoint}, {both_sign()}, business);
  }
  base::Result<Consent, ConsentError> reject(const base::ConsentId& id, const base::PsuId& psu,
                                             base::Instant business = kStart) {
    return base::db::in_transaction(*pool, database.deadline(30s), [&](base::db::Transaction& tx) {
      return authorisation.reject(tx, caller(business),
                                  {.client = kClient, .consent = id, .psu = psu, .evidence = {"session", "shown"}});
    });
  }
  base::Result<Consent, ConsentError> consume(const base::ConsentId& id, const consent::Terms& terms = payment_terms(),
                                              const base::ClientId& client = kClient, base::Instant business = kStart) {
    return base::db::in_transaction(*pool, database.deadline(30s), [&](base::db::Transaction& tx) {
      return payments.consume(tx, caller(business), client, id, terms);
    });
  }
  bool passes(const base::ConsentId& id, base::Instant business = kStart) {
    return base::db::with_transaction(*pool, database.deadline(30s), [&](base::db::Transaction& tx) {
      return gate.authorised(tx, caller(business), id, consent::GateLock::share);
    });
  }
  bool redeemable(const base::ConsentId& id, base::Instant business = kStart) {
    return base::db::with_transaction(*pool, database.deadline(30s), [&](base::db::Transaction& tx) {
      return gate.redeemable(tx, caller(business), id);
    });
  }
  consent::UnattendedVerdict use(const base::ConsentId& id, base::Instant at, const std::string& account = "acc-own",
                                 const std::string& endpoint = "balances") {
    return base::db::with_transaction(*pool, database.deadline(30s), [&](base::db::Transaction& tx) {
      return unattended.take(tx, caller(at), {id, account, endpoint});
    });
  }
  ConsentStatus status(const base::ConsentId& id) const {
    const auto rows = database.sql("SELECT status FROM consent.consent WHERE consent_id = '" + id.str() + "'");
    return *consent::consent_status_from_text(rows.at(0).at(0));
  }

  void at_once(int threads, const std::function<void(int)>& work) {
    std::vector<std::thread> all;
    std::atomic<bool> go{false};
    for (int i = 0; i < threads; ++i) {
      all.emplace_back([&, i] {
        while (!go) std::this_thread::yield();
        work(i);
      });
    }
    go = true;
    for (std::thread& thread : all) thread.join();
  }
  std::vector<std::string> events() const {
    std::vector<std::string> types;
    for (const auto& row : database.sql("SELECT type FROM base.outbox ORDER BY position")) types.push_back(row[0]);
    return types;
  }
  // Of one consent: in which order several consents' events come, nobody promises.
  std::vector<std::string> events(const base::ConsentId& id) const {
    std::vector<std::string> types;
    for (const auto& row :
         database.sql("SELECT type FROM base.outbox WHERE subject = '" + id.str() + "' ORDER BY position"))
      types.push_back(row[0]);
    return types;
  }
  int count(const std::string& from) const { return std::stoi(database.sql("SELECT count(*) FROM " + from)[0][0]); }

  tests::Database database{all_migrations()};
  std::unique_ptr<base::db::PostgresPool> pool = database.pool(all_statements(), 16);
  base::SystemEntropy entropy;
  base::db::OutboxStore outbox;
  base::db::AuditStore audit;
  CountingGrants grants;
  policy::AccessClocks clocks = policy::access_clocks(policy::Region::eu);
  consent::ConsentChanges changes{outbox, audit, grants, entropy, clocks};
  consent::AccountAccessConsents consents{*pool, changes, entropy, consent::served_permissions()};
  consent::PaymentConsents payments{*pool, changes, entropy};
  consent::ConsentAuthorisation authorisation{*pool, changes};
  consent::ConsentDashboard dashboard{*pool, changes};
  consent::ConsentUpkeep upkeep{*pool, changes};
  consent::ConsentExpiry expiry{*pool, changes};
  consent::ConsentWarnings warnings{*pool, outbox, entropy, clocks};
  consent::UnattendedAccess unattended{clocks};
  consent::ConsentGate gate;
  consent::ConsentAccess access;
};

// ---- payments

TEST_F(ConsentKinds, APaymentConsentKeepsItsTermsAndTellsItsScopeAndLife) {
  const base::ConsentId id = new_payment();
  const auto found = payments.find(caller(), kClient, ConsentKind::domestic_payment, id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->terms, consent::Terms(payment_terms()));
  EXPECT_EQ(found->terms_hash, consent::terms_hash(payment_terms()));
  EXPECT_EQ(found->request, payment().request);
  const auto intent = base::db::with_transaction(
      *pool, database.deadline(), [&](base::db::Transaction& tx) { return gate.intent(tx, caller(), kClient, id); });
  ASSERT_TRUE(intent);
  EXPECT_EQ(intent->scope, "payments");
  EXPECT_EQ(intent->life, consent::AuthorisableIntent::Life::single_use);
  EXPECT_EQ(authorisation.review(caller(), kClient, id, kDora)->terms_hash, found->terms_hash);
}

TEST_F(ConsentKinds, AConsentIsUnknownAtTheAddressOfAnotherKind) {
  const base::ConsentId id = new_payment();
  EXPECT_EQ(payments.find(caller(), kClient, ConsentKind::domestic_vrp, id).error().code, ConsentErrorCode::unknown);
  EXPECT_EQ(consents.find(caller(), kClient, id).error().code, ConsentErrorCode::unknown);
  EXPECT_EQ(consents.remove(caller(), kClient, id).error().code, ConsentErrorCode::unknown);
  EXPECT_EQ(payments.find(caller(), kOtherClient, ConsentKind::domestic_payment, id).error().code,
            ConsentErrorCode::foreign_client);
  EXPECT_EQ(payments.find(caller(), kClient, ConsentKind::domestic_payment, new_access()).error().code,
            ConsentErrorCode::unknown);
}

// [RTS-SCA-5.1d]
TEST_F(ConsentKinds, TermsCannotBeChangedByAnyProgramAndTamperingIsNoticed) {
  const base::ConsentId id = new_payment();
  EXPECT_ANY_THROW(database.sql("UPDATE consent.consent SET terms = jsonb_set(terms, '{amount,amount}', '\"1.00\"')"));
  EXPECT_ANY_THROW(database.sql("UPDATE consent.consent SET terms_hash = 'x'"));
  database.sql("ALTER TABLE consent.consent DISABLE TRIGGER consent_terms_stay");
  database.sql("UPDATE consent.consent SET terms = jsonb_set(terms, '{amount,amount}', '\"1.00\"')");
  EXPECT_ANY_THROW(payments.find(caller(), kClient, ConsentKind::domestic_payment, id));
  EXPECT_ANY_THROW(authorise(id));
}

TEST_F(ConsentKinds, APaymentIsMadeFromOneAccount) {
  const base::ConsentId id = new_payment();
  EXPECT_EQ(authorise(id, kDora, {kOwn, kJoint}).error().code, ConsentErrorCode::too_many_accounts);
  EXPECT_EQ(authorise(id, kDora, {}).error().code, ConsentErrorCode::no_account_selected);
  EXPECT_TRUE(authorise(id));
}

TEST_F(ConsentKinds, AnAgreedPaymentIsNotAgreedToAgain) {
  const base::ConsentId id = new_payment();
  ASSERT_TRUE(authorise(id));
  EXPECT_EQ(authorise(id).error().code, ConsentErrorCode::status_conflict);
}

TEST_F(ConsentKinds, ManyUsesOfOnePaymentConsentAreOneUse) {
  const base::ConsentId id = new_payment();
  ASSERT_TRUE(authorise(id));
  std::atomic<int> used{0};
  std::atomic<int> refused{0};
  at_once(16, [&](int) {
    const auto result = consume(id);
    if (result) ++used;
    if (!result && result.error().code == ConsentErrorCode::status_conflict) ++refused;
  });
  EXPECT_EQ(used, 1);
  EXPECT_EQ(refused, 15);
  EXPECT_EQ(status(id), ConsentStatus::consumed);
  EXPECT_EQ(grants.calls, 1);
  EXPECT_EQ(count("base.outbox WHERE type = 'consent.consumed'"), 1);
  EXPECT_FALSE(passes(id));
}

TEST_F(ConsentKinds, OnlyThePaymentThatWasAgreedToIsMadeByTheTppThatAsked) {
  const base::ConsentId id = new_payment();
  EXPECT_EQ(consume(id).error().code, ConsentErrorCode::status_conflict) << "nobody agreed yet";
  ASSERT_TRUE(authorise(id));
  EXPECT_EQ(consume(id, payment_terms("165.89")).error().code, ConsentErrorCode::terms_changed);
  auto other_payee = payment_terms();
  other_payee.payees[0].account.identification = "08080021325699";
  EXPECT_EQ(consume(id, other_payee).error().code, ConsentErrorCode::terms_changed);
  EXPECT_EQ(consume(id, payment_terms(), kOtherClient).error().code, ConsentErrorCode::foreign_client);
  EXPECT_EQ(consume(new_access()).error().code, ConsentErrorCode::status_conflict);
  payments.record_refusal(caller(), id, kClient, consume(id, other_payee).error());
  EXPECT_EQ(count("base.audit WHERE outcome = 'terms_changed'"), 1);
  EXPECT_EQ(status(id), ConsentStatus::authorised);
  EXPECT_TRUE(consume(id));
}

TEST_F(ConsentKinds, UseAndRevocationAtOnceEndInOneOfTheTwo) {
  for (int round = 0; round < 20; ++round) {
    const base::ConsentId id = new_payment();
    ASSERT_TRUE(authorise(id));
    std::atomic<bool> used{false};
    std::atomic<bool> revoked{false};
    at_once(2, [&](int i) {
      if (i == 0) used = consume(id).has_value();
      if (i == 1) revoked = dashboard.revoke(caller(), kDora, id, {"s", "shown"}).has_value();
    });
    EXPECT_NE(used, revoked);
    EXPECT_EQ(status(id), used ? ConsentStatus::consumed : ConsentStatus::access_revoked_by_psu);
  }
}

TEST_F(ConsentKinds, APaymentThatNobodyAgreesToOrMakesInADayIsOver) {
  const base::ConsentId never = new_payment();
  EXPECT_EQ(authorise(never, kDora, {kOwn}, {}, kStart + 24h).error().code, ConsentErrorCode::expired);
  const base::ConsentId unused = new_payment();
  ASSERT_TRUE(authorise(unused, kDora, {kOwn}, {}, kStart + 20h));
  EXPECT_TRUE(passes(unused, kStart + 43h));
  EXPECT_FALSE(passes(unused, kStart + 44h));
  EXPECT_EQ(consume(unused, payment_terms(), kClient, kStart + 44h).error().code, ConsentErrorCode::expired);
  EXPECT_EQ(expiry.sweep(caller(kStart + 48h)), 2);
  EXPECT_EQ(status(never), ConsentStatus::rejected);
  EXPECT_EQ(status(unused), ConsentStatus::expired);
}

// ---- idempotency

TEST_F(ConsentKinds, TheSameKeyAndBodyYieldTheSameConsent) {
  const auto first = payments.create(caller(), kClient, payment("key-1"));
  ASSERT_TRUE(authorise(first->id));
  const auto again = payments.create(caller(), kClient, payment("key-1"));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->id, first->id);
  EXPECT_EQ(again->status, ConsentStatus::authorised) << "as it is now";
  EXPECT_NE(payments.create(caller(), kClient, payment("key-2"))->id, first->id);
  EXPECT_NE(payments.create(caller(), kOtherClient, payment("key-1"))->id, first->id);
  EXPECT_EQ(count("consent.consent"), 3);
}

TEST_F(ConsentKinds, TheSameKeyWithAnotherBodyIsRefusedAndRecorded) {
  const auto first = payments.create(caller(), kClient, payment("key-1"));
  const auto other = payments.create(caller(), kClient, payment("key-1", "other body"));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ConsentErrorCode::idempotency_conflict);
  EXPECT_EQ(count("consent.consent"), 1);
  EXPECT_EQ(count("base.audit WHERE outcome = 'idempotency_conflict'"), 1);
}

TEST_F(ConsentKinds, AKeyIsFreeAgainAfterADay) {
  const auto first = payments.create(caller(), kClient, payment("key-1"));
  EXPECT_EQ(payments.create(caller(kStart + 23h), kClient, payment("key-1"))->id, first->id);
  const auto later = payments.create(caller(kStart + 24h), kClient, payment("key-1", "other body"));
  ASSERT_TRUE(later);
  EXPECT_NE(later->id, first->id);
  EXPECT_EQ(payments.purge(caller(kStart + 24h)), 0);
  EXPECT_EQ(payments.purge(caller(kStart + 49h)), 1);
}

TEST_F(ConsentKinds, OneKeyAtOnceMakesOneConsent) {
  std::vector<std::string> ids(8);
  at_once(8, [&](int i) {
    ids[static_cast<std::size_t>(i)] = payments.create(caller(), kClient, payment("key"))->id.str();
  });
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 1U);
  EXPECT_EQ(count("consent.consent"), 1);
}

// ---- several signatories

TEST_F(ConsentKinds, TwoOfTwoMustSignBeforeAnythingPasses) {
  const base::ConsentId id = new_payment();
  const auto first = sign(id, kDora);
  ASSERT_TRUE(first) << first.error().log_text;
  EXPECT_EQ(first->status, ConsentStatus::partially_authorised);
  EXPECT_EQ(first->status_reason, StatusReason::awaiting_further_signatories);
  EXPECT_FALSE(passes(id));
  EXPECT_TRUE(redeemable(id)) << "the first signatory's code can be exchanged";
  EXPECT_EQ(consume(id).error().code, ConsentErrorCode::status_conflict);
  EXPECT_TRUE(events().empty());

  const auto review = authorisation.review(caller(kStart + 1h), kClient, id, kDan);
  ASSERT_TRUE(review);
  EXPECT_TRUE(review->co_signature);
  EXPECT_EQ(review->signed_by, 1U);
  EXPECT_EQ(review->selected_before, std::set{kJoint});
  ASSERT_EQ(dashboard.list(caller(), kDan).size(), 1U) << "the other signatory sees what waits for them";
  EXPECT_EQ(dashboard.list(caller(), kDan)[0].signature, consent::Signature::wanted);

  const auto second = sign(id, kDan, kStart + 1h);
  ASSERT_TRUE(second) << second.error().log_text;
  EXPECT_EQ(second->status, ConsentStatus::authorised);
  EXPECT_EQ(second->psu, kDora) << "it stays the consent of who began";
  EXPECT_TRUE(passes(id));
  EXPECT_EQ(events(), std::vector<std::string>{"consent.authorised"});
  EXPECT_EQ(count("consent.consent_history WHERE shown LIKE 'shown to psu-da%'"), 1);
  EXPECT_TRUE(consume(id));
}

TEST_F(ConsentKinds, OneSignatureTwiceIsOneSignature) {
  const base::ConsentId id = new_payment();
  ASSERT_TRUE(sign(id, kDora));
  const auto again = sign(id, kDora, kStart + 1h);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->status, ConsentStatus::partially_authorised);
  EXPECT_FALSE(passes(id));
}

TEST_F(ConsentKinds, WhoStartsOverWithAnotherAccountNeedsNobodyElse) {
  const base::ConsentId id = new_payment();
  ASSERT_TRUE(sign(id, kDora));
  const auto own = authorise(id, kDora, {kOwn}, {both_sign()}, kStart + 1h);
  ASSERT_TRUE(own);
  EXPECT_EQ(own->status, ConsentStatus::authorised);
  EXPECT_EQ(own->accounts, std::set{kOwn});
  EXPECT_EQ(sign(id, kDan, kStart + 2h).error().code, ConsentErrorCode::foreign_psu);
}

TEST_F(ConsentKinds, StrangersAndOtherAccountsDoNotSign) {
  const base::ConsentId id = new_payment();
  ASSERT_TRUE(sign(id, kDora));
  EXPECT_EQ(sign(id, kEve).error().code, ConsentErrorCode::foreign_psu);
  EXPECT_FALSE(authorisation.review(caller(), kClient, id, kEve));
  EXPECT_EQ(dashboard.revoke(caller(), kEve, id, {}).error().code, ConsentErrorCode::unknown);
  EXPECT_EQ(authorise(id, kDan, {kOwn}, {}, kStart + 1h).error().code, ConsentErrorCode::account_not_shareable);
  EXPECT_EQ(status(id), ConsentStatus::partially_authorised);
}

TEST_F(ConsentKinds, OneNoEndsWhatTheOthersSigned) {
  const base::ConsentId id = new_payment();
  ASSERT_TRUE(sign(id, kDora));
  ASSERT_TRUE(reject(id, kDan, kStart + 1h));
  EXPECT_EQ(status(id), ConsentStatus::rejected);
  EXPECT_EQ(grants.calls, 1) << "the first signatory's tokens end";
  EXPECT_FALSE(redeemable(id));
  const base::ConsentId on_dashboard = new_payment();
  ASSERT_TRUE(sign(on_dashboard, kDora));
  ASSERT_TRUE(dashboard.revoke(caller(kStart + 1h), kDora, on_dashboard, {"s", "x"}));
  EXPECT_EQ(status(on_dashboard), ConsentStatus::rejected);
}

TEST_F(ConsentKinds, EachSignatoryMayEndTheAccess) {
  const base::ConsentId id = new_access();
  ASSERT_TRUE(sign(id, kDora));
  ASSERT_TRUE(sign(id, kDan, kStart + 1h));
  ASSERT_TRUE(dashboard.revoke(caller(kStart + 2h), kDan, id, {"s", "x"}));
  EXPECT_EQ(status(id), ConsentStatus::access_revoked_by_psu);
}

TEST_F(ConsentKinds, ARenewalBySeveralLeavesTheLiveConsentAloneUntilTheLastOne) {
  const base::ConsentId id = new_access();
  ASSERT_TRUE(sign(id, kDora));
  ASSERT_TRUE(sign(id, kDan, kStart + 1h));
  const auto half = sign(id, kDan, kStart + days(10));
  ASSERT_TRUE(half);
  EXPECT_EQ(half->status, ConsentStatus::authorised);
  EXPECT_EQ(half->authorised, kStart + 1h) << "not renewed yet";
  EXPECT_TRUE(passes(id, kStart + days(10)));
  EXPECT_EQ(authorise(id, kDora, {kOwn}, {}, kStart + days(11)).error().code, ConsentErrorCode::account_not_shareable);
  const auto whole = sign(id, kDora, kStart + days(11));
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->authorised, kStart + days(11));
  EXPECT_EQ(grants.calls, 0);
}

TEST_F(ConsentKinds, OldSignaturesDoNotCountAfterARevocation) {
  const base::ConsentId id = new_access();
  ASSERT_TRUE(sign(id, kDora));
  ASSERT_TRUE(sign(id, kDan, kStart + 1h));
  ASSERT_TRUE(sign(id, kDan, kStart + 2h)) << "half a renewal";
  ASSERT_TRUE(dashboard.revoke(caller(kStart + 3h), kDora, id, {"s", "x"}));
  const auto again = sign(id, kDora, kStart + 4h);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->status, ConsentStatus::access_revoked_by_psu);
  EXPECT_FALSE(passes(id, kStart + 4h));
  ASSERT_TRUE(sign(id, kDan, kStart + 5h));
  EXPECT_TRUE(passes(id, kStart + 5h));
}

TEST_F(ConsentKinds, SignatoriesAtOnceAuthoriseOnce) {
  for (int round = 0; round < 10; ++round) {
    const base::ConsentId id = new_payment();
    const consent::SigningRule three{kJoint, 3, {kDora, kDan, kEve}};
    ASSERT_TRUE(authorise(id, kDora, {kJoint}, {three}));
    std::atomic<int> authorised{0};
    at_once(2, [&](int i) {
      const auto result = authorise(id, i == 0 ? kDan : kEve, {kJoint}, {three}, kStart + 1h);
      if (result && result->status == ConsentStatus::authorised) ++authorised;
    });
    EXPECT_EQ(authorised, 1);
    EXPECT_EQ(count("base.outbox WHERE type = 'consent.authorised' AND subject = '" + id.str() + "'"), 1);
  }
}

// [OBIE-VRP-4.0-Multi-Auth]
TEST_F(ConsentKinds, AnAccountOfSeveralSignatoriesIsNotForVariableRecurringPayments) {
  consent::CreatePaymentConsent request;
  request.kind = ConsentKind::domestic_vrp;
  request.terms =
      consent::VrpTerms{.payee = {},
                        .debtor = {},
                        .maximum_individual = gbp("10.00"),
                        .limits = {{consent::PeriodType::month, consent::PeriodAlignment::consent, gbp("50.00")}},
                        .valid_from = {},
                        .valid_to = {},
                        .types = {"UK.OBIE.VRPType.Sweeping"},
                        .reference = ""};
  request.request = "{}";
  const base::ConsentId id = payments.create(caller(), kClient, request)->id;
  EXPECT_EQ(sign(id, kDora).error().code, ConsentErrorCode::account_not_shareable);
  ASSERT_TRUE(authorise(id));
  EXPECT_EQ(consume(id, request.terms).error().code, ConsentErrorCode::status_conflict) << "never used up";
  EXPECT_TRUE(authorise(id, kDora, {kOwn}, {}, kStart + 1h)) << "renewed";
  ASSERT_TRUE(payments.remove(caller(kStart + 2h), kClient, ConsentKind::domestic_vrp, id));
  EXPECT_EQ(payments.find(caller(), kClient, ConsentKind::domestic_vrp, id).error().code, ConsentErrorCode::unknown);
}

// ---- files of payments

consent::PaymentTerms batch_of(const char* total, int transactions, std::vector<consent::Payee> payees) {
  return {.amount = gbp(total),
          .payees = std::move(payees),
          .debtor = {},
          .reference = "Wages",
          .end_to_end = {},
          .local_instrument = {},
          .execution = {},
          .standing_order = {},
          .batch = consent::FileBatch{transactions, "hash"},
          .cross_border = {}};
}

consent::PaymentTerms ConsentKinds::wages() {
  return batch_of("10.51", 2,
                  {{"Ada", {"UK.OBIE.SortCodeAccountNumber", "08080021325698", ""}},
                   {"Bo", {"UK.OBIE.SortCodeAccountNumber", "08080021325699", ""}}});
}
consent::PaymentTerms ConsentKinds::declared_file() { return batch_of("0.00", 0, {}); }

TEST_F(ConsentKinds, NobodyDecidesOnAFileThatIsNotThere) {
  const base::ConsentId id = new_file();
  EXPECT_EQ(status(id), ConsentStatus::awaiting_upload);
  EXPECT_EQ(sign(id, kDora).error().code, ConsentErrorCode::status_conflict);
  EXPECT_EQ(payments.file(caller(), kClient, id).error().code, ConsentErrorCode::unknown);
  EXPECT_EQ(payments.upload(caller(), kOtherClient, id, "file", wages()).error().code,
            ConsentErrorCode::foreign_client);
  EXPECT_EQ(count("base.audit WHERE action = 'consent.upload' AND outcome = 'foreign_client'"), 1);
  EXPECT_EQ(payments.upload(caller(), kClient, new_payment(), "file", wages()).error().code, ConsentErrorCode::unknown);
  EXPECT_EQ(payments.upload(caller(kStart + 25h), kClient, id, "file", wages()).error().code,
            ConsentErrorCode::expired);
}

TEST_F(ConsentKinds, TheCustomerAgreesToWhatTheFileComesTo) {
  const base::ConsentId id = new_file();
  const auto uploaded = payments.upload(caller(kStart + 1h), kClient, id, "file", wages());
  ASSERT_TRUE(uploaded) << uploaded.error().log_text;
  EXPECT_EQ(uploaded->status, ConsentStatus::awaiting_authorisation);
  EXPECT_EQ(uploaded->terms, consent::Terms(wages()));
  EXPECT_EQ(*payments.file(caller(), kClient, id), "file");
  EXPECT_EQ(payments.file(caller(), kOtherClient, id).error().code, ConsentErrorCode::foreign_client);
  const auto again = payments.upload(caller(kStart + 2h), kClient, id, "file", wages());
  ASSERT_TRUE(again) << "the same file is the same upload";
  EXPECT_EQ(payments.upload(caller(), kClient, id, "another", wages()).error().code, ConsentErrorCode::status_conflict);
  EXPECT_EQ(count("consent.consent_history WHERE event = 'upload'"), 1);
  EXPECT_ANY_THROW(database.sql("UPDATE consent.consent SET terms_hash = 'x' WHERE consent_id = '" + id.str() + "'"));

  const auto found = payments.find(caller(), kClient, ConsentKind::file_payment, id);
  EXPECT_EQ(found->terms_hash, consent::terms_hash(wages())) << "what a code is bound to";
  ASSERT_TRUE(authorise(id));
  EXPECT_EQ(*payments.file(caller(), kClient, id), "file");
  EXPECT_EQ(consume(id, batch_of("10.50", 2, wages().payees)).error().code, ConsentErrorCode::terms_changed);
  EXPECT_TRUE(consume(id, wages()));
}

TEST_F(ConsentKinds, OfManyUploadsAtOnceOneFileStays) {
  const base::ConsentId id = new_file();
  std::atomic<int> taken{0};
  at_once(6, [&](int i) {
    if (payments.upload(caller(), kClient, id, "file " + std::to_string(i), wages())) ++taken;
  });
  EXPECT_EQ(taken, 1);
  EXPECT_EQ(count("consent.payment_file"), 1);
  EXPECT_EQ(count("consent.consent_history WHERE event = 'upload'"), 1);
}

// ---- what the bank does

TEST_F(ConsentKinds, AClosedAccountLeavesAloneAndTheLastOneEndsTheConsent) {
  const base::ConsentId two = new_access();
  ASSERT_TRUE(authorise(two, kDora, {kOwn, kJoint}));
  const base::ConsentId one = new_access();
  ASSERT_TRUE(authorise(one, kDora, {kJoint}));
  EXPECT_EQ(upkeep.account_closed(caller(kStart + 1h), kJoint, kStaff, "closed"), 2);
  EXPECT_EQ(consents.find(caller(), kClient, two)->accounts, std::set{kOwn});
  EXPECT_TRUE(passes(two));
  EXPECT_EQ(consents.find(caller(), kClient, one)->status_reason, StatusReason::account_closed);
  EXPECT_FALSE(passes(one));
  EXPECT_EQ(events(two), (std::vector<std::string>{"consent.authorised", "consent.account_removed"}));
  EXPECT_EQ(events(one), (std::vector<std::string>{"consent.authorised", "consent.revoked"}));
  EXPECT_EQ(upkeep.account_closed(caller(kStart + 2h), kJoint, kStaff, "again"), 0);
  EXPECT_EQ(count("consent.consent_history WHERE event = 'account_closed' AND actor = 'manager'"), 1);
}

TEST_F(ConsentKinds, WhenATppsRegistrationEndsItsConsentsEndAndNobodyElses) {
  const base::ConsentId live = new_access();
  ASSERT_TRUE(authorise(live));
  const base::ConsentId waiting = new_payment();
  const base::ConsentId revoked = new_access();
  ASSERT_TRUE(authorise(revoked));
  ASSERT_TRUE(dashboard.revoke(caller(), kDora, revoked, {}));
  const base::ConsentId expired = new_access(kStart + 1h);
  const auto other = payments.create(caller(), kOtherClient, payment());
  EXPECT_EQ(upkeep.end_all_of_client(caller(kStart + 2h), kClient, kStaff, "registration ended"), 4);
  EXPECT_EQ(status(live), ConsentStatus::access_revoked_by_bank);
  EXPECT_EQ(status(waiting), ConsentStatus::rejected);
  EXPECT_EQ(status(revoked), ConsentStatus::access_revoked_by_bank);
  EXPECT_EQ(status(expired), ConsentStatus::rejected);
  EXPECT_EQ(status(other->id), ConsentStatus::awaiting_authorisation);
  EXPECT_EQ(consents.find(caller(), kClient, live)->status_reason, StatusReason::client_ended);
  EXPECT_EQ(upkeep.end_all_of_client(caller(kStart + 3h), kClient, kStaff, "again"), 0);
}

TEST_F(ConsentKinds, TheBankSaysWhyItRevokes) {
  const base::ConsentId id = new_access();
  ASSERT_TRUE(authorise(id));
  ASSERT_TRUE(upkeep.revoke_by_bank(caller(), id, kStaff, StatusReason::fraud_suspected, "reported by the customer"));
  EXPECT_EQ(consents.find(caller(), kClient, id)->status_reason, StatusReason::fraud_suspected);
  EXPECT_EQ(authorise(id).error().code, ConsentErrorCode::status_conflict);
  EXPECT_EQ(upkeep.revoke_by_bank(caller(), id, kStaff, StatusReason::revoked_by_bank, "again").error().code,
            ConsentErrorCode::status_conflict);
  const base::ConsentId customers = new_access();
  ASSERT_TRUE(authorise(customers));
  ASSERT_TRUE(upkeep.revoke_for_customer(caller(), customers, kStaff, "by telephone"));
  EXPECT_EQ(status(customers), ConsentStatus::access_revoked_by_psu);
  const base::ConsentId tpps = new_access();
  ASSERT_TRUE(authorise(tpps));
  ASSERT_TRUE(upkeep.terminate_for_client(caller(), tpps, kStaff, "by e-mail"));
  EXPECT_EQ(status(tpps), ConsentStatus::terminated_by_tpp);
}

TEST_F(ConsentKinds, UnderAFacadeWithOneRecurringConsentTheNewOneReplacesTheOld) {
  const auto make = [&](const base::ClientId& client) {
    Consent made;
    made.id = base::new_id<base::ConsentId>(kStart, entropy);
    made.tenant = caller().tenant;
    made.client = client;
    made.facade = consent::Facade::berlin_group;
    made.permissions = {Permission::ReadAccountsBasic};
    made.created = made.status_updated = kStart;
    return base::db::with_transaction(*pool, database.deadline(), [&](base::db::Transaction& tx) {
      changes.create(tx, caller(), made);
      return made.id;
    });
  };
  const base::ConsentId old = make(kClient);
  const base::ConsentId others = make(kClient);
  ASSERT_TRUE(authorise(old));
  ASSERT_TRUE(authorise(others, kDan, {kOwn}));
  const base::ConsentId obie = new_access();
  ASSERT_TRUE(authorise(obie));
  const base::ConsentId newer = make(kClient);
  ASSERT_TRUE(authorise(newer));
  EXPECT_EQ(status(old), ConsentStatus::superseded);
  EXPECT_EQ(status(newer), ConsentStatus::authorised);
  EXPECT_EQ(status(others), ConsentStatus::authorised) << "another customer's";
  EXPECT_EQ(status(obie), ConsentStatus::authorised) << "another facade's";
  EXPECT_FALSE(passes(old));
  std::vector<base::ConsentId> rivals;
  for (int i = 0; i < 6; ++i) rivals.push_back(make(kClient));
  at_once(6, [&](int i) { EXPECT_TRUE(authorise(rivals[static_cast<std::size_t>(i)])); });
  EXPECT_LE(count("consent.consent WHERE facade = 'berlin_group' AND psu_id = 'psu-dora' AND status = 'authorised'"),
            6);
  ASSERT_TRUE(authorise(make(kClient)));
  EXPECT_EQ(count("consent.consent WHERE facade = 'berlin_group' AND psu_id = 'psu-dora' AND status = 'authorised'"),
            1);
}

// ---- clocks

// [RTS-SCA-36.5b]
TEST_F(ConsentKinds, FourUnattendedUsesInAnyTwentyFourHours) {
  const base::ConsentId id = new_access();
  EXPECT_EQ(use(id, kStart).remaining, 3);
  EXPECT_EQ(use(id, kStart + 1h).remaining, 2);
  EXPECT_EQ(use(id, kStart + 22h).remaining, 1);
  const auto fourth = use(id, kStart + 23h);
  EXPECT_TRUE(fourth.allowed);
  EXPECT_EQ(fourth.remaining, 0);
  EXPECT_EQ(fourth.reset, 1h);
  const auto fifth = use(id, kStart + 23h + 30min);
  EXPECT_FALSE(fifth.allowed);
  EXPECT_EQ(fifth.limit, 4);
  EXPECT_EQ(fifth.remaining, 0);
  EXPECT_EQ(fifth.reset, 30min);
  // The first use leaves the window, and only that one: a calendar day would have freed all four at midnight.
  const auto next = use(id, kStart + 24h);
  EXPECT_TRUE(next.allowed);
  EXPECT_EQ(next.remaining, 0);
  EXPECT_FALSE(use(id, kStart + 24h + 30min).allowed);
  EXPECT_TRUE(use(id, kStart + 25h).allowed);
}

TEST_F(ConsentKinds, EachConsentAccountAndEndpointIsCountedByItself) {
  const base::ConsentId id = new_access();
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(use(id, kStart + std::chrono::minutes(i)).allowed);
  EXPECT_FALSE(use(id, kStart + 1h).allowed);
  EXPECT_TRUE(use(id, kStart + 1h, "acc-joint").allowed);
  EXPECT_TRUE(use(id, kStart + 1h, "acc-own", "transactions").allowed);
  EXPECT_TRUE(use(new_access(), kStart + 1h).allowed);
  const int purged = base::db::with_transaction(*pool, database.deadline(), [&](base::db::Transaction& tx) {
    return unattended.purge(tx, caller(kStart + 26h));
  });
  EXPECT_EQ(purged, 4);
}

TEST_F(ConsentKinds, ManyUnattendedUsesAtOnceAreNoMoreThanFour) {
  const base::ConsentId id = new_access();
  std::atomic<int> allowed{0};
  at_once(16, [&](int i) {
    if (use(id, kStart + std::chrono::seconds(i)).allowed) ++allowed;
  });
  EXPECT_LE(allowed, 4);
  EXPECT_GE(allowed, 1);
  std::atomic<int> same_instant{0};
  const base::ConsentId other = new_access();
  at_once(16, [&](int) {
    if (use(other, kStart).allowed) ++same_instant;
  });
  EXPECT_EQ(same_instant, 4);
}

TEST_F(ConsentKinds, WarningsComeThirtySevenAndOneDayAheadOnceEach) {
  const base::ConsentId id = new_access(kStart + days(100));
  ASSERT_TRUE(authorise(id));
  const auto warned = [&] {
    std::vector<std::string> told;
    for (const auto& row : database.sql(
             "SELECT data->>'days_left' || ' ' || (data->>'ends_by') FROM base.outbox WHERE type = 'consent.expiring' "
             "ORDER BY position")) {
      told.push_back(row[0]);
    }
    return told;
  };
  EXPECT_EQ(warnings.sweep(caller(kStart + days(70) - 1us)), 0);
  EXPECT_EQ(warnings.sweep(caller(kStart + days(70))), 1);
  EXPECT_EQ(warnings.sweep(caller(kStart + days(71))), 0);
  EXPECT_EQ(warned(), std::vector<std::string>{"30 expiry"});
  EXPECT_EQ(warnings.sweep(caller(kStart + days(93))), 1);
  EXPECT_EQ(warnings.sweep(caller(kStart + days(99))), 1);
  EXPECT_EQ(warnings.sweep(caller(kStart + days(99) + 1h)), 0);
  EXPECT_EQ(warned(), (std::vector<std::string>{"30 expiry", "7 expiry", "1 expiry"}));
}

TEST_F(ConsentKinds, AWarningThatComesTooLateGivesWayToTheNearerOneAndNodesShareTheWork) {
  std::vector<base::ConsentId> ids;
  for (int i = 0; i < 12; ++i) {
    ids.push_back(new_access(kStart + days(100)));
    ASSERT_TRUE(authorise(ids.back()));
  }
  ASSERT_TRUE(dashboard.revoke(caller(), kDora, ids.back(), {}));
  std::atomic<int> looked{0};
  at_once(4, [&](int) {
    for (int n = 1; n > 0; looked += n) n = warnings.sweep(caller(kStart + days(94)), 3);
  });
  EXPECT_EQ(count("base.outbox WHERE type = 'consent.expiring'"), 11) << "what ended is not warned of";
  EXPECT_EQ(count("base.outbox WHERE type = 'consent.expiring' AND data->>'days_left' = '7'"), 11);
}

// [RTS-SCA-10a.3]
TEST_F(ConsentKinds, TheNextAuthenticationIsWarnedOfAndARenewalBeginsAnew) {
  const base::ConsentId id = new_access(kStart + days(1000));
  ASSERT_TRUE(authorise(id));
  EXPECT_EQ(warnings.sweep(caller(kStart + days(150))), 1);
  EXPECT_EQ(count("base.outbox WHERE data->>'ends_by' = 'sca_renewal' AND data->>'days_left' = '30'"), 1);
  ASSERT_TRUE(authorise(id, kDora, {kOwn}, {}, kStart + days(160)));
  EXPECT_EQ(warnings.sweep(caller(kStart + days(173))), 0);
  EXPECT_EQ(warnings.sweep(caller(kStart + days(310))), 1);
}

// [UK-RTS-36.6]
TEST_F(ConsentKinds, ATppsReconfirmationMovesItsClock) {
  consent::ConsentChanges uk{outbox, audit, grants, entropy, policy::access_clocks(policy::Region::uk)};
  consent::ConsentUpkeep uk_upkeep{*pool, uk};
  const base::ConsentId id = new_access(kStart + days(1000));
  EXPECT_EQ(uk_upkeep.reconfirm(caller(), kClient, id).error().code, ConsentErrorCode::status_conflict);
  ASSERT_TRUE(authorise(id));
  const auto confirmed = uk_upkeep.reconfirm(caller(kStart + days(80)), kClient, id);
  ASSERT_TRUE(confirmed);
  EXPECT_EQ(confirmed->reconfirmed, kStart + days(80));
  EXPECT_EQ(confirmed->warn_at, kStart + days(140));
  EXPECT_EQ(uk_upkeep.reconfirm(caller(), kOtherClient, id).error().code, ConsentErrorCode::foreign_client);
  EXPECT_EQ(uk_upkeep.reconfirm(caller(), kClient, new_payment()).error().code, ConsentErrorCode::unknown);
  EXPECT_EQ(count("base.audit WHERE action = 'consent.reconfirm' AND outcome = 'foreign_client'"), 1);
  EXPECT_EQ(count("base.audit WHERE action = 'consent.reconfirm' AND outcome = 'ok'"), 1);
}

// Whatever happens to a consent, in whatever order: what passes the gate is authorised, and what ended stays ended.
TEST_F(ConsentKinds, NothingPassesTheGateUnlessAuthorisedUnderAnyOrderOfEvents) {
  std::mt19937 random(11);
  for (int walk = 0; walk < 40; ++walk) {
    const bool once = random() % 2 == 0;
    const base::ConsentId id = once ? new_payment() : new_access(kStart + 40h);
    bool ended = false;
    for (int step = 1; step <= 10; ++step) {
      const base::Instant now = kStart + std::chrono::hours(step * 3);
      switch (random() % 9) {
        case 0:
        case 1:
          (void)authorise(id, kDora, {kOwn}, {}, now);
          break;
        case 2:
          (void)sign(id, kDan, now);
          break;
        case 3:
          (void)sign(id, kDora, now);
          break;
        case 4:
          (void)reject(id, random() % 2 == 0 ? kDora : kDan, now);
          break;
        case 5:
          (void)dashboard.revoke(caller(now), kDora, id, {});
          break;
        case 6:
          (void)consume(id, payment_terms(), kClient, now);
          break;
        case 7:
          if (random() % 4 == 0)
            (void)upkeep.revoke_by_bank(caller(now), id, kStaff, StatusReason::revoked_by_bank, "walk");
          break;
        case 8:
          (void)expiry.sweep(caller(now));
          break;
      }
      const ConsentStatus is = status(id);
      ASSERT_FALSE(ended && is == ConsentStatus::authorised);
      if (passes(id, now)) {
        ASSERT_EQ(is, ConsentStatus::authorised);
        ASSERT_TRUE(redeemable(id, now));
      }
      ASSERT_EQ(is == ConsentStatus::authorised && !passes(id, now),
                is == ConsentStatus::authorised &&
                    now >= base::Instant(std::chrono::microseconds(
                               std::stoll(database.sql("SELECT (extract(epoch FROM expires_at) * 1000000)::bigint FROM "
                                                       "consent.consent WHERE consent_id = '" +
                                                       id.str() + "'")[0][0]))));
      ended = consent::is_final(is, consent::policy_of(consent::Facade::obie_v4, once ? ConsentKind::domestic_payment
                                                                                      : ConsentKind::account_access));
    }
  }
}

}  // namespace
