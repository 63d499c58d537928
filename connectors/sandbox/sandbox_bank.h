// The sandbox bank: fictional customers, accounts and an append-only double-entry ledger in PostgreSQL (schema
// `connectors`). Implements every capability of the port. Not served in production.
#pragma once

#include <memory>

#include "base/crypto/key_encryption.h"
#include "base/db/transaction.h"
#include "base/entropy.h"
#include "connectors/bank.h"
#include "connectors/capabilities.h"

namespace connectors {

Capabilities sandbox_capabilities();

class SandboxBank final : public AccountInformation, public CustomerAuthentication, public CustomerAccounts {
 public:
  SandboxBank(base::db::Pool& pool, const base::crypto::KeyEncryptionKey& key);
  ~SandboxBank() override;

  Outcome<std::vector<Account>> accounts(const CallContext& context, const policy::AuthorisedAccess& access) override;
  Outcome<Account> account(const CallContext& context, const policy::AuthorisedAccess& access) override;
  Outcome<std::vector<Balance>> balances(const CallContext& context, const policy::AuthorisedAccess& access) override;
  Outcome<TransactionPage> transactions(const CallContext& context, const policy::AuthorisedAccess& access,
                                        const TransactionFilter& filter) override;
  Outcome<bool> account_exists(const CallContext& context, const base::AccountId& account) override;

  Outcome<Customer> verify_password(const CallContext& context, const std::string& username,
                                    std::string_view password) override;
  Outcome<Verified> verify_one_time_code(const CallContext& context, const base::PsuId& psu,
                                         std::string_view code) override;
  Outcome<std::optional<base::PsuId>> find_username(const CallContext& context, const std::string& username) override;
  Outcome<ScaMethod> second_element(const CallContext& context, const base::PsuId& psu) override;

  Outcome<std::vector<ShareableAccount>> shareable_accounts(const CallContext& context,
                                                            const base::PsuId& psu) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace connectors
