// Which connector speaks for which bank. Filled once by wiring, read-only afterwards.
#pragma once

#include <map>

#include "base/id.h"
#include "connectors/bank.h"
#include "connectors/capabilities.h"

namespace connectors {

// What one bank offers; a null pointer is a capability that the bank has not. Wiring owns the objects.
struct Connector {
  Capabilities capabilities;
  AccountInformation* account_information = nullptr;
  CustomerAuthentication* customer_authentication = nullptr;
  CustomerAccounts* customer_accounts = nullptr;
};

class Registry {
 public:
  explicit Registry(std::map<base::BankId, Connector> connectors) : connectors_(std::move(connectors)) {}
  // nullptr: no connector speaks for this bank.
  const Connector* find(const base::BankId& bank) const {
    const auto found = connectors_.find(bank);
    return found == connectors_.end() ? nullptr : &found->second;
  }

 private:
  std::map<base::BankId, Connector> connectors_;
};

}  // namespace connectors
