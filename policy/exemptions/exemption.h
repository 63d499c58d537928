// Exemptions from strong customer authentication: RTS (EU) 2018/389 articles 10 to 18 and the UK's technical standards.
// Facts in, decision out. No clock, no store: what was used since the last authentication, and the fraud of the
// quarters, are facts.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/money.h"
#include "policy/access_clocks.h"

namespace policy {

enum class Exemption : std::uint8_t {
  art10_account_information,   // the customer reads balance or recent transactions directly
  art10a_account_information,  // … through a third party
  art11_contactless,
  art12_unattended_terminal,
  art13_trusted_beneficiary,
  art14_recurring,
  art15_own_account,
  art16_low_value,
  art17_corporate,
  art18_transaction_risk,
};
std::string_view to_text(Exemption exemption);  // "art16_low_value"

enum class Instrument : std::uint8_t { card, credit_transfer };
std::string_view to_text(Instrument instrument);  // "credit_transfer"

// What was exempted of one kind since the customer last authenticated. In the region's currency.
struct UsedSince {
  int uses = 0;
  std::int64_t minor = 0;
};

// [RTS-SCA-18.2c] what a real-time risk analysis has to find absent.
struct RiskSignals {
  bool abnormal_spending = false;      // (i)
  bool unusual_device = false;         // (ii)
  bool malware = false;                // (iii)
  bool known_fraud = false;            // (iv)
  bool abnormal_location = false;      // (v)
  bool high_risk_payee_place = false;  // (vi)
  bool analysed = false;               // nothing was looked at: nothing is known to be absent
};

// Value of remote transactions in minor units; exact, so that a band is met or missed by nothing that was rounded.
struct FraudQuarter {
  std::chrono::sys_days begins;  // its first day
  std::int64_t total_minor = 0;  // all: authenticated and exempted
  std::int64_t fraud_minor = 0;  // of these, unauthorised or fraudulent
};

enum class TerminalUse : std::uint8_t { none, contactless, unattended };
enum class AccountAccess : std::uint8_t { none, direct, through_third_party };

struct ExemptionFacts {
  Region region = Region::eu;
  Instrument instrument = Instrument::credit_transfer;
  bool remote = true;            // initiated via the internet or a device for distance communication
  bool bank_insists = false;     // the bank can always ask for authentication
  bool fraud_suspected = false;  // justified and documented, of this customer or access
  std::string suspicion;         // its reference
  base::Instant now;
  std::optional<base::Instant> last_sca;  // of this customer, for what is asked; nullopt: never

  // account information
  AccountAccess access = AccountAccess::none;
  bool beyond_recent_transactions = false;        // more than the balance and the last 90 days
  std::optional<base::Instant> last_reconfirmed;  // UK: the third party asked its customer again

  // payments
  std::optional<base::Amount> amount;
  TerminalUse terminal = TerminalUse::none;
  bool transport_or_parking = false;
  bool payee_trusted = false;         // on the list that the payer made at the bank, with authentication
  bool changes_trusted_list = false;  // this very act makes or changes it
  bool in_series = false;             // of a series with the same amount and payee that was authenticated
  bool first_of_series = false;       // made, amended, or the first of it
  bool own_accounts = false;          // payer and payee are one person, both accounts are here
  bool corporate_protocol = false;    // a dedicated process that only companies have, approved by the authority
  UsedSince low_value;                // article 16
  UsedSince contactless;              // article 11
  RiskSignals risk;
  std::vector<FraudQuarter> fraud;  // of the instrument, the oldest first; quarters without a gap
};

struct ExemptionDecision {
  bool exempt = false;
  std::optional<Exemption> by;
  // [RTS-SCA-10a.1] "shall not apply": asking for authentication here would be an obstacle.
  bool mandatory = false;
  std::string reason;  // plain words, the clause first: kept with every use
};

// Which counter of articles 11 and 16 the bank has chosen: it is one of the two, always the same.
// EBA Q&A 2018_4225: the payment service provider chooses.
enum class LowValueCounter : std::uint8_t { amount, uses };

struct ExemptionPolicy {
  LowValueCounter counter = LowValueCounter::amount;
  std::vector<Exemption> offered;  // those that the bank applies at all; others are never used
};
ExemptionPolicy every_exemption();

ExemptionDecision decide(const ExemptionFacts& facts, const ExemptionPolicy& policy);

}  // namespace policy
