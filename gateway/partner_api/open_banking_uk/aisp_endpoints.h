// The Account and Transaction API behind the token: what AccountInformationApi does once it knows whose token it is.
#pragma once

#include <optional>
#include <string>

#include "base/http/call.h"
#include "base/http/message.h"
#include "base/id.h"
#include "base/result.h"
#include "consent/services/unattended_access.h"
#include "gateway/partner_api/open_banking_uk/account_information_api.h"
#include "gateway/partner_api/open_banking_uk/obie_error.h"
#include "policy/authorised_access.h"

namespace gateway {

// What the token says, without how it was proven.
struct TokenFacts {
  base::ClientId client;
  base::GrantId grant;
  base::ConsentId consent;
  base::PsuId psu;  // empty: a client-credentials token
  bool accounts_scope = false;
};

class AispEndpoints {
 public:
  explicit AispEndpoints(AccountInformationApiDeps& deps) : deps_(deps) {}

  base::http::Response create_consent(base::http::Call& call, const TokenFacts& token);
  base::http::Response read_consent(base::http::Call& call, const TokenFacts& token);
  base::http::Response delete_consent(base::http::Call& call, const TokenFacts& token);
  // account: the path's {AccountId}; nullopt: all selected ones.
  base::http::Response accounts(base::http::Call& call, const TokenFacts& token,
                                std::optional<base::AccountId> account);
  base::http::Response balances(base::http::Call& call, const TokenFacts& token,
                                std::optional<base::AccountId> account);
  base::http::Response transactions(base::http::Call& call, const TokenFacts& token,
                                    std::optional<base::AccountId> account);

 private:
  // What a request may see, and what its answer says of the uses that are left without the customer.
  struct Admitted {
    policy::AuthorisedAccess access;
    std::optional<consent::UnattendedVerdict> unattended;  // nullopt: the customer is there
  };
  enum class Asks { anew, next_page };
  // The response: a refusal.
  base::Result<Admitted, base::http::Response> admit(base::http::Call& call, const TokenFacts& token,
                                                     policy::Capability capability,
                                                     const std::optional<base::AccountId>& account, Asks asks);
  ObieFailure failure_of(base::http::Call& call, const policy::Denial& denial,
                         const std::optional<base::AccountId>& account);
  connectors::AccountInformation* bank(const base::http::Call& call) const;  // nullptr: this bank has none
  std::string link(const base::http::Call& call, const std::string& path) const;

  AccountInformationApiDeps& deps_;
};

}  // namespace gateway
