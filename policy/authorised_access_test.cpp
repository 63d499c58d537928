#include "policy/authorised_access.h"

#include <gtest/gtest.h>

#include <functional>

#include "policy/rule_table.h"

namespace policy {
namespace {

using namespace std::chrono_literals;

constexpr base::Instant kNow = base::Instant(std::chrono::microseconds(1'790'000'000'000'000));
const base::AccountId kMine("11111111-1111-7111-8111-111111111111");
const base::AccountId kOther("22222222-2222-7222-8222-222222222222");

AccessFacts good(Capability capability) {
  AccessFacts facts;
  facts.tenant = {base::BrandId("brand"), base::BankId("bank")};
  facts.now = kNow;
  facts.client = base::ClientId("tpp");
  facts.grant = base::GrantId("grant");
  facts.scope_allows = true;
  facts.consent = base::ConsentId("consent");
  facts.psu = base::PsuId("psu");
  facts.consent_authorised = true;
  facts.consent_expires = kNow + 1us;
  facts.permissions = {Permission::ReadAccountsBasic, Permission::ReadBalances, Permission::ReadTransactionsBasic,
                       Permission::ReadTransactionsCredits};
  facts.selected_accounts = {kMine};
  facts.capability = capability;
  facts.account = kMine;
  return facts;
}

constexpr Capability kAll[] = {Capability::accounts, Capability::balances, Capability::transactions};

TEST(Authorise, AllowsWhatTheConsentGives) {
  for (const Capability capability : kAll) {
    const auto access = authorise(good(capability));
    ASSERT_TRUE(access);
    EXPECT_EQ(access->facts().account, kMine);
    EXPECT_TRUE(access->has(Permission::ReadBalances));
    EXPECT_FALSE(access->has(Permission::ReadAccountsDetail));
  }
}

// [RTS-SCA-36.5] [OBIE-4.0-AAC-ExpirationDateTime] [RFC6750-3.1] [OBIE-4.0-AIS-Permissions] [RTS-SCA-36.1a]
TEST(Authorise, EachRuleDeniesAlone) {
  struct Case {
    const char* name;
    Capability capability;
    std::function<void(AccessFacts&)> spoil;
    DenialCode want;
  };
  const auto without = [](std::initializer_list<Permission> gone) {
    return [gone = std::vector<Permission>(gone)](AccessFacts& facts) {
      for (const Permission permission : gone) facts.permissions.erase(permission);
    };
  };
  const std::vector<Case> cases = {
      {"consent not authorised", Capability::accounts, [](AccessFacts& f) { f.consent_authorised = false; },
       DenialCode::consent_not_authorised},
      {"no consent at all", Capability::accounts, [](AccessFacts& f) { f.consent = {}; },
       DenialCode::consent_not_authorised},
      {"expired this very instant", Capability::balances, [](AccessFacts& f) { f.consent_expires = kNow; },
       DenialCode::consent_expired},
      {"expired before", Capability::balances, [](AccessFacts& f) { f.consent_expires = kNow - 1h; },
       DenialCode::consent_expired},
      {"scope missing", Capability::accounts, [](AccessFacts& f) { f.scope_allows = false; },
       DenialCode::scope_missing},
      {"no account permission", Capability::accounts, without({Permission::ReadAccountsBasic}),
       DenialCode::permission_missing},
      {"no balance permission", Capability::balances, without({Permission::ReadBalances}),
       DenialCode::permission_missing},
      {"no transaction level", Capability::transactions, without({Permission::ReadTransactionsBasic}),
       DenialCode::permission_missing},
      {"no transaction direction", Capability::transactions, without({Permission::ReadTransactionsCredits}),
       DenialCode::permission_missing},
      {"another account", Capability::accounts, [](AccessFacts& f) { f.account = kOther; },
       DenialCode::account_not_selected},
      {"no account chosen", Capability::accounts, [](AccessFacts& f) { f.selected_accounts.clear(); },
       DenialCode::account_not_selected},
  };
  for (const Case& c : cases) {
    AccessFacts facts = good(c.capability);
    c.spoil(facts);
    const auto access = authorise(facts);
    ASSERT_FALSE(access) << c.name;
    EXPECT_EQ(access.error().code, c.want) << c.name;
    EXPECT_FALSE(access.error().why.empty()) << c.name;
    EXPECT_EQ(access.error().why.find(kOther.str()), std::string::npos) << "a denial names rules, not ids";
  }
}

TEST(Authorise, ConsentWithoutExpiryDoesNotExpire) {
  AccessFacts facts = good(Capability::accounts);
  facts.consent_expires.reset();
  facts.now = kNow + 24h * 36'500;
  EXPECT_TRUE(authorise(facts));
}

// [RTS-SCA-10a.3]
TEST(Authorise, AsksForTheCustomerAgainAtTheInstantTheAuthenticationRunsOut) {
  AccessFacts facts = good(Capability::accounts);
  facts.sca_valid_until = kNow + 1us;
  EXPECT_TRUE(authorise(facts));
  facts.sca_valid_until = kNow;
  const auto access = authorise(facts);
  ASSERT_FALSE(access);
  EXPECT_EQ(access.error().code, DenialCode::sca_due);
}

TEST(Authorise, AskingForAllAccountsNeedsNoParticularOne) {
  AccessFacts facts = good(Capability::accounts);
  facts.account.reset();
  EXPECT_TRUE(authorise(facts));
}

TEST(Authorise, TheFirstDenialInTheTableStands) {
  AccessFacts facts;  // everything is wrong
  facts.now = kNow;
  facts.consent_expires = kNow;
  facts.sca_valid_until = kNow;
  facts.account = kOther;
  const DenialCode order[] = {DenialCode::consent_not_authorised, DenialCode::consent_expired,
                              DenialCode::scope_missing,          DenialCode::sca_due,
                              DenialCode::permission_missing,     DenialCode::account_not_selected};
  const std::function<void()> mend[] = {[&] { facts.consent = base::ConsentId("c"), facts.consent_authorised = true; },
                                        [&] { facts.consent_expires.reset(); },
                                        [&] { facts.scope_allows = true; },
                                        [&] { facts.sca_valid_until.reset(); },
                                        [&] { facts.permissions = {Permission::ReadAccountsDetail}; },
                                        [&] { facts.selected_accounts = {kOther}; }};
  for (std::size_t i = 0; i < std::size(order); ++i) {
    const auto access = authorise(facts);
    ASSERT_FALSE(access);
    EXPECT_EQ(access.error().code, order[i]);
    mend[i]();
  }
  EXPECT_TRUE(authorise(facts));
}

TEST(RuleTable, EveryRuleHasItsOwnName) {
  std::set<std::string_view> names;
  for (const AccessRule& rule : access_rules()) EXPECT_TRUE(names.insert(rule.name).second) << rule.name;
  EXPECT_EQ(names.size(), 6u);
}

TEST(Denial, OnlyALostGroundAsksForANewAuthorization) {
  EXPECT_TRUE(ground_is_gone(DenialCode::consent_not_authorised));
  EXPECT_TRUE(ground_is_gone(DenialCode::consent_expired));
  EXPECT_FALSE(ground_is_gone(DenialCode::sca_due));
  EXPECT_FALSE(ground_is_gone(DenialCode::scope_missing));
  EXPECT_FALSE(ground_is_gone(DenialCode::permission_missing));
  EXPECT_FALSE(ground_is_gone(DenialCode::account_not_selected));
}

TEST(Permission, NamesAndValuesAreOneToOne) {
  for (const auto& [permission, name] : kPermissionNames) {
    EXPECT_EQ(to_text(permission), name);
    EXPECT_EQ(permission_from_text(name), permission);
  }
  EXPECT_FALSE(permission_from_text("ReadEverything"));
  EXPECT_FALSE(permission_from_text("readbalances"));
  EXPECT_FALSE(permission_from_text(""));
}

}  // namespace
}  // namespace policy
