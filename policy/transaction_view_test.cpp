#include "policy/transaction_view.h"

#include <gtest/gtest.h>

namespace policy {
namespace {

base::Instant at(int day) { return base::Instant(std::chrono::days(20'000 + day)); }

AuthorisedAccess access(std::set<Permission> directions, std::optional<base::Instant> from,
                        std::optional<base::Instant> to) {
  AccessFacts facts;
  facts.scope_allows = true;
  facts.consent = base::ConsentId("c");
  facts.consent_authorised = true;
  facts.permissions = std::move(directions);
  facts.permissions.insert(Permission::ReadTransactionsBasic);
  facts.transactions_from = from;
  facts.transactions_to = to;
  facts.capability = Capability::transactions;
  return *authorise(facts);
}

TEST(TransactionView, IsTheConsentsWindowCutWithTheQuestion) {
  struct Case {
    std::optional<base::Instant> consent_from, consent_to, asked_from, asked_to, want_from, want_to;
    bool want_empty;
  };
  const Case cases[] = {
      {{}, {}, {}, {}, {}, {}, false},
      {at(1), at(9), {}, {}, at(1), at(9), false},
      {{}, {}, at(2), at(3), at(2), at(3), false},
      {at(1), at(9), at(2), at(3), at(2), at(3), false},
      {at(2), at(3), at(1), at(9), at(2), at(3), false},  // never wider than the consent
      {at(5), {}, at(1), at(5), at(5), at(5), false},     // both ends inclusive
      {at(5), {}, at(1), at(4), at(5), at(4), true},
      {{}, {}, at(4), at(3), at(4), at(3), true},
  };
  for (const Case& c : cases) {
    const auto view = transaction_view(access({Permission::ReadTransactionsDebits}, c.consent_from, c.consent_to),
                                       c.asked_from, c.asked_to);
    EXPECT_EQ(view.from, c.want_from);
    EXPECT_EQ(view.to, c.want_to);
    EXPECT_EQ(view.empty(), c.want_empty);
  }
}

TEST(TransactionView, DirectionsAndDetailFollowThePermissions) {
  const auto debits = transaction_view(access({Permission::ReadTransactionsDebits}, {}, {}), {}, {});
  EXPECT_TRUE(debits.debits);
  EXPECT_FALSE(debits.credits);
  EXPECT_FALSE(debits.detail);
  const auto credits = transaction_view(
      access({Permission::ReadTransactionsCredits, Permission::ReadTransactionsDetail}, {}, {}), {}, {});
  EXPECT_FALSE(credits.debits);
  EXPECT_TRUE(credits.credits);
  EXPECT_TRUE(credits.detail);
}

}  // namespace
}  // namespace policy
