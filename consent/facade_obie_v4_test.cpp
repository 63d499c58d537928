#include "consent/facade_obie_v4.h"

#include <gtest/gtest.h>

namespace consent {
namespace {

using S = ConsentStatus;
using R = StatusReason;

TEST(ObieStatusCode, SpellsEachStateAsTheStandardDoes) {
  EXPECT_EQ(obie_status_code(S::awaiting_authorisation), "AWAU");
  EXPECT_EQ(obie_status_code(S::partially_authorised), "AWAU");
  EXPECT_EQ(obie_status_code(S::authorised), "AUTH");
  EXPECT_EQ(obie_status_code(S::rejected), "RJCT");
  EXPECT_EQ(obie_status_code(S::access_revoked_by_psu), "CANC");
  EXPECT_EQ(obie_status_code(S::access_revoked_by_bank), "CANC");
  EXPECT_EQ(obie_status_code(S::expired), "EXPD");
  EXPECT_EQ(obie_status_code(S::consumed), "COND");
  EXPECT_EQ(obie_status_code(S::awaiting_upload), "AWUP");
}

TEST(ObieStatusCode, HasNoWordForWhatTheTppRemoved) {
  EXPECT_EQ(obie_status_code(S::terminated_by_tpp), std::nullopt);
  EXPECT_EQ(obie_status_code(S::superseded), std::nullopt);
}

TEST(ObieStatusReasons, SayWhoEndedIt) {
  EXPECT_EQ(obie_status_reasons(S::access_revoked_by_psu, R::revoked_by_psu).at(0).code, "CUST");
  EXPECT_EQ(obie_status_reasons(S::expired, R::expired).at(0).code, "TKXP");
  EXPECT_EQ(obie_status_reasons(S::rejected, R::denied_by_psu).at(0).code, "U037");
  EXPECT_EQ(obie_status_reasons(S::rejected, R::authorisation_not_completed).at(0).code, "U036");
  EXPECT_EQ(obie_status_reasons(S::awaiting_authorisation, R::awaiting_customer).at(0).code, "U036");
  const auto by_bank = obie_status_reasons(S::access_revoked_by_bank, R::revoked_by_bank);
  ASSERT_EQ(by_bank.size(), 2U);
  EXPECT_EQ(by_bank[0].code, "TKSP");
  EXPECT_EQ(by_bank[1].code, "U039");
  EXPECT_TRUE(obie_status_reasons(S::authorised, R::none).empty());
}

}  // namespace
}  // namespace consent
