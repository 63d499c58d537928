#include "consent/facade_obie_v4.h"

#include <gtest/gtest.h>

namespace consent {
namespace {

using S = ConsentStatus;
using R = StatusReason;

TEST(ObieStatusCode, SpellsEachStateAsTheStandardDoes) {
  EXPECT_EQ(obie_status_code(S::awaiting_authorisation, ConsentKind::account_access), "AWAU");
  EXPECT_EQ(obie_status_code(S::partially_authorised, ConsentKind::account_access), "AWAU");
  EXPECT_EQ(obie_status_code(S::authorised, ConsentKind::account_access), "AUTH");
  EXPECT_EQ(obie_status_code(S::rejected, ConsentKind::account_access), "RJCT");
  EXPECT_EQ(obie_status_code(S::access_revoked_by_psu, ConsentKind::account_access), "CANC");
  EXPECT_EQ(obie_status_code(S::access_revoked_by_bank, ConsentKind::account_access), "CANC");
  EXPECT_EQ(obie_status_code(S::expired, ConsentKind::account_access), "EXPD");
  EXPECT_EQ(obie_status_code(S::consumed, ConsentKind::account_access), "COND");
  EXPECT_EQ(obie_status_code(S::awaiting_upload, ConsentKind::account_access), "AWUP");
}

TEST(ObieStatusCode, HasNoWordForWhatTheTppRemoved) {
  EXPECT_EQ(obie_status_code(S::terminated_by_tpp, ConsentKind::account_access), std::nullopt);
  EXPECT_EQ(obie_status_code(S::superseded, ConsentKind::account_access), std::nullopt);
}

TEST(ObieStatusReasons, SayWhoEndedIt) {
  EXPECT_EQ(obie_status_reasons(S::access_revoked_by_psu, R::revoked_by_psu, ConsentKind::account_access).at(0).code,
            "CUST");
  EXPECT_EQ(obie_status_reasons(S::expired, R::expired, ConsentKind::account_access).at(0).code, "TKXP");
  EXPECT_EQ(obie_status_reasons(S::rejected, R::denied_by_psu, ConsentKind::account_access).at(0).code, "U037");
  EXPECT_EQ(obie_status_reasons(S::rejected, R::authorisation_not_completed, ConsentKind::account_access).at(0).code,
            "U036");
  EXPECT_EQ(
      obie_status_reasons(S::awaiting_authorisation, R::awaiting_customer, ConsentKind::account_access).at(0).code,
      "U036");
  const auto by_bank = obie_status_reasons(S::access_revoked_by_bank, R::revoked_by_bank, ConsentKind::account_access);
  ASSERT_EQ(by_bank.size(), 2U);
  EXPECT_EQ(by_bank[0].code, "TKSP");
  EXPECT_EQ(by_bank[1].code, "U039");
  EXPECT_TRUE(obie_status_reasons(S::authorised, R::none, ConsentKind::account_access).empty());
}

TEST(ObieStatus, OfAPaymentThatEndedIsRejectedWithItsReason) {
  for (const S status : {S::access_revoked_by_psu, S::access_revoked_by_bank, S::expired, S::rejected}) {
    EXPECT_EQ(obie_status_code(status, ConsentKind::domestic_payment), "RJCT");
  }
  EXPECT_EQ(obie_status_code(S::access_revoked_by_psu, ConsentKind::domestic_vrp), "CANC");
  EXPECT_EQ(obie_status_code(S::expired, ConsentKind::funds_confirmation), "EXPD");
  EXPECT_EQ(
      obie_status_reasons(S::access_revoked_by_bank, R::fraud_suspected, ConsentKind::domestic_payment).at(0).code,
      "FR01");
  EXPECT_EQ(obie_status_reasons(S::access_revoked_by_bank, R::account_closed, ConsentKind::account_access).at(0).code,
            "AC04");
}

}  // namespace
}  // namespace consent
