// What a customer agrees to pay, or to let be paid: the terms of a consent that is not about account data. Immutable
// once the consent is created. The wire form of each standard is its facade's business.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/money.h"
#include "consent/consent_kind.h"

namespace consent {

struct AccountIdentification {
  std::string scheme;          // "UK.OBIE.SortCodeAccountNumber", "UK.OBIE.IBAN"
  std::string identification;  // "08080021325698"
  std::string secondary;       // roll number of a building society; mostly empty
  bool operator==(const AccountIdentification&) const = default;
};

struct Payee {
  std::string name;
  AccountIdentification account;
  bool operator==(const Payee&) const = default;
};

// The rest of a standing order, beside its first payment.
struct StandingOrder {
  std::optional<base::Amount> recurring;
  std::optional<base::Amount> final;
  std::string frequency;  // the standard's own code: "MNTH", "WEEK", "IntrvlMnthDay:01:05"
  std::optional<base::Instant> first_payment;
  std::optional<base::Instant> final_payment;
  std::string number_of_payments;  // empty: open ended
  bool operator==(const StandingOrder&) const = default;
};

// What a payment to another country, or in another currency, has besides.
struct ExchangeRate {
  base::Currency unit;   // "GBP" in "1 GBP = 1.18 EUR"
  std::string rate;      // decimal, as the TPP wrote it; empty: the bank's of the day
  std::string type;      // "Actual", "Agreed", "Indicative"
  std::string contract;  // of an agreed rate
  bool operator==(const ExchangeRate&) const = default;
};
struct CrossBorder {
  base::Currency transfer;    // in which the payee receives it
  std::string charge_bearer;  // "Shared", "BorneByDebtor", …; empty: as the bank does
  std::string country;        // of the destination, ISO 3166-1 alpha-2; empty: not said
  std::optional<ExchangeRate> exchange;
  bool operator==(const CrossBorder&) const = default;
};

struct FileBatch {
  std::int64_t transactions = 0;
  std::string file_hash;  // base64 of SHA-256, as the TPP declared it
  bool operator==(const FileBatch&) const = default;
};

struct PaymentTerms {
  base::Amount amount;        // standing orders: the first payment; files: the control sum
  std::vector<Payee> payees;  // one; for files as many as are known
  std::optional<AccountIdentification> debtor;
  std::string reference;  // what the payee will read
  std::string end_to_end;
  std::string local_instrument;            // "UK.OBIE.FPS"; empty: the bank chooses
  std::optional<base::Instant> execution;  // scheduled payments
  std::optional<StandingOrder> standing_order;
  std::optional<FileBatch> batch;
  std::optional<CrossBorder> cross_border;
  bool operator==(const PaymentTerms&) const = default;
};

enum class PeriodType : std::uint8_t { day, week, fortnight, month, half_year, year };
enum class PeriodAlignment : std::uint8_t { consent, calendar };

struct PeriodicLimit {
  PeriodType period = PeriodType::month;
  PeriodAlignment alignment = PeriodAlignment::consent;
  base::Amount amount;
  bool operator==(const PeriodicLimit&) const = default;
};

// Variable recurring payments: what every later payment must keep.
struct VrpTerms {
  std::optional<Payee> payee;
  std::optional<AccountIdentification> debtor;
  base::Amount maximum_individual;
  std::vector<PeriodicLimit> limits;  // at least one
  std::optional<base::Instant> valid_from;
  std::optional<base::Instant> valid_to;
  std::vector<std::string> types;  // "UK.OBIE.VRPType.Sweeping"
  std::string reference;
  bool operator==(const VrpTerms&) const = default;
};

// Confirmation of funds: yes or no, for one account.
struct FundsTerms {
  AccountIdentification debtor;
  std::string debtor_name;
  bool operator==(const FundsTerms&) const = default;
};

using Terms = std::variant<std::monostate, PaymentTerms, VrpTerms, FundsTerms>;  // monostate: account access

// Which alternative a kind has.
bool fits(const Terms& terms, ConsentKind kind);

// What an authentication code is bound to, and nothing else, as canonical JSON: amount, currency, payee; for files the
// total, the number of payments and the payees known; for VRP the payee and every limit. Empty for account access.
std::string linked_text(const Terms& terms);
// base64url(SHA-256(linked_text)); empty for account access.
std::string terms_hash(const Terms& terms);

std::string_view to_text(PeriodType type);  // "Half-year"
std::string_view to_text(PeriodAlignment alignment);
std::optional<PeriodType> period_type_from_text(std::string_view text);
std::optional<PeriodAlignment> period_alignment_from_text(std::string_view text);

}  // namespace consent
