#include "consent/consent_request.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace consent {
namespace {

using policy::Permission;
using Set = std::set<Permission>;

const base::Instant kNow{std::chrono::seconds(1'800'000'000)};

struct Case {
  std::string name;
  Set permissions;
  bool accepted;
};

// [OBIE-AISP-4.0-Permissions] every row of the rules, and its neighbours.
TEST(CheckConsentRequest, KeepsTheStandardsRulesOnPermissions) {
  const std::vector<Case> cases{
      {"empty", {}, false},
      {"balances alone", {Permission::ReadBalances}, false},
      {"transactions without accounts",
       {Permission::ReadTransactionsBasic, Permission::ReadTransactionsCredits},
       false},
      {"basic accounts", {Permission::ReadAccountsBasic}, true},
      {"detailed accounts", {Permission::ReadAccountsDetail}, true},
      {"basic and detailed accounts", {Permission::ReadAccountsBasic, Permission::ReadAccountsDetail}, true},
      {"balances", {Permission::ReadAccountsBasic, Permission::ReadBalances}, true},
      {"basic transactions, no direction", {Permission::ReadAccountsBasic, Permission::ReadTransactionsBasic}, false},
      {"detailed transactions, no direction",
       {Permission::ReadAccountsBasic, Permission::ReadTransactionsDetail},
       false},
      {"credits, no depth", {Permission::ReadAccountsBasic, Permission::ReadTransactionsCredits}, false},
      {"debits, no depth", {Permission::ReadAccountsBasic, Permission::ReadTransactionsDebits}, false},
      {"both directions, no depth",
       {Permission::ReadAccountsBasic, Permission::ReadTransactionsCredits, Permission::ReadTransactionsDebits},
       false},
      {"basic credits",
       {Permission::ReadAccountsBasic, Permission::ReadTransactionsBasic, Permission::ReadTransactionsCredits},
       true},
      {"detailed debits",
       {Permission::ReadAccountsDetail, Permission::ReadTransactionsDetail, Permission::ReadTransactionsDebits},
       true},
      {"all of transactions",
       {Permission::ReadAccountsDetail, Permission::ReadTransactionsBasic, Permission::ReadTransactionsDetail,
        Permission::ReadTransactionsCredits, Permission::ReadTransactionsDebits},
       true},
      {"not served", {Permission::ReadAccountsBasic, Permission::ReadOffers}, false},
  };
  for (const Case& c : cases) {
    const auto outcome =
        check({.permissions = c.permissions, .expiration = {}, .transactions_from = {}, .transactions_to = {}},
              served_permissions(), kNow);
    EXPECT_EQ(outcome.has_value(), c.accepted) << c.name;
    if (!outcome) {
      EXPECT_EQ(outcome.error().code, ConsentErrorCode::permissions_invalid) << c.name;
      EXPECT_EQ(outcome.error().field, "Permissions") << c.name;
    }
  }
}

TEST(CheckConsentRequest, NamesThePermissionThatIsNotSupported) {
  const auto outcome = check({.permissions = {Permission::ReadAccountsBasic, Permission::ReadParty},
                              .expiration = {},
                              .transactions_from = {},
                              .transactions_to = {}},
                             served_permissions(), kNow);
  ASSERT_FALSE(outcome.has_value());
  EXPECT_NE(outcome.error().public_text.find("ReadParty"), std::string::npos);
}

TEST(CheckConsentRequest, AcceptsEveryCodeWhereTheInstallationDoes) {
  EXPECT_TRUE(
      check({.permissions = standard_permissions(), .expiration = {}, .transactions_from = {}, .transactions_to = {}},
            standard_permissions(), kNow));
}

CreateAccountAccessConsent basic() {
  return {
      .permissions = {Permission::ReadAccountsBasic}, .expiration = {}, .transactions_from = {}, .transactions_to = {}};
}

TEST(CheckConsentRequest, RefusesAnExpiryThatHasPassed) {
  auto request = basic();
  request.expiration = kNow;
  ASSERT_FALSE(check(request, served_permissions(), kNow));
  EXPECT_EQ(check(request, served_permissions(), kNow).error().code, ConsentErrorCode::expiration_invalid);
  request.expiration = kNow - std::chrono::hours(24);
  EXPECT_FALSE(check(request, served_permissions(), kNow));
  request.expiration = kNow + std::chrono::microseconds(1);
  EXPECT_TRUE(check(request, served_permissions(), kNow));
  // However far: the expiry is the TPP's to choose.
  request.expiration = kNow + std::chrono::hours(24 * 3650);
  EXPECT_TRUE(check(request, served_permissions(), kNow));
}

TEST(CheckConsentRequest, RefusesAPeriodThatEndsBeforeItBegins) {
  auto request = basic();
  request.transactions_from = kNow;
  request.transactions_to = kNow - std::chrono::microseconds(1);
  ASSERT_FALSE(check(request, served_permissions(), kNow));
  EXPECT_EQ(check(request, served_permissions(), kNow).error().code, ConsentErrorCode::period_invalid);
  request.transactions_to = kNow;
  EXPECT_TRUE(check(request, served_permissions(), kNow));
}

TEST(CheckConsentRequest, LetsEitherEndOfThePeriodOpen) {
  auto request = basic();
  request.transactions_from = kNow + std::chrono::hours(1);
  EXPECT_TRUE(check(request, served_permissions(), kNow));
  request.transactions_from.reset();
  request.transactions_to = kNow - std::chrono::hours(1);
  EXPECT_TRUE(check(request, served_permissions(), kNow));
}

}  // namespace
}  // namespace consent
