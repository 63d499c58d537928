// What the customer's side of a consent needs of the bank: who the customer is, and which accounts can be shared.
// Wiring fills it from a connector (the sandbox bank). Calls may block; never inside a transaction.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/caller.h"
#include "base/id.h"
#include "base/result.h"
#include "consent/consent_kind.h"
#include "consent/signatures.h"

namespace consent {

enum class BankFailure {
  refused,     // credentials or code wrong, customer unknown or barred: one answer for all of them
  unavailable  // the bank did not answer
};

struct BankCustomer {
  base::PsuId psu;
  std::string display_name;  // for the page only; never logged, never in events
};

struct ShareableAccount {
  base::AccountId account;
  std::string product_name;   // "Current account"
  std::string masked_number;  // "•••• 4321": what pages show
  std::string currency;       // ISO 4217
  std::string owner_name;
  // How many of the signatories must agree: to show data of the account, to pay from it.
  int signatures_for_access = 1;
  int signatures_for_payments = 1;
  std::set<base::PsuId> signatories = {};
};
SigningRule signing_rule(const ShareableAccount& account, ConsentKind kind);

class CustomerBank {
 public:
  virtual ~CustomerBank() = default;
  // First element: knowledge. Takes the same time whether or not the user exists.
  virtual base::Result<BankCustomer, BankFailure> verify_password(const base::Caller& caller,
                                                                  const std::string& username,
                                                                  std::string_view password) = 0;
  // Second element: possession (one-time code).
  virtual base::Result<void, BankFailure> verify_one_time_code(const base::Caller& caller, const base::PsuId& psu,
                                                               std::string_view code) = 0;
  // The psu a username belongs to, so that failures can be counted before any element verified; nullopt when unknown.
  virtual std::optional<base::PsuId> find_username(const base::Caller& caller, const std::string& username) = 0;
  virtual base::Result<std::vector<ShareableAccount>, BankFailure> accounts(const base::Caller& caller,
                                                                            const base::PsuId& psu) = 0;
};

}  // namespace consent
