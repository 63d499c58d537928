#include "connectors/sandbox/seed.h"

#include <algorithm>
#include <chrono>
#include <map>

#include "base/crypto/hash.h"
#include "base/ensure.h"
#include "base/iban.h"
#include "base/id.h"
#include "connectors/sandbox/history.h"
#include "connectors/sandbox/password_hash.h"
#include "connectors/sandbox/sealed_records.h"
#include "connectors/store/sandbox_accounts.h"
#include "connectors/store/sandbox_customers.h"
#include "connectors/store/sandbox_ledger.h"

namespace connectors {
namespace {

using base::crypto::KeyEncryptionKey;
using std::chrono::days;

// Card payments that were booked so recently keep their pending row, as a bank's channel showed it.
constexpr days kPendingRowsKept{14};
constexpr const char* kSortCode = "998877";
constexpr const char* kBankCode = "ALDG";

struct AccountPlan {
  const char* name;  // unique in the sandbox: ids, numbers and history are made from it
  std::vector<std::string> holders;
  AccountRole role;
  const char* owner_name;
  const char* nickname;
  int signatures_for_payments = 1;
};

const std::vector<AccountPlan>& account_plans() {
  static const std::vector<AccountPlan> kPlans{
      {"alice/current", {"alice"}, AccountRole::everyday, "Alice Archer", "Household"},
      {"alice/savings", {"alice"}, AccountRole::savings, "Alice Archer", "Rainy days"},
      {"bob/current", {"bob"}, AccountRole::everyday, "Bob Baker", ""},
      {"bob/euro", {"bob"}, AccountRole::euro_travel, "Bob Baker", "Holidays"},
      {"carol/current", {"carol"}, AccountRole::everyday, "Carol Carter", ""},
      {"erin/current", {"erin"}, AccountRole::everyday, "Erin Ellis", ""},
      {"frank/current", {"frank"}, AccountRole::everyday, "Frank Foster", ""},
      {"grace/current", {"grace"}, AccountRole::everyday, "Grace Green", ""},
      {"ivan/current", {"ivan"}, AccountRole::everyday, "Ivan Irwin", ""},
      {"joint/current", {"ivan", "judy"}, AccountRole::everyday, "Ivan Irwin and Judy Irwin", "Joint"},
      {"both/current", {"dora", "dan"}, AccountRole::everyday, "Dora Dean and Dan Dean", "Both sign", 2},
      {"dora/current", {"dora"}, AccountRole::everyday, "Dora Dean", ""},
  };
  return kPlans;
}

const std::map<std::string, std::string>& display_names() {
  static const std::map<std::string, std::string> kNames{
      {"alice", "Alice Archer"}, {"bob", "Bob Baker"},     {"carol", "Carol Carter"}, {"erin", "Erin Ellis"},
      {"frank", "Frank Foster"}, {"grace", "Grace Green"}, {"heidi", "Heidi Hughes"}, {"ivan", "Ivan Irwin"},
      {"judy", "Judy Irwin"},    {"dora", "Dora Dean"},    {"dan", "Dan Dean"}};
  return kNames;
}

struct Product {
  const char *type, *name, *currency;
};
Product product_of(AccountRole role) {
  switch (role) {
    case AccountRole::everyday:
      return {"current", "Current account", "GBP"};
    case AccountRole::savings:
      return {"savings", "Savings account", "GBP"};
    case AccountRole::euro_travel:
      return {"current", "Euro account", "EUR"};
  }
  return {"current", "Current account", "GBP"};
}

// Bytes that belong to a label: with the installation's key, so that ids are the same at each seed and cannot be
// guessed.
class LabelledBytes final : public base::Entropy {
 public:
  LabelledBytes(const base::Secret& key, std::string label) : bytes_(base::crypto::hmac_sha256(key, label)) {}
  void fill(std::span<std::byte> out) override {
    ENSURE(out.size() <= bytes_.size() - used_, "a label has 32 bytes");
    for (auto& byte : out) byte = static_cast<std::byte>(bytes_[used_++]);
  }

 private:
  std::string bytes_;
  std::size_t used_ = 0;
};

class SeedIds {
 public:
  explicit SeedIds(const KeyEncryptionKey& key) : key_(key.derive("connectors.sandbox.seed-ids")) {}
  std::string id(const std::string& label, base::Instant at) const {
    LabelledBytes bytes(key_, label);
    return base::uuid_v7(at, bytes);
  }

