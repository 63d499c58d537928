#include "consent/events.h"

#include <gtest/gtest.h>

#include "base/json/strict.h"

namespace consent {
namespace {

TEST(EventData, IsThin) {
  Consent consent;
  consent.id = base::ConsentId("0192d3a0-0000-7000-8000-000000000001");
  consent.client = base::ClientId("demo-dpop");
  consent.psu = base::PsuId("psu-alice");
  consent.accounts = {base::AccountId("acc-1")};
  consent.permissions = {policy::Permission::ReadBalances};
  consent.status = ConsentStatus::access_revoked_by_psu;
  consent.status_reason = StatusReason::revoked_by_psu;
  EXPECT_EQ(
      event_data_json(consent, base::Instant(std::chrono::milliseconds(1'767'225'599'042))),
      R"({"client_id":"demo-dpop","consent_id":"0192d3a0-0000-7000-8000-000000000001",)"
      R"("occurred_at":"2025-12-31T23:59:59.042Z","status":"access_revoked_by_psu","status_reason":"revoked_by_psu"})");
}

TEST(EventTypes, AreSpelledObjectDotVerb) {
  for (const EventType& type : kEventTypes) {
    EXPECT_EQ(type.type.substr(0, 8), "consent.") << type.type;
    EXPECT_FALSE(type.description.empty());
  }
}

}  // namespace
}  // namespace consent
