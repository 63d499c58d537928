#include "gateway/partner_api/open_banking_uk/rendering.h"

#include "base/ensure.h"
#include "base/json/strict.h"
#include "consent/facade_obie_v4.h"
#include "gateway/partner_api/open_banking_uk/obie_time.h"

namespace gateway {
namespace {

using base::json::Value;
using policy::Permission;

// Optional members are absent, never null or empty: the schema gives them a minimal length.
void put(Value& object, const char* member, const std::string& text) {
  if (!text.empty()) object[member] = text;
}
void put(Value& object, const char* member, const std::optional<base::Instant>& at) {
  if (at) object[member] = obie_time(*at);
}

Value amount_of(const base::Amount& amount) {
  return {{"Amount", amount.unsigned_decimal()}, {"Currency", amount.currency().code()}};
}

// "A zero balance is considered to be a credit balance."
const char* indicator_of(const base::Amount& amount) { return amount.negative() ? "Debit" : "Credit"; }

// ExternalCashAccountType1Code.
const char* type_code(connectors::AccountType type) {
  switch (type) {
    case connectors::AccountType::current:
      return "CACC";
    case connectors::AccountType::savings:
      return "SVGS";
    case connectors::AccountType::card:
      return "CARD";
  }
  return "OTHR";
}

const char* status_of(connectors::AccountStatus status) {
  switch (status) {
    case connectors::AccountStatus::enabled:
      return "Enabled";
    case connectors::AccountStatus::disabled:
      return "Disabled";
  }
  return "Disabled";
}

// ExternalBalanceType1Code.
const char* type_of(connectors::BalanceType type) {
  switch (type) {
    case connectors::BalanceType::interim_available:
      return "ITAV";
    case connectors::BalanceType::interim_booked:
      return "ITBD";
  }
  return "INFO";
}

std::string document(Value data, const ObieLinks& links, Value meta) {
  Value all = {{"Self", links.self}};
  if (links.first) all["First"] = *links.first;
  if (links.previous) all["Prev"] = *links.previous;
  if (links.next) all["Next"] = *links.next;
  if (links.last) all["Last"] = *links.last;
  return base::json::dump({{"Data", std::move(data)}, {"Links", std::move(all)}, {"Meta", std::move(meta)}});
}

Value one_page() { return {{"TotalPages", 1}}; }

Value account_of(const connectors::Account& account, const policy::AuthorisedAccess& access) {
  Value value = {{"AccountId", account.id.str()},
                 {"Status", status_of(account.status)},
                 {"StatusUpdateDateTime", obie_time(account.status_updated)},
                 {"Currency", account.currency.code()},
                 {"AccountCategory", "Personal"},
                 {"AccountTypeCode", type_code(account.type)},
                 {"OpeningDate", obie_time(account.opened)}};
  put(value, "Description", account.product_name);
  put(value, "Nickname", account.nickname);
  if (!access.has(Permission::ReadAccountsDetail)) return value;
  Value identifications = Value::array();
  const auto identify = [&](const char* scheme, const std::string& number) {
    Value identification = {{"SchemeName", scheme}, {"Identification", number}};
    put(identification, "Name", account.owner_name);
    identifications.push_back(std::move(identification));
  };
  if (!account.sort_code_account_number.empty())
    identify("UK.OBIE.SortCodeAccountNumber", account.sort_code_account_number);
  if (account.iban) identify("UK.OBIE.IBAN", account.iban->reveal());
  if (!identifications.empty()) value["Account"] = std::move(identifications);
  return value;
}

Value transaction_of(const connectors::Transaction& transaction, bool detail) {
  const bool booked = transaction.status == connectors::TransactionStatus::booked;
  Value value = {{"AccountId", transaction.account.str()},
                 {"TransactionId", transaction.id.str()},
                 {"CreditDebitIndicator", indicator_of(transaction.amount)},
                 {"Status", booked ? "BOOK" : "PDNG"},
                 {"TransactionMutability", booked ? "Immutable" : "Mutable"},
                 {"BookingDateTime", obie_time(transaction.booked_at)},
                 {"Amount", amount_of(transaction.amount)}};
  put(value, "ValueDateTime", transaction.value_at);
  put(value, "TransactionReference", transaction.reference);
  if (!transaction.domain_family.empty() && !transaction.domain_sub_family.empty()) {
    value["BankTransactionCode"] = {{"Code", transaction.domain_family}, {"SubCode", transaction.domain_sub_family}};
  }
  if (!transaction.proprietary_code.empty()) {
    value["ProprietaryBankTransactionCode"] = {{"Code", transaction.proprietary_code}};
  }
  if (!detail) return value;
  put(value, "TransactionInformation", transaction.information);
  if (transaction.balance_after) {
    value["Balance"] = {{"Amount", amount_of(*transaction.balance_after)},
                        {"CreditDebitIndicator", indicator_of(*transaction.balance_after)},
                        {"Type", "ITBD"}};
  }
  if (!transaction.merchant_name.empty()) {
    Value merchant = {{"MerchantName", transaction.merchant_name}};
    put(merchant, "MerchantCategoryCode", transaction.merchant_category);
    value["MerchantDetails"] = std::move(merchant);
  }
  if (!transaction.counterparty_name.empty()) {
    value[transaction.amount.negative() ? "CreditorAccount" : "DebtorAccount"] = {
        {"Name", transaction.counterparty_name}};
  }
  return value;
}

}  // namespace

std::string render_consent(const consent::Consent& consent, const std::string& self) {
  const auto status = consent::obie_status_code(consent.status, consent.kind);
  ENSURE(status.has_value(), "a consent that its TPP removed is not rendered");
  Value permissions = Value::array();
  for (const Permission permission : consent.permissions) permissions.push_back(policy::to_text(permission));
  Value data = {{"ConsentId", consent.id.str()},
                {"CreationDateTime", obie_time(consent.created)},
                {"Status", *status},
                {"StatusUpdateDateTime", obie_time(consent.status_updated)},
                {"Permissions", std::move(permissions)}};
  Value reasons = Value::array();
  for (const auto& reason : consent::obie_status_reasons(consent.status, consent.status_reason, consent.kind)) {
    reasons.push_back({{"StatusReasonCode", reason.code}, {"StatusReasonDescription", reason.description}});
  }
  if (!reasons.empty()) data["StatusReason"] = std::move(reasons);
  put(data, "ExpirationDateTime", consent.expires);
  put(data, "TransactionFromDateTime", consent.transactions_from);
  put(data, "TransactionToDateTime", consent.transactions_to);
  return base::json::dump(
      {{"Data", std::move(data)}, {"Risk", Value::object()}, {"Links", {{"Self", self}}}, {"Meta", one_page()}});
}

std::string render_payment_consent(const consent::Consent& consent, const std::string& self) {
  const auto status = consent::obie_status_code(consent.status, consent.kind);
  ENSURE(status.has_value(), "a consent that its TPP removed is not rendered");
  auto document = base::json::parse_strict(consent.request, {.max_bytes = 1024 * 1024, .max_depth = 16});
  ENSURE(document.has_value() && document->is_object(), "a stored request is what was once read");
  Value& data = (*document)["Data"];
  data["ConsentId"] = consent.id.str();
  data["CreationDateTime"] = obie_time(consent.created);
  data["Status"] = *status;
  data["StatusUpdateDateTime"] = obie_time(consent.status_updated);
  Value reasons = Value::array();
  for (const auto& reason : consent::obie_status_reasons(consent.status, consent.status_reason, consent.kind)) {
    reasons.push_back({{"StatusReasonCode", reason.code}, {"StatusReasonDescription", reason.description}});
  }
  if (!reasons.empty()) data["StatusReason"] = std::move(reasons);
  (*document)["Links"] = {{"Self", self}};
  (*document)["Meta"] = one_page();
  return base::json::dump(*document);
}

std::string render_accounts(const std::vector<connectors::Account>& accounts, const policy::AuthorisedAccess& access,
                            const std::string& self) {
  Value list = Value::array();
  for (const auto& account : accounts) list.push_back(account_of(account, access));
  return document({{"Account", std::move(list)}}, {.self = self}, one_page());
}

std::string render_balances(const std::vector<connectors::Balance>& balances, const std::string& self) {
  Value list = Value::array();
  for (const auto& balance : balances) {
    list.push_back({{"AccountId", balance.account.str()},
                    {"CreditDebitIndicator", indicator_of(balance.amount)},
                    {"Type", type_of(balance.type)},
                    {"DateTime", obie_time(balance.at)},
                    {"Amount", amount_of(balance.amount)}});
  }
  return document({{"Balance", std::move(list)}}, {.self = self}, one_page());
}

std::string render_transactions(const connectors::TransactionPage& page, const policy::AuthorisedAccess& access,
                                const ObieLinks& links) {
  const bool detail = access.has(Permission::ReadTransactionsDetail);
  Value list = Value::array();
  for (const auto& transaction : page.transactions) list.push_back(transaction_of(transaction, detail));
  Value meta = {{"TotalPages", page.total_pages}};
  put(meta, "FirstAvailableDateTime", page.first_available);
  put(meta, "LastAvailableDateTime", page.last_available);
  return document({{"Transaction", std::move(list)}}, links, std::move(meta));
}

}  // namespace gateway
