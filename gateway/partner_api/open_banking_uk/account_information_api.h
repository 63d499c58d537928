// UK Open Banking Read/Write API v4.0, Account and Transaction API: account-access-consents, accounts, balances,
// transactions. An endpoint reads the request, asks a service or a connector, and renders; errors are OBErrorResponse1.
#pragma once

#include <string>

#include "base/db/transaction.h"
#include "base/http/call.h"
#include "base/http/message.h"
#include "connectors/registry.h"
#include "oauth/resource_server.h"
#include "policy/access_clocks.h"

namespace consent {
class AccountAccessConsents;
class ConsentAccess;
class UnattendedAccess;
}  // namespace consent

namespace gateway {

struct AccountInformationApiDeps {
  base::db::Pool& pool;
  consent::AccountAccessConsents& consents;
  consent::ConsentAccess& access;
  consent::UnattendedAccess& unattended;
  policy::AccessClocks clocks;
  const connectors::Registry& banks;
  std::string base_url;       // "https://localhost:8443/open-banking/v4.0": Links on the public listener begin with it
  std::string mtls_base_url;  // "https://localhost:8444/open-banking/v4.0"
  int page_size = 100;        // records a page of transactions, 25 to 1000
};

class AccountInformationApi {
 public:
  explicit AccountInformationApi(AccountInformationApiDeps deps) : deps_(std::move(deps)) {}

  // {base}/aisp/account-access-consents[/{ConsentId}]: client-credentials tokens, scope accounts.
  base::http::Response create_consent(base::http::Call& call, const oauth::PresentedAccess& access);
  base::http::Response read_consent(base::http::Call& call, const oauth::PresentedAccess& access);
  base::http::Response delete_consent(base::http::Call& call, const oauth::PresentedAccess& access);

  // {base}/aisp/accounts…: tokens of an authorised consent, scope accounts. path_values: {AccountId}.
  base::http::Response accounts(base::http::Call& call, const oauth::PresentedAccess& access);
  base::http::Response account(base::http::Call& call, const oauth::PresentedAccess& access);
  base::http::Response account_balances(base::http::Call& call, const oauth::PresentedAccess& access);
  base::http::Response account_transactions(base::http::Call& call, const oauth::PresentedAccess& access);
  // {base}/aisp/balances, {base}/aisp/transactions: over all selected accounts.
  base::http::Response balances(base::http::Call& call, const oauth::PresentedAccess& access);
  base::http::Response transactions(base::http::Call& call, const oauth::PresentedAccess& access);

 private:
  AccountInformationApiDeps deps_;
};

}  // namespace gateway