 private:
  base::Secret key_;
};

std::string account_number(const std::string& name) {
  const std::string digest = base::crypto::sha256("account number of " + name);
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number = number << 8 | static_cast<unsigned char>(digest[i]);
  std::string digits = std::to_string(number % 90'000'000 + 10'000'000);
  return kSortCode + digits;
}

struct Booked {
  std::vector<MovementRow> movements;
  std::vector<PostingLine> postings;
  int transactions = 0;
};

Booked book(const AccountPlan& plan, const AccountRow& account, base::Instant now, const SeedIds& ids) {
  struct Recorded {
    base::Instant at;
    MovementRow row;
  };
  std::vector<Recorded> recorded;
  Booked result;
  std::int64_t balance = 0;
  for (const HistoryEvent& event : history(plan.name, plan.role, now)) {
    ++result.transactions;
    const std::string transaction = ids.id(std::string(plan.name) + "/transaction/" + event.label, event.happened);
    MovementRow row{.account = account.id,
                    .transaction_id = transaction,
                    .status = "pending",
                    .booked_at = event.booked,
                    .amount_minor = event.amount_minor,
                    .currency = account.currency,
                    .reference = event.reference,
                    .domain_family = event.domain_family,
                    .domain_sub_family = event.domain_sub_family,
                    .proprietary_code = event.proprietary_code,
                    .information = event.information,
                    .counterparty_name = event.counterparty_name,
                    .merchant_name = event.merchant_name,
                    .merchant_category = event.merchant_category};
    if (event.pending_first && event.booked > now - kPendingRowsKept) recorded.push_back({event.happened, row});
    if (event.booked > now) continue;
    balance += event.amount_minor;
    row.status = "booked";
    row.value_at = event.booked;
    row.balance_after = balance;
    recorded.push_back({event.booked, std::move(row)});
    const std::string posting = ids.id(std::string(plan.name) + "/posting/" + event.label, event.booked);
    result.postings.push_back({posting, 1, account.id.str(), event.amount_minor, account.currency, event.booked});
    result.postings.push_back({posting, 2, event.contra, -event.amount_minor, account.currency, event.booked});
  }
  std::stable_sort(recorded.begin(), recorded.end(), [](const Recorded& a, const Recorded& b) { return a.at < b.at; });
  for (Recorded& entry : recorded) result.movements.push_back(std::move(entry.row));
  return result;
}

}  // namespace

const std::vector<SandboxPersona>& sandbox_personas() {
  static const std::vector<SandboxPersona> kPersonas{
      {.username = "alice", .password = "alice", .otp = "123456", .totp_secret = "", .purpose = ""},
      {.username = "bob",
       .password = "bob",
       .otp = "",
       .totp_secret = "MFWGIZ3BORSS443BNZSGE33YFZRG6YRB",
       .purpose = ""},
      {.username = "carol", .password = "carol", .otp = "", .totp_secret = "", .decoupled = true, .purpose = ""},
      {.username = "erin", .password = "erin", .otp = "123456", .totp_secret = "", .purpose = "lockout"},
      {.username = "frank", .password = "frank", .otp = "123456", .totp_secret = "", .purpose = "sca-fails"},
      {.username = "grace", .password = "grace", .otp = "123456", .totp_secret = "", .purpose = "locked"},
      {.username = "heidi", .password = "heidi", .otp = "123456", .totp_secret = "", .purpose = "no-accounts"},
      {.username = "ivan", .password = "ivan", .otp = "123456", .totp_secret = "", .purpose = "joint"},
      {.username = "judy", .password = "judy", .otp = "123456", .totp_secret = "", .purpose = "joint"},
      {.username = "dora", .password = "dora", .otp = "123456", .totp_secret = "", .purpose = "both-sign"},
      {.username = "dan", .password = "dan", .otp = "123456", .totp_secret = "", .purpose = "both-sign"},
  };
  return kPersonas;
}

SeedReport seed_sandbox(base::db::Transaction& tx, const base::Caller& caller, const KeyEncryptionKey& key,
                        base::Entropy& entropy) {
  SeedReport report;
  const SeedIds ids(key);
  const base::Instant now = caller.now.business;
  const base::Instant joined = base::Instant(std::chrono::sys_days(std::chrono::year(2019) / 3 / 4));
  std::map<std::string, base::PsuId> customers;
  for (const SandboxPersona& persona : sandbox_personas()) {
    const std::string index = username_index(key, persona.username);
    const base::PsuId psu(ids.id("customer/" + persona.username, joined));
    customers[persona.username] = psu;
    if (find_customer_by_username(tx, caller.tenant, index)) continue;
    CustomerRow row{.psu = psu,
                    .password_hash = hash_password(persona.password, entropy),
                    .wrapped_key = "",
                    .sealed_profile = "",
                    .sca_always_fails = persona.purpose == "sca-fails",
                    .locked = persona.purpose == "locked",
                    .decoupled = persona.decoupled};
    seal(row, {display_names().at(persona.username), persona.otp, persona.totp_secret}, key, entropy);
    if (add_customer(tx, caller.tenant, index, row)) ++report.customers;
  }

  for (const AccountPlan& plan : account_plans()) {
    const Product product = product_of(plan.role);
    const base::AccountId id(ids.id(std::string("account/") + plan.name, joined));
    if (account_row_exists(tx, caller.tenant, id)) continue;
    AccountRow account{.id = id,
                       .wrapped_key = "",
                       .sealed_identity = "",
                       .type = product.type,
                       .status = "enabled",
                       .status_updated = joined,
                       .opened = joined,
                       .product_name = product.name,
                       .currency = product.currency,
                       .signatures_for_payments = plan.signatures_for_payments};
    const std::string number = account_number(plan.name);
    const auto iban = base::Iban::from_bban("GB", kBankCode + number);
    ENSURE(iban.has_value(), "a sandbox account needs an IBAN");
    seal(account, {plan.owner_name, plan.nickname, number, iban->reveal()}, key, entropy);
    if (!add_account(tx, caller.tenant, account)) continue;
    ++report.accounts;
    for (const std::string& holder : plan.holders) add_holder(tx, caller.tenant, customers.at(holder), id);
    const Booked booked = book(plan, account, now, ids);
    append_movements(tx, caller.tenant, id, booked.movements);
    append_postings(tx, caller.tenant, booked.postings);
    report.transactions += booked.transactions;
  }
  return report;
}

}  // namespace connectors
