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
const std::vector<E> kEvents{E::upload,        E::authorise_partly, E::authorise,        E::reject,    E::consume,
                             E::revoke_by_psu, E::revoke_by_bank,   E::terminate_by_tpp, E::supersede, E::expire};
const std::vector<Facade> kFacades{Facade::obie_v4, Facade::berlin_group};

TEST(TransitionTable, NamesEachStateAndEventPairAtMostOnce) {
  std::set<std::pair<S, E>> seen;
  for (const Transition& row : transition_table()) {
    EXPECT_TRUE(seen.emplace(row.from, row.event).second) << to_text(row.from) << " " << to_text(row.event);
  }
}

TEST(TransitionTable, EndedStatesAbsorbUnderEveryFacade) {
  for (const Facade facade : kFacades) {
    for (const S status : {S::consumed, S::terminated_by_tpp, S::superseded, S::rejected, S::expired}) {
      EXPECT_TRUE(is_final(status, policy_of(facade))) << to_text(status);
      for (const E event : kEvents) EXPECT_EQ(transition(status, event, policy_of(facade)), nullptr);
    }
    for (const S status : {S::awaiting_upload, S::awaiting_authorisation, S::partially_authorised, S::authorised}) {
      EXPECT_FALSE(is_final(status, policy_of(facade))) << to_text(status);
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
      EXPECT_EQ(row.event, E::authorise);
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
  const FacadePolicy& policy = policy_of(Facade::obie_v4);
  EXPECT_EQ(transition(S::authorised, E::revoke_by_psu, policy)->emits, kConsentRevoked);
  EXPECT_EQ(transition(S::authorised, E::revoke_by_bank, policy)->emits, kConsentRevoked);
  EXPECT_EQ(transition(S::authorised, E::terminate_by_tpp, policy)->emits, kConsentRevoked);
  EXPECT_EQ(transition(S::authorised, E::expire, policy)->emits, kConsentExpired);
}

// [OBIE-AISP-4.0-Access-Revocation]
TEST(FacadePolicy, ObieLetsTheCustomerAuthoriseAgainAfterRevoking) {
  const FacadePolicy& policy = policy_of(Facade::obie_v4);
  ASSERT_NE(transition(S::access_revoked_by_psu, E::authorise, policy), nullptr);
  EXPECT_EQ(transition(S::access_revoked_by_psu, E::authorise, policy)->to, S::authorised);
  EXPECT_EQ(transition(S::access_revoked_by_psu, E::revoke_by_psu, policy), nullptr);
}

TEST(FacadePolicy, BerlinGroupEndsAConsentForGoodWhenItIsRevoked) {
  EXPECT_TRUE(is_final(S::access_revoked_by_psu, policy_of(Facade::berlin_group)));
  EXPECT_EQ(transition(S::access_revoked_by_psu, E::authorise, policy_of(Facade::berlin_group)), nullptr);
}

TEST(FacadePolicy, NoFacadeLetsACustomerUndoTheBanksRevocation) {
  for (const Facade facade : kFacades) {
    EXPECT_TRUE(is_final(S::access_revoked_by_bank, policy_of(facade)));
    EXPECT_EQ(transition(S::access_revoked_by_bank, E::authorise, policy_of(facade)), nullptr);
  }
}

TEST(FacadePolicy, OnlyBerlinGroupMayAdjustTheExpiry) {
  EXPECT_EQ(policy_of(Facade::obie_v4).expiry, Expiry::immutable);
  EXPECT_EQ(policy_of(Facade::berlin_group).expiry, Expiry::adjustable);
}

// The standard's own diagram: Account Access Consents, "Status Flow", with the two changes of Access Revocation.
TEST(TransitionTable, ShowsObieOnlyTheStatusChangesItKnows) {
  const std::set<std::pair<std::string_view, std::string_view>> allowed{
      {"AWUP", "AWAU"}, {"AWUP", "RJCT"}, {"AWAU", "AWAU"}, {"AWAU", "AUTH"}, {"AWAU", "RJCT"}, {"AUTH", "AUTH"},
      {"AUTH", "COND"}, {"AUTH", "CANC"}, {"AUTH", "EXPD"}, {"CANC", "AUTH"}, {"CANC", "CANC"}, {"CANC", "EXPD"}};
  for (const S from : kStatuses) {
    for (const E event : kEvents) {
      const Transition* row = transition(from, event, policy_of(Facade::obie_v4));
      if (row == nullptr) continue;
      const auto before = obie_status_code(row->from);
      const auto after = obie_status_code(row->to);
      if (!after) continue;  // deleted or superseded: no longer visible
      ASSERT_TRUE(before.has_value());
      EXPECT_TRUE(allowed.contains({*before, *after})) << *before << " -> " << *after;
    }
  }
}

// An independent description of what may happen, against which the table is walked.
bool may_read_after(S status) { return status == S::authorised; }

TEST(ConsentMachine, RandomWalksNeverLeaveAFinalStateNorReadWithoutAuthorisation) {
  for (const std::uint32_t seed : {1U, 2U, 3U, 4U, 5U}) {
    std::mt19937 random(seed);
    for (int walk = 0; walk < 2000; ++walk) {
      const FacadePolicy& policy = policy_of(kFacades[random() % kFacades.size()]);
      S status = random() % 4 == 0 ? S::awaiting_upload : S::awaiting_authorisation;
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
            event == E::terminate_by_tpp || event == E::supersede || event == E::expire) {
          customer_agreed = false;
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
