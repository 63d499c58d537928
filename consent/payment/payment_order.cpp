#include "consent/payment/payment_order.h"

#include <array>
#include <utility>

#include "base/crypto/hash.h"
#include "base/ensure.h"
#include "base/json/strict.h"

namespace consent {
namespace {

using base::json::Value;

constexpr std::array<std::pair<PeriodType, std::string_view>, 6> kPeriods{{
    {PeriodType::day, "Day"},
    {PeriodType::week, "Week"},
    {PeriodType::fortnight, "Fortnight"},
    {PeriodType::month, "Month"},
    {PeriodType::half_year, "Half-year"},
    {PeriodType::year, "Year"},
}};
constexpr std::array<std::pair<PeriodAlignment, std::string_view>, 2> kAlignments{{
    {PeriodAlignment::consent, "Consent"},
    {PeriodAlignment::calendar, "Calendar"},
}};

template <class Table, class Key>
std::string_view text_in(const Table& table, Key wanted) {
  for (const auto& [key, text] : table) {
    if (key == wanted) return text;
  }
  throw base::BrokenInvariant("a value without its text");
}

template <class Key, std::size_t N>
std::optional<Key> key_in(const std::array<std::pair<Key, std::string_view>, N>& table, std::string_view wanted) {
  for (const auto& [key, text] : table) {
    if (text == wanted) return key;
  }
  return std::nullopt;
}

Value amount_of(const base::Amount& amount) {
  return {{"amount", amount.decimal()}, {"currency", amount.currency().code()}};
}

Value payee_of(const Payee& payee) {
  return {{"name", payee.name},
          {"scheme", payee.account.scheme},
          {"identification", payee.account.identification},
          {"secondary", payee.account.secondary}};
}

Value payees_of(const std::vector<Payee>& payees) {
  Value list = Value::array();
  for (const Payee& payee : payees) list.push_back(payee_of(payee));
  return list;
}

struct Linked {
  Value operator()(const std::monostate&) const { return {}; }
  // [RTS-SCA-5.1b] the code is "specific to the amount of the payment transaction and the payee"
  Value operator()(const PaymentTerms& terms) const {
    Value value = {{"amount", amount_of(terms.amount)}, {"payees", payees_of(terms.payees)}};
    if (terms.standing_order) {
      const StandingOrder& order = *terms.standing_order;
      if (order.recurring) value["recurring"] = amount_of(*order.recurring);
      if (order.final) value["final"] = amount_of(*order.final);
      value["frequency"] = order.frequency;
      value["number_of_payments"] = order.number_of_payments;
    }
    // Otherwise the payee's amount would not be bound.
    if (terms.cross_border) {
      const CrossBorder& abroad = *terms.cross_border;
      value["transfer_currency"] = abroad.transfer.code();
      value["charge_bearer"] = abroad.charge_bearer;
      if (abroad.exchange) {
        value["exchange"] = {{"unit", abroad.exchange->unit.code()},
                             {"rate", abroad.exchange->rate},
                             {"type", abroad.exchange->type},
                             {"contract", abroad.exchange->contract}};
      }
    }
    // [RTS-SCA-5.3b] for a batch "the total amount of the batch of payment transactions and … the specified payees"
    if (terms.batch) {
      value["transactions"] = terms.batch->transactions;
      value["file_hash"] = terms.batch->file_hash;
    }
    return value;
  }
  Value operator()(const VrpTerms& terms) const {
    Value value = {{"maximum_individual", amount_of(terms.maximum_individual)}, {"limits", Value::array()}};
    if (terms.payee) value["payee"] = payee_of(*terms.payee);
    for (const PeriodicLimit& limit : terms.limits) {
      Value row = amount_of(limit.amount);
      row["period"] = to_text(limit.period);
      row["alignment"] = to_text(limit.alignment);
      value["limits"].push_back(std::move(row));
    }
    const auto count = [](base::Instant at) { return at.time_since_epoch().count(); };
    if (terms.valid_from) value["valid_from"] = count(*terms.valid_from);
    if (terms.valid_to) value["valid_to"] = count(*terms.valid_to);
    return value;
  }
  Value operator()(const FundsTerms& terms) const {
    return {{"debtor",
             {{"scheme", terms.debtor.scheme},
              {"identification", terms.debtor.identification},
              {"secondary", terms.debtor.secondary}}}};
  }
};

}  // namespace

bool fits(const Terms& terms, ConsentKind kind) {
  switch (kind) {
    case ConsentKind::account_access:
      return std::holds_alternative<std::monostate>(terms);
    case ConsentKind::domestic_payment:
    case ConsentKind::domestic_scheduled_payment:
    case ConsentKind::domestic_standing_order:
    case ConsentKind::international_payment:
    case ConsentKind::file_payment:
      return std::holds_alternative<PaymentTerms>(terms);
    case ConsentKind::funds_confirmation:
      return std::holds_alternative<FundsTerms>(terms);
    case ConsentKind::domestic_vrp:
      return std::holds_alternative<VrpTerms>(terms);
  }
  throw base::BrokenInvariant("a kind outside its enumeration");
}

std::string linked_text(const Terms& terms) {
  if (std::holds_alternative<std::monostate>(terms)) return {};
  return base::json::dump(std::visit(Linked{}, terms));
}

std::string terms_hash(const Terms& terms) {
  const std::string text = linked_text(terms);
  return text.empty() ? std::string() : base::crypto::sha256_base64url(text);
}

std::string_view to_text(PeriodType type) { return text_in(kPeriods, type); }
std::string_view to_text(PeriodAlignment alignment) { return text_in(kAlignments, alignment); }
std::optional<PeriodType> period_type_from_text(std::string_view text) { return key_in(kPeriods, text); }
std::optional<PeriodAlignment> period_alignment_from_text(std::string_view text) { return key_in(kAlignments, text); }

}  // namespace consent
