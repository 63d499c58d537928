// Where one module's port meets another module's service. Words are translated, nothing is decided.
#pragma once

#include "base/clock.h"
#include "base/db/transaction.h"
#include "base/net/egress_guard.h"
#include "base/net/https_client.h"
#include "connectors/bank.h"
#include "consent/ports/code_sender.h"
#include "consent/ports/customer_bank.h"
#include "consent/ports/grant_ender.h"
#include "consent/services/consent_gate.h"
#include "oauth/grant_ending.h"
#include "oauth/ports/consent_gate.h"
#include "oauth/ports/jwks_fetcher.h"

namespace gateway {

// oauth asks about a consent.
class ConsentGateAdapter final : public oauth::ConsentGate {
 public:
  explicit ConsentGateAdapter(consent::ConsentGate& gate) : gate_(gate) {}
  base::Result<oauth::Intent, oauth::IntentRefusal> intent(base::db::Transaction& tx, const base::Caller& caller,
                                                           const base::ClientId& client,
                                                           const base::ConsentId& consent) override;
  std::optional<oauth::Intent> demand_intent(base::db::Transaction& tx, const base::Caller& caller,
                                             const base::ClientId& client, const base::ConsentId& consent,
                                             std::string_view scope) override;
  bool authorised(base::db::Transaction& tx, const base::Caller& caller, const base::ConsentId& consent,
                  oauth::ConsentLock lock) override;
  bool redeemable(base::db::Transaction& tx, const base::Caller& caller, const base::ConsentId& consent) override;
  void demand_authorised(base::db::Transaction& tx, const base::Caller& caller,
                         const base::ConsentId& consent) override;

 private:
  consent::ConsentGate& gate_;
};

// consent ends tokens.
class GrantEnderAdapter final : public consent::GrantEnder {
 public:
  explicit GrantEnderAdapter(oauth::GrantEnding& grants) : grants_(grants) {}
  int end_grants(base::db::Transaction& tx, const base::Caller& caller, const base::ConsentId& consent,
                 const std::string& reason) override;

 private:
  oauth::GrantEnding& grants_;
};

// oauth fetches key sets of clients.
class JwksFetcherAdapter final : public oauth::JwksFetcher {
 public:
  JwksFetcherAdapter(base::net::HttpsClient& https, const base::net::EgressGuard& guard,
                     const base::MonotonicClock& monotonic)
      : https_(https), guard_(guard), monotonic_(monotonic) {}
  std::optional<std::string> fault(const std::string& jwks_uri) const override;
  base::Result<oauth::JwksResponse, std::string> get(const std::string& jwks_uri, std::size_t most_bytes,
                                                     base::db::Deadline deadline) override;

 private:
  base::net::HttpsClient& https_;
  const base::net::EgressGuard& guard_;
  const base::MonotonicClock& monotonic_;
};

// The sandbox keeps what would be sent, and shows it.
class SandboxCodeSender final : public consent::CodeSender {
 public:
  explicit SandboxCodeSender(base::db::Pool& pool) : pool_(pool) {}
  bool send(const base::Caller& caller, const consent::CodeMessage& message) override;

 private:
  base::db::Pool& pool_;
};

// The bank's connector knows its customers.
class CustomerBankAdapter final : public consent::CustomerBank {
 public:
  CustomerBankAdapter(connectors::CustomerAuthentication& authentication, connectors::CustomerAccounts& accounts)
      : authentication_(authentication), accounts_(accounts) {}
  base::Result<consent::BankCustomer, consent::BankFailure> verify_password(const base::Caller& caller,
                                                                            const std::string& username,
                                                                            std::string_view password) override;
  base::Result<void, consent::BankFailure> verify_one_time_code(const base::Caller& caller, const base::PsuId& psu,
                                                                std::string_view code) override;
  base::Result<consent::BankMethod, consent::BankFailure> method(const base::Caller& caller,
                                                                 const base::PsuId& psu) override;
  std::optional<base::PsuId> find_username(const base::Caller& caller, const std::string& username) override;
  base::Result<std::vector<consent::ShareableAccount>, consent::BankFailure> accounts(const base::Caller& caller,
                                                                                      const base::PsuId& psu) override;

 private:
  connectors::CustomerAuthentication& authentication_;
  connectors::CustomerAccounts& accounts_;
};

}  // namespace gateway
