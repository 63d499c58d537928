#include "consent/consent_status.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <tuple>
#include <vector>

#include "consent/consent.h"
#include "consent/events.h"
#include "consent/facade_obie_v4.h"

namespace consent {
namespace {

using S = ConsentStatus;
using E = ConsentEvent;

const std::vector<S> kStatuses{S::awaiting_upload,
                               S::awaiting_authorisation,
                               S::partially_authorised,
                               S::authorised,
                               S::consumed,
                               S::access_revoked_by_psu,
                               S::access_revoked_by_bank,
                               S::terminated_by_tpp,
                               S::superseded,
                               S::rejected,
                               S::expired};
const std::vector<E> kEvents{E::upload,    E::authorise_partly, E::authorise,      E::reject,
                             E::consume,   E::revoke_by_psu,    E::revoke_by_bank, E::terminate_by_tpp,
                             E::supersede, E::close_accounts,   E::expire};
const std::vector<Facade> kFacades{Facade::obie_v4, Facade::berlin_group};

// Every facade with every kind: the whole of the data behind the table.
std::vector<FacadePolicy> all_policies() {
  std::vector<FacadePolicy> all;
  for (const Facade facade : kFacades) {
    for (const KindPolicy& kind : kind_policies()) all.push_back(policy_of(facade, kind.kind));
  }
  return all;
}
std::string name_of(const FacadePolicy& policy) {
  return std::string(to_text(policy.facade)) + " " + std::string(to_text(policy.kind));
}
FacadePolicy account_access(Facade facade) { return policy_of(facade, ConsentKind::account_access); }
bool used_once(const FacadePolicy& policy) { return kind_policy(policy.kind).uses == Uses::once; }

TEST(TransitionTable, NamesEachStateAndEventPairAtMostOnce) {
  std::set<std::pair<S, E>> seen;
  for (const Transition& row : transition_table()) {
    EXPECT_TRUE(seen.emplace(row.from, row.event).second) << to_text(row.from) << " " << to_text(row.event);
  }
}

TEST(TransitionTable, EndedStatesAbsorbForEveryFacadeAndKind) {
  for (const FacadePolicy& policy : all_policies()) {
    for (const S status : {S::consumed, S::terminated_by_tpp, S::superseded, S::rejected, S::expired}) {
      EXPECT_TRUE(is_final(status, policy)) << name_of(policy) << " " << to_text(status);
      for (const E event : kEvents) EXPECT_EQ(transition(status, event, policy), nullptr);
    }
    for (const S status : {S::awaiting_authorisation, S::partially_authorised, S::authorised}) {
      EXPECT_FALSE(is_final(status, policy)) << name_of(policy) << " " << to_text(status);
    }
  }
}

TEST(TransitionTable, WhatLeavesAuthorisedEndsTheGrants) {
  for (const Transition& row : transition_table()) {
    if (row.from == S::authorised && row.to != S::authorised) {
      EXPECT_EQ(row.grants, GrantsThen::end) << to_text(row.event);
    }
    if (row.to == S::authorised) {
      EXPECT_EQ(row.grants, GrantsThen::keep) << to_text(row.from);
    }
  }
}

TEST(TransitionTable, OnlyAnAuthorisationLeadsToAuthorised) {
  for (const Transition& row : transition_table()) {
    if (row.to == S::authorised) {
      // A signature of one of several leaves a live consent live; it never makes one.
      EXPECT_TRUE(row.event == E::authorise || (row.event == E::authorise_partly && row.from == S::authorised));
    }
  }
}

TEST(TransitionTable, EmitsDeclaredEventTypesOnly) {
  for (const Transition& row : transition_table()) {
    if (row.emits.empty()) continue;
    EXPECT_TRUE(std::any_of(kEventTypes.begin(), kEventTypes.end(), [&](const EventType& t) {
      return t.type == row.emits;
    })) << row.emits;
  }
}

TEST(TransitionTable, TellsOfEveryEndOfAnAuthorisedConsentThatThisProductMakes) {
  const FacadePolicy policy = account_access(Facade::obie_v4);
  EXPECT_EQ(transition(S::authorised, E::revoke_by_psu, policy)->emits, kConsentRevoked);
  EXPECT_EQ(transition(S::authorised, E::revoke_by_bank, policy)->emits, kConsentRevoked);
  EXPECT_EQ(transition(S::authorised, E::terminate_by_tpp, policy)->emits, kConsentRevoked);
  EXPECT_EQ(transition(S::authorised, E::expire, policy)->emits, kConsentExpired);
}

// [OBIE-AISP-4.0-Access-Revocation]
TEST(FacadePolicy, ObieLetsTheCustomerAuthoriseAgainAfterRevoking) {
  const FacadePolicy policy = account_access(Facade::obie_v4);
  ASSERT_NE(transition(S::access_revoked_by_psu, E::authorise, policy), nullptr);
  EXPECT_EQ(transition(S::access_revoked_by_psu, E::authorise, policy)->to, S::authorised);
  EXPECT_EQ(transition(S::access_revoked_by_psu, E::revoke_by_psu, policy), nullptr);
}

TEST(FacadePolicy, BerlinGroupEndsAConsentForGoodWhenItIsRevoked) {
  EXPECT_TRUE(is_final(S::access_revoked_by_psu, account_access(Facade::berlin_group)));
  EXPECT_EQ(transition(S::access_revoked_by_psu, E::authorise, account_access(Facade::berlin_group)), nullptr);
}

TEST(FacadePolicy, NoFacadeLetsACustomerUndoTheBanksRevocation) {
  for (const Facade facade : kFacades) {
    EXPECT_TRUE(is_final(S::access_revoked_by_bank, account_access(facade)));
    EXPECT_EQ(transition(S::access_revoked_by_bank, E::authorise, account_access(facade)), nullptr);
  }
}

TEST(FacadePolicy, OnlyBerlinGroupMayAdjustTheExpiry) {
  EXPECT_EQ(account_access(Facade::obie_v4).expiry, Expiry::immutable);
  EXPECT_EQ(account_access(Facade::berlin_group).expiry, Expiry::adjustable);
}

// The standard's own diagram: Account Access Consents, "Status Flow", with the two changes of Access Revocation.
TEST(TransitionTable, ShowsObieOnlyTheStatusChangesItKnows) {
  const std::set<std::pair<std::string_view, std::string_view>> allowed{
      {"AWUP", "AWAU"}, {"AWUP", "RJCT"}, {"AWAU", "AWAU"}, {"AWAU", "AUTH"}, {"AWAU", "RJCT"}, {"AUTH", "AUTH"},
      {"AUTH", "COND"}, {"AUTH", "CANC"}, {"AUTH", "EXPD"}, {"CANC", "AUTH"}, {"CANC", "CANC"}, {"CANC", "EXPD"}};
  for (const S from : kStatuses) {
    for (const E event : kEvents) {
      const Transition* row = transition(from, event, account_access(Facade::obie_v4));
      if (row == nullptr) continue;
      const auto before = obie_status_code(row->from, ConsentKind::account_access);
      const auto after = obie_status_code(row->to, ConsentKind::account_access);
      if (!after) continue;  // deleted or superseded: no longer visible
      ASSERT_TRUE(before.has_value());
      EXPECT_TRUE(allowed.contains({*before, *after})) << *before << " -> " << *after;
    }
  }
}

// OBWriteDomesticConsentResponse5 and its siblings: Status is one of four.
TEST(TransitionTable, ShowsTheFourStatusesOfPaymentsAlone) {
  const std::set<std::pair<std::string_view, std::string_view>> allowed{
      {"AWUP", "AWAU"}, {"AWUP", "RJCT"}, {"AWAU", "AWAU"}, {"AWAU", "AUTH"},
      {"AWAU", "RJCT"}, {"AUTH", "COND"}, {"AUTH", "RJCT"}};
  for (const KindPolicy& kind : kind_policies()) {
    if (kind.uses != Uses::once) continue;
    for (const S from : kStatuses) {
      for (const E event : kEvents) {
        const Transition* row = transition(from, event, policy_of(Facade::obie_v4, kind.kind));
        if (row == nullptr || !obie_status_code(row->to, kind.kind)) continue;
        EXPECT_TRUE(allowed.contains({*obie_status_code(from, kind.kind), *obie_status_code(row->to, kind.kind)}))
            << kind.text << ": " << to_text(from) << " " << to_text(event);
      }
    }
  }
}

TEST(KindPolicies, OnlyPaymentsAreUsedUpAndOnlyFilesWaitForAnUpload) {
  for (const FacadePolicy& policy : all_policies()) {
    const bool once = used_once(policy);
    EXPECT_EQ(transition(S::authorised, E::consume, policy) != nullptr, once) << name_of(policy);
    EXPECT_EQ(transition(S::authorised, E::authorise, policy) != nullptr, !once) << name_of(policy);
    EXPECT_EQ(transition(S::access_revoked_by_psu, E::authorise, policy) != nullptr,
              !once && policy.facade == Facade::obie_v4)
        << name_of(policy);
    EXPECT_EQ(transition(S::awaiting_upload, E::upload, policy) != nullptr, policy.kind == ConsentKind::file_payment)
        << name_of(policy);
    EXPECT_EQ(transition(S::authorised, E::supersede, policy) != nullptr,
              policy.facade == Facade::berlin_group && policy.kind == ConsentKind::account_access)
        << name_of(policy);
  }
}

TEST(KindPolicies, EveryOpenConsentCanBeEndedByTheBank) {
  for (const FacadePolicy& policy : all_policies()) {
    for (const S status : kStatuses) {
      if (status == S::awaiting_upload && policy.kind != ConsentKind::file_payment) continue;
      if (is_final(status, policy)) continue;
      const Transition* row = transition(status, E::revoke_by_bank, policy);
      ASSERT_NE(row, nullptr) << name_of(policy) << " " << to_text(status);
      EXPECT_TRUE(is_final(row->to, policy));
    }
  }
}

TEST(StatusReasons, OfTheBankAreThree) {
  EXPECT_TRUE(is_reason_of_bank(StatusReason::revoked_by_bank));
  EXPECT_TRUE(is_reason_of_bank(StatusReason::fraud_suspected));
  EXPECT_TRUE(is_reason_of_bank(StatusReason::client_ended));
  EXPECT_FALSE(is_reason_of_bank(StatusReason::revoked_by_psu));
  EXPECT_FALSE(is_reason_of_bank(StatusReason::none));
}

// An independent description of what may happen, against which the table is walked.
bool may_read_after(S status) { return status == S::authorised; }

TEST(ConsentMachine, RandomWalksNeverLeaveAFinalStateNorReadWithoutAuthorisation) {
  const auto policies = all_policies();
  for (const std::uint32_t seed : {1U, 2U, 3U, 4U, 5U}) {
    std::mt19937 random(seed);
    for (int walk = 0; walk < 2000; ++walk) {
      const FacadePolicy policy = policies[random() % policies.size()];
      S status = kind_policy(policy.kind).upload == Upload::of_a_file ? S::awaiting_upload : S::awaiting_authorisation;
      bool used = false;
      bool customer_agreed = false;  // the latest decision about access that anybody took
      bool was_final = false;
      for (int step = 0; step < 20; ++step) {
        const E event = kEvents[random() % kEvents.size()];
        const Transition* row = transition(status, event, policy);
        if (was_final) {
          ASSERT_EQ(row, nullptr) << to_text(status) << " left by " << to_text(event);
        }
        if (row == nullptr) continue;
        ASSERT_EQ(row->from, status);
        status = row->to;
        if (event == E::authorise) customer_agreed = true;
        if (event == E::reject || event == E::revoke_by_psu || event == E::revoke_by_bank || event == E::consume ||
            event == E::terminate_by_tpp || event == E::supersede || event == E::expire || event == E::close_accounts) {
          customer_agreed = false;
        }
        // A payment is agreed to once: nothing brings its consent back.
        ASSERT_FALSE(used && used_once(policy) && status == S::authorised) << name_of(policy);
        if (status == S::consumed || (used_once(policy) && event != E::authorise && status != S::authorised &&
                                      status != S::partially_authorised && status != S::awaiting_authorisation)) {
          used = true;
        }
        ASSERT_EQ(may_read_after(status), customer_agreed) << to_text(status) << " after " << to_text(event);
        was_final = is_final(status, policy);
      }
    }
  }
}

TEST(ConsentStatusText, RoundTripsAndRefusesOtherWords) {
  for (const S status : kStatuses) EXPECT_EQ(consent_status_from_text(to_text(status)), status);
  EXPECT_EQ(consent_status_from_text("Authorised"), std::nullopt);
  EXPECT_EQ(consent_status_from_text(""), std::nullopt);
  for (const Facade facade : kFacades) EXPECT_EQ(facade_from_text(to_text(facade)), facade);
  EXPECT_EQ(status_reason_from_text("account_closed"), StatusReason::account_closed);
  EXPECT_EQ(facade_from_text("stet"), std::nullopt);
  EXPECT_EQ(status_reason_from_text("revoked_by_psu"), StatusReason::revoked_by_psu);
  EXPECT_EQ(status_reason_from_text("revoked"), std::nullopt);
}

base::Instant at(std::int64_t seconds) { return base::Instant(std::chrono::seconds(seconds)); }

TEST(AsOf, ShowsAnExpiryAtTheInstantItPasses) {
  Consent consent;
  consent.status = S::authorised;
  consent.status_reason = StatusReason::none;
  consent.expires = at(1000);
  EXPECT_EQ(as_of(consent, at(1000) - std::chrono::microseconds(1)).status, S::authorised);
  const Consent expired = as_of(consent, at(1000));
  EXPECT_EQ(expired.status, S::expired);
  EXPECT_EQ(expired.status_reason, StatusReason::expired);
  EXPECT_EQ(expired.status_updated, at(1000));
}

TEST(AsOf, TurnsAConsentNobodyAuthorisedInTimeIntoARejectedOne) {
  Consent consent;
  consent.expires = at(1000);
  EXPECT_EQ(as_of(consent, at(2000)).status, S::rejected);
  EXPECT_EQ(as_of(consent, at(2000)).status_reason, StatusReason::authorisation_not_completed);
}

TEST(AsOf, LeavesEndedAndOpenEndedConsentsAlone) {
  Consent consent;
  consent.status = S::rejected;
  consent.status_reason = StatusReason::denied_by_psu;
  consent.expires = at(1000);
  EXPECT_EQ(as_of(consent, at(2000)).status_reason, StatusReason::denied_by_psu);
  Consent open_ended;
  open_ended.status = S::authorised;
  EXPECT_EQ(as_of(open_ended, at(4000000000)).status, S::authorised);
}

}  // namespace
}  // namespace consent
