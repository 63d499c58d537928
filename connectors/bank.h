// The port to a bank, segregated by capability: a dialect implements what its bank can do. Calls may block; none is
// made inside a transaction of ours. Account data is read only with policy::AuthorisedAccess (authorisation is a type).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/caller.h"
#include "base/iban.h"
#include "base/id.h"
#include "base/money.h"
#include "connectors/outcome.h"
#include "policy/authorised_access.h"

namespace connectors {

struct CallContext {
  base::Caller caller;
  bool customer_present = false;  // the customer asked for this now (x-fapi-customer-ip-address was sent)
  std::string idempotency_key;    // writes only; empty for reads
};

using TransactionId = base::Id<struct TransactionTag>;  // stable from pending to booked

enum class AccountType { current, savings, card };
enum class AccountStatus { enabled, disabled };

struct Account {
  base::AccountId id;
  AccountType type = AccountType::current;
  AccountStatus status = AccountStatus::enabled;
  base::Instant status_updated;
  base::Instant opened;
  base::Currency currency;
  std::string product_name;  // "Current account"
  std::string nickname;      // the customer's own; may be empty
  // Identification: only facades with the permission show it; never logged.
  std::string owner_name;
  std::string sort_code_account_number;  // 14 digits; empty when the account has none
  std::optional<base::Iban> iban;
};

// Words of ISO 20022 ExternalBalanceType1Code: ITAV and ITBD.
enum class BalanceType { interim_available, interim_booked };

struct Balance {
  base::AccountId account;
  BalanceType type = BalanceType::interim_booked;
  base::Instant at;
  base::Amount amount;  // negative: the customer owes
};

enum class TransactionStatus { pending, booked };

struct Transaction {
  TransactionId id;
  base::AccountId account;
  TransactionStatus status = TransactionStatus::booked;
  base::Instant booked_at;  // expected one while pending
  std::optional<base::Instant> value_at;
  base::Amount amount;            // negative: a debit
  std::string reference;          // may be empty
  std::string domain_family;      // ISO 20022 bank transaction code: "ReceivedCreditTransfers"
  std::string domain_sub_family;  // "DomesticCreditTransfer"
  std::string proprietary_code;   // the bank's own: "SALARY"
  // Detail: shown only with the permission for it.
  std::string information;                    // narrative
  std::string counterparty_name;              // may be empty
  std::string merchant_name;                  // card payments
  std::string merchant_category;              // ISO 18245
  std::optional<base::Amount> balance_after;  // booked ones
};

// Opaque to callers, made by the dialect; a page asked for again with the same cursor and filter has the same records.
using TransactionCursor = base::Id<struct TransactionCursorTag>;

struct TransactionFilter {
  std::optional<base::Instant> from =
      std::nullopt;  // booking time, inclusive; asked for, not yet cut with the consent's window
  std::optional<base::Instant> to = std::nullopt;          // inclusive
  std::optional<TransactionCursor> cursor = std::nullopt;  // nullopt: the first page
  int page_size = 100;
};

struct TransactionPage {
  std::vector<Transaction> transactions;            // newest first
  std::optional<TransactionCursor> previous, next;  // nullopt: there is none
  TransactionCursor first, last;
  int total_pages = 1;
  std::optional<base::Instant> first_available, last_available;  // over all that the consent lets through
};

class AccountInformation {
 public:
  virtual ~AccountInformation() = default;
  // All selected accounts that the bank still has, in a stable order.
  virtual Outcome<std::vector<Account>> accounts(const CallContext& context,
                                                 const policy::AuthorisedAccess& access) = 0;
  // The account of access.facts().account. Denied: the bank no longer has it for this customer.
  virtual Outcome<Account> account(const CallContext& context, const policy::AuthorisedAccess& access) = 0;
  // Of one account, or of all selected ones when access names none.
  virtual Outcome<std::vector<Balance>> balances(const CallContext& context,
                                                 const policy::AuthorisedAccess& access) = 0;
  // Of one account or all selected; cut with the consent's window and directions. Denied: the cursor is not ours or
  // belongs to another question.
  virtual Outcome<TransactionPage> transactions(const CallContext& context, const policy::AuthorisedAccess& access,
                                                const TransactionFilter& filter) = 0;
  // Whether the bank has such an account at all: some facades answer unknown and foreign ids differently. Tells no
  // more.
  virtual Outcome<bool> account_exists(const CallContext& context, const base::AccountId& account) = 0;
};

struct Customer {
  base::PsuId psu;
  std::string display_name;  // for pages only; never logged
};

struct Verified {};

class CustomerAuthentication {
 public:
  virtual ~CustomerAuthentication() = default;
  // Knowledge. Takes the same time whether or not the user exists. Denied for every reason alike (RTS art. 4(3)(a)).
  virtual Outcome<Customer> verify_password(const CallContext& context, const std::string& username,
                                            std::string_view password) = 0;
  // Possession: a one-time code. An accepted TOTP code is not accepted again (RFC 6238 section 5.2, RTS art. 4(1)).
  virtual Outcome<Verified> verify_one_time_code(const CallContext& context, const base::PsuId& psu,
                                                 std::string_view code) = 0;
  virtual Outcome<std::optional<base::PsuId>> find_username(const CallContext& context,
                                                            const std::string& username) = 0;
  virtual Outcome<ScaMethod> second_element(const CallContext& context, const base::PsuId& psu) = 0;
};

struct ShareableAccount {
  base::AccountId account;
  std::string product_name;
  std::string masked_number;  // "•••• 4321"
  std::string currency;
  std::string owner_name;
  // How many of the signatories must agree: to show data of the account, to pay from it.
  int signatures_for_access = 1;
  int signatures_for_payments = 1;
  std::vector<base::PsuId> signatories;
};

class CustomerAccounts {
 public:
  virtual ~CustomerAccounts() = default;
  // What this customer may share, for the page where the customer chooses.
  virtual Outcome<std::vector<ShareableAccount>> shareable_accounts(const CallContext& context,
                                                                    const base::PsuId& psu) = 0;
};

}  // namespace connectors
