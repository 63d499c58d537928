#include "connectors/sandbox/sandbox_bank.h"

#include <algorithm>

#include "base/ensure.h"
#include "connectors/sandbox/password_hash.h"
#include "connectors/sandbox/sealed_records.h"
#include "connectors/sandbox/totp.h"
#include "connectors/sandbox/transaction_pages.h"
#include "connectors/store/sandbox_accounts.h"
#include "connectors/store/sandbox_customers.h"
#include "connectors/store/sandbox_ledger.h"
#include "policy/transaction_view.h"

namespace connectors {
namespace {

using base::db::read_only;
using Tx = base::db::Transaction;

// Argon2id of nobody's password with the product's parameters: verified against when the user is unknown.
constexpr const char* kNobodysHash =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

base::Currency currency_of(const std::string& code) {
  const auto currency = base::Currency::parse(code);
  ENSURE(currency.has_value(), "a stored currency is not in our table");
  return *currency;
}

AccountType type_of(const std::string& text) {
  return text == "savings" ? AccountType::savings : text == "card" ? AccountType::card : AccountType::current;
}

Account account_of(const AccountRow& row, const base::crypto::KeyEncryptionKey& key) {
  const AccountIdentity identity = open(row, key);
  std::optional<base::Iban> iban;
  if (!identity.iban.empty()) {
    auto parsed = base::Iban::parse(identity.iban);
    ENSURE(parsed.has_value(), "a stored IBAN is not one");
    iban = std::move(*parsed);
  }
  return {.id = row.id,
          .type = type_of(row.type),
          .status = row.status == "disabled" ? AccountStatus::disabled : AccountStatus::enabled,
          .status_updated = row.status_updated,
          .opened = row.opened,
          .currency = currency_of(row.currency),
          .product_name = row.product_name,
          .nickname = identity.nickname,
          .owner_name = identity.owner_name,
          .sort_code_account_number = identity.sort_code_account_number,
          .iban = std::move(iban)};
}

Transaction transaction_of(const MovementRow& row) {
  const base::Currency currency = currency_of(row.currency);
  std::optional<base::Amount> balance_after;
  if (row.balance_after) balance_after = base::Amount::of_minor(*row.balance_after, currency);
  return {.id = TransactionId(row.transaction_id),
          .account = row.account,
          .status = row.status == "booked" ? TransactionStatus::booked : TransactionStatus::pending,
          .booked_at = row.booked_at,
          .value_at = row.value_at,
          .amount = base::Amount::of_minor(row.amount_minor, currency),
          .reference = row.reference,
          .domain_family = row.domain_family,
          .domain_sub_family = row.domain_sub_family,
          .proprietary_code = row.proprietary_code,
          .information = row.information,
          .counterparty_name = row.counterparty_name,
          .merchant_name = row.merchant_name,
          .merchant_category = row.merchant_category,
          .balance_after = balance_after};
}

std::vector<base::AccountId> asked_accounts(const policy::AccessFacts& facts) {
  if (facts.account) return {*facts.account};
  return {facts.selected_accounts.begin(), facts.selected_accounts.end()};
}

}  // namespace

Capabilities sandbox_capabilities() {
  return {.account_information = true,
          .customer_authentication = true,
          .decoupled_authentication = false,
          .transaction_history = std::chrono::days(730),
          .minimum_page = 25,
          .maximum_page = 1000};
}

struct SandboxBank::Impl {
  base::db::Pool& pool;
  const base::crypto::KeyEncryptionKey& key;
};

SandboxBank::SandboxBank(base::db::Pool& pool, const base::crypto::KeyEncryptionKey& key)
    : impl_(std::make_unique<Impl>(Impl{pool, key})) {}
SandboxBank::~SandboxBank() = default;

Outcome<std::vector<Account>> SandboxBank::accounts(const CallContext& context,
                                                    const policy::AuthorisedAccess& access) {
  const policy::AccessFacts& facts = access.facts();
  ENSURE(facts.capability == policy::Capability::accounts, "authorised for something else");
  const auto rows =
      read_only(impl_->pool, context.caller.deadline, [&](Tx& tx) { return accounts_of(tx, facts.tenant, facts.psu); });
  const auto asked = asked_accounts(facts);
  std::vector<Account> accounts;
  for (const AccountRow& row : rows) {
    if (std::find(asked.begin(), asked.end(), row.id) != asked.end()) accounts.push_back(account_of(row, impl_->key));
  }
  return accounts;
}

Outcome<Account> SandboxBank::account(const CallContext& context, const policy::AuthorisedAccess& access) {
  ENSURE(access.facts().account.has_value(), "which account?");
  auto found = accounts(context, access);
  if (!found.ok()) return found.failure_as<Account>();
  if (found.value().empty()) return Denied{"the customer does not hold this account any more"};
  return std::move(found.value().front());
}

Outcome<std::vector<Balance>> SandboxBank::balances(const CallContext& context,
                                                    const policy::AuthorisedAccess& access) {
  const policy::AccessFacts& facts = access.facts();
  ENSURE(facts.capability == policy::Capability::balances, "authorised for something else");
  const auto asked = asked_accounts(facts);
  const auto rows = read_only(impl_->pool, context.caller.deadline,
                              [&](Tx& tx) { return balances_of(tx, facts.tenant, facts.psu, asked); });
  if (rows.empty() && facts.account) return Denied{"the customer does not hold this account any more"};
  std::vector<Balance> balances;
  for (const BalanceRow& row : rows) {
    const base::Amount booked = base::Amount::of_minor(row.booked_minor, currency_of(row.currency));
    const auto available = booked.plus(base::Amount::of_minor(row.pending_minor, booked.currency()));
    ENSURE(available.has_value(), "a balance does not fit");
    balances.push_back({row.account, BalanceType::interim_available, context.caller.now.business, *available});
    balances.push_back({row.account, BalanceType::interim_booked, context.caller.now.business, booked});
  }
  return balances;
}

Outcome<TransactionPage> SandboxBank::transactions(const CallContext& context, const policy::AuthorisedAccess& access,
                                                   const TransactionFilter& filter) {
  const policy::AccessFacts& facts = access.facts();
  ENSURE(facts.capability == policy::Capability::transactions, "authorised for something else");
  ENSURE(filter.page_size >= 1, "a page holds at least one record");
  const auto asked = asked_accounts(facts);
  const policy::TransactionView view = policy::transaction_view(access, filter.from, filter.to);
  const policy::TransactionView whole = policy::transaction_view(access, std::nullopt, std::nullopt);

  return read_only(impl_->pool, context.caller.deadline, [&](Tx& tx) -> Outcome<TransactionPage> {
    MovementQuery query{horizons(tx, facts.tenant, facts.psu, asked), view.from, view.to, view.credits, view.debits};
    if (query.accounts.empty() && facts.account) return Denied{"the customer does not hold this account any more"};
    const std::string digest = question_digest(query, filter.page_size);
    PagePosition position;
    if (filter.cursor) {
      auto found = position_of(*filter.cursor, digest, query.accounts.size());
      if (!found) return Denied{"the cursor belongs to another question"};
      position = std::move(*found);
      for (std::size_t i = 0; i < query.accounts.size(); ++i) {
        if (position.up_to[i] > query.accounts[i].up_to) return Denied{"the cursor looks beyond the account's history"};
        query.accounts[i].up_to = position.up_to[i];
      }
    } else {
      for (const AccountHorizon& horizon : query.accounts) position.up_to.push_back(horizon.up_to);
    }

    const MovementExtent asked_extent = extent(tx, facts.tenant, query);
    const auto frame = frame_of(position.page, asked_extent.count, filter.page_size);
    if (!frame) return Denied{"the cursor's page does not exist"};
    MovementQuery everything = query;
    everything.from = whole.from;
    everything.to = whole.to;
    const MovementExtent available = extent(tx, facts.tenant, everything);

    const auto cursor = [&](std::int64_t page) { return cursor_of({page, position.up_to}, digest); };
    TransactionPage page;
    for (const MovementRow& row : movements(tx, facts.tenant, query, frame->offset, filter.page_size)) {
      page.transactions.push_back(transaction_of(row));
    }
    page.first = cursor(1);
    page.last = cursor(frame->total_pages);
    if (frame->has_previous) page.previous = cursor(position.page - 1);
    if (frame->has_next) page.next = cursor(position.page + 1);
    page.total_pages = static_cast<int>(frame->total_pages);
    page.first_available = available.first;
    page.last_available = available.last;
    return page;
  });
}

Outcome<bool> SandboxBank::account_exists(const CallContext& context, const base::AccountId& account) {
  if (!base::is_uuid(account.str())) return false;
  return read_only(impl_->pool, context.caller.deadline,
                   [&](Tx& tx) { return account_row_exists(tx, context.caller.tenant, account); });
}

Outcome<Customer> SandboxBank::verify_password(const CallContext& context, const std::string& username,
                                               std::string_view password) {
  const std::string index = username_index(impl_->key, username);
  const auto row = read_only(impl_->pool, context.caller.deadline,
                             [&](Tx& tx) { return find_customer_by_username(tx, context.caller.tenant, index); });
  // [RTS-SCA-4.3a] "it shall not be possible to identify which of those elements was incorrect": not by time either.
  const bool matches = password_matches(row ? row->password_hash : kNobodysHash, password);
  if (!row) return Denied{"unknown customer"};
  if (!matches) return Denied{"wrong password"};
  if (row->locked) return Denied{"the bank has locked this customer"};
  return Customer{row->psu, open(*row, impl_->key).display_name};
}

Outcome<Verified> SandboxBank::verify_one_time_code(const CallContext& context, const base::PsuId& psu,
                                                    std::string_view code) {
  if (!base::is_uuid(psu.str())) return Denied{"unknown customer"};
  const base::Tenant& tenant = context.caller.tenant;
  const auto row =
      read_only(impl_->pool, context.caller.deadline, [&](Tx& tx) { return find_customer(tx, tenant, psu); });
  if (!row || row->locked) return Denied{"unknown or locked customer"};
  if (row->sca_always_fails) return Denied{"this persona's second element always fails"};
  const CustomerProfile profile = open(*row, impl_->key);
  if (!profile.otp.empty() && base::constant_time_equal(profile.otp, code)) return Verified{};
  if (profile.totp_secret.empty()) return Denied{"wrong code"};

  const auto secret = base32_decode(profile.totp_secret);
  ENSURE(secret.has_value(), "a stored TOTP secret is not base32");
  const auto step = totp_match(*secret, code, context.caller.now.protocol);
  if (!step) return Denied{"wrong code"};
  // [RFC6238-5.2] "The verifier MUST NOT accept the second attempt of the OTP after the successful validation"
  const bool first_use = base::db::with_transaction(impl_->pool, context.caller.deadline,
                                                    [&](Tx& tx) { return accept_totp_step(tx, tenant, psu, *step); });
  if (!first_use) return Denied{"this code was used before"};
  return Verified{};
}

Outcome<std::optional<base::PsuId>> SandboxBank::find_username(const CallContext& context,
                                                               const std::string& username) {
  const std::string index = username_index(impl_->key, username);
  const auto row = read_only(impl_->pool, context.caller.deadline,
                             [&](Tx& tx) { return find_customer_by_username(tx, context.caller.tenant, index); });
  return row ? std::optional(row->psu) : std::nullopt;
}

Outcome<ScaMethod> SandboxBank::second_element(const CallContext& context, const base::PsuId& psu) {
  if (!base::is_uuid(psu.str())) return Denied{"unknown customer"};
  const auto row = read_only(impl_->pool, context.caller.deadline,
                             [&](Tx& tx) { return find_customer(tx, context.caller.tenant, psu); });
  if (!row) return Denied{"unknown customer"};
  return row->decoupled ? ScaMethod::decoupled : ScaMethod::one_time_code;
}

Outcome<std::vector<ShareableAccount>> SandboxBank::shareable_accounts(const CallContext& context,
                                                                       const base::PsuId& psu) {
  if (!base::is_uuid(psu.str())) return Denied{"unknown customer"};
  const auto rows = read_only(impl_->pool, context.caller.deadline,
                              [&](Tx& tx) { return accounts_of(tx, context.caller.tenant, psu); });
  std::vector<ShareableAccount> shareable;
  for (const AccountRow& row : rows) {
    if (row.status != "enabled") continue;
    const AccountIdentity identity = open(row, impl_->key);
    shareable.push_back({.account = row.id,
                         .product_name = row.product_name,
                         .masked_number = base::masked_number(identity.sort_code_account_number),
                         .currency = row.currency,
                         .owner_name = identity.owner_name,
                         .signatures_for_access = row.signatures_for_access,
                         .signatures_for_payments = row.signatures_for_payments,
                         .signatories = row.holders});
  }
  return shareable;
}

}  // namespace connectors
