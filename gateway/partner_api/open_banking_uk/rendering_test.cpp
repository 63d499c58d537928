// Golden files in tests/golden/obie: a change in one is a change of the contract.
#include "gateway/partner_api/open_banking_uk/rendering.h"

#include <gtest/gtest.h>

#include "base/json/strict.h"
#include "tests/support/project_files.h"

namespace gateway {
namespace {

using policy::Permission;
using namespace std::chrono_literals;

const base::Instant kAt = base::Instant(std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)) + 13h;
const base::Currency kGbp = *base::Currency::parse("GBP");

std::string golden(const std::string& name) {
  const auto text = tests::text_of_project_file("tests/golden/obie/" + name + ".json");
  const auto value = base::json::parse_strict(text, {.max_bytes = 65536});
  return value ? base::json::dump(*value) : "no golden file " + name;
}

policy::AuthorisedAccess access(std::set<Permission> permissions, policy::Capability capability) {
  policy::AccessFacts facts;
  facts.scope_allows = true;
  facts.consent = base::ConsentId("c");
  facts.consent_authorised = true;
  facts.permissions = std::move(permissions);
  facts.capability = capability;
  return *policy::authorise(facts);
}

std::vector<connectors::Account> accounts() {
  connectors::Account current{.id = base::AccountId("0195a000-0000-7000-8000-000000000001"),
                              .type = connectors::AccountType::current,
                              .status = connectors::AccountStatus::enabled,
                              .status_updated = kAt - 24h,
                              .opened = kAt - 48h,
                              .currency = kGbp,
                              .product_name = "Current account",
                              .nickname = "Household",
                              .owner_name = "Alice Archer",
                              .sort_code_account_number = "99887712345678",
                              .iban = *base::Iban::from_bban("GB", "ALDG99887712345678")};
  connectors::Account savings = current;
  savings.id = base::AccountId("0195a000-0000-7000-8000-000000000002");
  savings.type = connectors::AccountType::savings;
  savings.product_name = "Savings account";
  savings.nickname = "";
  savings.iban.reset();
  return {current, savings};
}

connectors::TransactionPage page() {
  connectors::Transaction salary{.id = connectors::TransactionId("0195a000-0000-7000-8000-00000000000a"),
                                 .account = base::AccountId("0195a000-0000-7000-8000-000000000001"),
                                 .status = connectors::TransactionStatus::booked,
                                 .booked_at = kAt - 24h,
                                 .value_at = kAt - 24h,
                                 .amount = base::Amount::of_minor(285000, kGbp),
                                 .reference = "SALARY",
                                 .domain_family = "ReceivedCreditTransfers",
                                 .domain_sub_family = "DomesticCreditTransfer",
                                 .proprietary_code = "SALARY",
                                 .information = "Northwind Trading Ltd SALARY",
                                 .counterparty_name = "Northwind Trading Ltd",
                                 .merchant_name = "",
                                 .merchant_category = "",
                                 .balance_after = base::Amount::of_minor(-5, kGbp)};
  connectors::Transaction coffee = salary;
  coffee.id = connectors::TransactionId("0195a000-0000-7000-8000-00000000000b");
  coffee.status = connectors::TransactionStatus::pending;
  coffee.booked_at = kAt + 24h;
  coffee.value_at.reset();
  coffee.amount = base::Amount::of_minor(-305, kGbp);
  coffee.reference = "";
  coffee.domain_family = "CustomerCardTransactions";
  coffee.domain_sub_family = "PointOfSaleDebitCard";
  coffee.proprietary_code = "CARD";
  coffee.information = "CARD PAYMENT Bean Street Coffee";
  coffee.counterparty_name = "";
  coffee.merchant_name = "Bean Street Coffee";
  coffee.merchant_category = "5814";
  coffee.balance_after.reset();
  connectors::TransactionPage made;
  made.transactions = {coffee, salary};
  made.total_pages = 3;
  made.first_available = kAt - 1000h;
  made.last_available = kAt + 24h;
  return made;
}

const ObieLinks kLinks{.self = "https://bank/t?page=2",
                       .first = "https://bank/t?page=1",
                       .previous = "https://bank/t?page=1",
                       .next = "https://bank/t?page=3",
                       .last = "https://bank/t?page=3"};

TEST(ObieRendering, AccountsBasicHideTheIdentification) {
  const std::string body = render_accounts(
      accounts(), access({Permission::ReadAccountsBasic}, policy::Capability::accounts), "https://bank/accounts");
  EXPECT_EQ(body, golden("accounts_basic"));
  for (const char* hidden : {"99887712345678", "ALDG", "Alice"})
    EXPECT_EQ(body.find(hidden), std::string::npos) << hidden;
}

TEST(ObieRendering, AccountsDetailShowIt) {
  EXPECT_EQ(render_accounts(accounts(), access({Permission::ReadAccountsDetail}, policy::Capability::accounts),
                            "https://bank/accounts"),
            golden("accounts_detail"));
}

TEST(ObieRendering, BalancesCarryTheSignAsAnIndicator) {
  const base::AccountId account("0195a000-0000-7000-8000-000000000001");
  EXPECT_EQ(
      render_balances({{account, connectors::BalanceType::interim_available, kAt, base::Amount::of_minor(-1, kGbp)},
                       {account, connectors::BalanceType::interim_booked, kAt, base::Amount::of_minor(0, kGbp)}},
                      "https://bank/balances"),
      golden("balances"));
}

TEST(ObieRendering, TransactionsBasicHidePartiesNarrativeAndBalance) {
  const auto basic =
      access({Permission::ReadTransactionsBasic, Permission::ReadTransactionsDebits}, policy::Capability::transactions);
  const std::string body = render_transactions(page(), basic, kLinks);
  EXPECT_EQ(body, golden("transactions_basic"));
  for (const char* hidden : {"Northwind", "Bean Street", "\"Balance\"", "5814"})
    EXPECT_EQ(body.find(hidden), std::string::npos) << hidden;
}

TEST(ObieRendering, TransactionsDetailShowThem) {
  const auto detail = access({Permission::ReadTransactionsDetail, Permission::ReadTransactionsDebits},
                             policy::Capability::transactions);
  EXPECT_EQ(render_transactions(page(), detail, kLinks), golden("transactions_detail"));
}

TEST(ObieRendering, ConsentsInTheirStates) {
  consent::Consent made;
  made.id = base::ConsentId("0195a000-0000-7000-8000-00000000000c");
  made.permissions = {Permission::ReadAccountsBasic, Permission::ReadBalances};
  made.expires = kAt + 24h;
  made.transactions_from = kAt - 24h;
  made.transactions_to = kAt + 48h;
  made.created = kAt;
  made.status_updated = kAt;
  EXPECT_EQ(render_consent(made, "https://bank/consents/c"), golden("consent_awaiting"));
  made.status = consent::ConsentStatus::authorised;
  made.status_reason = consent::StatusReason::none;
  made.expires.reset();
  made.transactions_from.reset();
  made.transactions_to.reset();
  EXPECT_EQ(render_consent(made, "https://bank/consents/c"), golden("consent_authorised"));
}

}  // namespace
}  // namespace gateway
