#include "gateway/psu_pages/terms_text.h"

#include <utility>

namespace gateway {
namespace {

using consent::ConsentKind;
using consent::FundsTerms;
using consent::PaymentTerms;
using consent::PeriodType;
using consent::VrpTerms;

constexpr std::string_view kNoBreak = "\u00a0";
constexpr std::string_view kNarrowNoBreak = "\u202f";

// What people write for the currency; its code where they write that.
std::string symbol_of(const base::Currency& currency) {
  const std::string code = currency.code();
  if (code == "GBP") return "£";
  if (code == "EUR") return "€";
  if (code == "USD") return "$";
  if (code == "JPY") return "¥";
  return code;
}

std::string grouped(std::string_view digits, std::string_view separator) {
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out += separator;
    out += digits[i];
  }
  return out;
}

std::string in_fours(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i > 0 && i % 4 == 0) out += kNoBreak;
    out += text[i];
  }
  return out;
}

// ISO 20022 Frequency6Code, and the named patterns of UK Open Banking; a pattern with numbers stands as the TPP wrote
// it, because a wrong translation would be worse.
std::string frequency_text(Language l, const std::string& code) {
  constexpr std::pair<std::string_view, Text> kCodes[] = {
      {"DAIL", Text::often_day},     {"EvryDay", Text::often_day},    {"EvryWorkgDay", Text::often_working_day},
      {"WEEK", Text::often_week},    {"FRTN", Text::often_fortnight}, {"MNTH", Text::often_month},
      {"QURT", Text::often_quarter}, {"MIAN", Text::often_half_year}, {"YEAR", Text::often_year},
  };
  for (const auto& [known, words] : kCodes) {
    if (code == known) return text(l, words);
  }
  return code;
}

Text limit_name(PeriodType period) {
  switch (period) {
    case PeriodType::day:
      return Text::per_day;
    case PeriodType::week:
      return Text::per_week;
    case PeriodType::fortnight:
      return Text::per_fortnight;
    case PeriodType::month:
      return Text::per_month;
    case PeriodType::half_year:
      return Text::per_half_year;
    case PeriodType::year:
      return Text::per_year;
  }
  return Text::per_year;
}

Text kind_name(ConsentKind kind) {
  switch (kind) {
    case ConsentKind::account_access:
      return Text::kind_data;
    case ConsentKind::domestic_payment:
      return Text::kind_payment;
    case ConsentKind::domestic_scheduled_payment:
      return Text::kind_scheduled;
    case ConsentKind::domestic_standing_order:
      return Text::kind_standing;
    case ConsentKind::international_payment:
      return Text::kind_international;
    case ConsentKind::file_payment:
      return Text::kind_file;
    case ConsentKind::funds_confirmation:
      return Text::kind_funds;
    case ConsentKind::domestic_vrp:
      return Text::kind_vrp;
  }
  return Text::kind_data;
}

std::string first_payee(const PaymentTerms& terms) { return terms.payees.empty() ? "" : terms.payees.front().name; }

class Lines {
 public:
  explicit Lines(Language language) : language_(language) {}
  void add(std::string id, Text name, std::string value) {
    if (!value.empty()) lines_.push_back({std::move(id), text(language_, name), std::move(value)});
  }
  std::vector<TermLine> take() { return std::move(lines_); }

 private:
  Language language_;
  std::vector<TermLine> lines_;
};

void standing_order_lines(Lines& lines, Language l, const PaymentTerms& terms) {
  const consent::StandingOrder& order = *terms.standing_order;
  lines.add("frequency", Text::how_often, frequency_text(l, order.frequency));
  const auto dated = [&](const base::Amount& amount, const std::optional<base::Instant>& at) {
    return amount_text(l, amount) + (at ? ", " + date_text(l, *at) : "");
  };
  lines.add("first-payment", Text::first_payment, dated(terms.amount, order.first_payment));
  if (order.recurring) lines.add("recurring", Text::then_payments, amount_text(l, *order.recurring));
  if (order.final || order.final_payment) {
    const base::Amount& last = order.final ? *order.final : order.recurring.value_or(terms.amount);
    lines.add("final-payment", Text::final_payment, dated(last, order.final_payment));
  } else if (order.number_of_payments.empty()) {
    lines.add("final-payment", Text::final_payment, text(l, Text::until_stopped));
  }
  lines.add("count", Text::payments_count, order.number_of_payments);
}

std::string charges_text(Language l, const std::string& bearer) {
  if (bearer == "BorneByCreditor") return text(l, Text::charges_payee);
  if (bearer == "BorneByDebtor") return text(l, Text::charges_you);
  if (bearer == "Shared") return text(l, Text::charges_shared);
  return text(l, Text::charges_usual);  // FollowingServiceLevel, or nothing said
}

void cross_border_lines(Lines& lines, Language l, const PaymentTerms& terms) {
  const consent::CrossBorder& abroad = *terms.cross_border;
  if (abroad.transfer != terms.amount.currency()) {
    lines.add("received-in", Text::received_in, abroad.transfer.code());
    const bool agreed = abroad.exchange && !abroad.exchange->rate.empty();
    const base::Currency& unit = agreed ? abroad.exchange->unit : abroad.transfer;
    const base::Currency& priced = unit == abroad.transfer ? terms.amount.currency() : abroad.transfer;
    lines.add("exchange-rate", Text::exchange_rate,
              agreed
                  ? text(l, Text::rate_agreed, "1 " + unit.code() + " = " + abroad.exchange->rate + " " + priced.code(),
                         abroad.exchange->contract)
                  : text(l, Text::rate_of_the_bank));
  }
  lines.add("country", Text::to_country, abroad.country);
  lines.add("charges", Text::charges, charges_text(l, abroad.charge_bearer));
}

std::vector<TermLine> lines_of(Language l, const PaymentTerms& terms) {
  Lines lines(l);
  if (terms.batch) {
    lines.add("amount", Text::total, amount_text(l, terms.amount));
    lines.add("count", Text::payments_count, std::to_string(terms.batch->transactions));
  } else if (!terms.standing_order) {
    lines.add("amount", Text::amount, amount_text(l, terms.amount));
  }
  for (std::size_t i = 0; i < terms.payees.size(); ++i) {
    const std::string number = i == 0 ? "" : "-" + std::to_string(i + 1);
    lines.add("payee" + number, Text::payee, terms.payees[i].name);
    lines.add("payee-account" + number, Text::payee_account, account_text(l, terms.payees[i].account));
  }
  if (terms.cross_border) cross_border_lines(lines, l, terms);
  lines.add("reference", Text::payment_reference, terms.reference);
  if (terms.standing_order) {
    standing_order_lines(lines, l, terms);
  } else {
    lines.add("date", Text::date, terms.execution ? date_text(l, *terms.execution) : text(l, Text::date_now));
  }
  if (terms.debtor) lines.add("debtor", Text::from_account, account_text(l, *terms.debtor));
  return lines.take();
}

std::vector<TermLine> lines_of(Language l, const VrpTerms& terms) {
  Lines lines(l);
  lines.add("payee", Text::payee, terms.payee ? terms.payee->name : text(l, Text::payee_any));
  if (terms.payee) lines.add("payee-account", Text::payee_account, account_text(l, terms.payee->account));
  lines.add("maximum", Text::each_at_most, amount_text(l, terms.maximum_individual));
  for (std::size_t i = 0; i < terms.limits.size(); ++i) {
    const consent::PeriodicLimit& limit = terms.limits[i];
    const bool calendar = limit.alignment == consent::PeriodAlignment::calendar;
    lines.add("limit-" + std::to_string(i + 1), limit_name(limit.period),
              text(l, calendar ? Text::aligned_calendar : Text::aligned_consent, amount_text(l, limit.amount)));
  }
  if (terms.valid_from) lines.add("valid-from", Text::payments_from, date_text(l, *terms.valid_from));
  if (terms.valid_to) lines.add("valid-to", Text::payments_until, date_text(l, *terms.valid_to));
  lines.add("reference", Text::payment_reference, terms.reference);
  if (terms.debtor) lines.add("debtor", Text::from_account, account_text(l, *terms.debtor));
  return lines.take();
}

std::vector<TermLine> lines_of(Language l, const FundsTerms& terms) {
  Lines lines(l);
  const std::string account = account_text(l, terms.debtor);
  lines.add("debtor", Text::funds_account, terms.debtor_name.empty() ? account : terms.debtor_name + ", " + account);
  return lines.take();
}

std::pair<std::string, std::string> heading_of(Language l, ConsentKind kind, const PaymentTerms& terms,
                                               const std::string& tpp) {
  const std::string amount = amount_text(l, terms.amount);
  if (terms.batch) {
    return {text(l, Text::file_title, std::to_string(terms.batch->transactions), amount),
            text(l, Text::file_lead, tpp)};
  }
  if (terms.standing_order) {
    const base::Amount& each = terms.standing_order->recurring ? *terms.standing_order->recurring : terms.amount;
    return {text(l, Text::standing_title, amount_text(l, each), first_payee(terms)), text(l, Text::standing_lead, tpp)};
  }
  if (kind == ConsentKind::domestic_scheduled_payment || terms.execution) {
    return {text(l, Text::schedule_title, amount, first_payee(terms)), text(l, Text::schedule_lead, tpp)};
  }
  return {text(l, Text::pay_title, amount, first_payee(terms)), text(l, Text::pay_lead, tpp)};
}

}  // namespace

TermsShown terms_shown(Language l, ConsentKind kind, const consent::Terms& terms, const std::string& tpp) {
  if (const auto* payment = std::get_if<PaymentTerms>(&terms)) {
    auto [title, lead] = heading_of(l, kind, *payment, tpp);
    return {std::move(title), std::move(lead), lines_of(l, *payment)};
  }
  if (const auto* vrp = std::get_if<VrpTerms>(&terms)) {
    return {text(l, Text::vrp_title, tpp), text(l, Text::vrp_lead, tpp), lines_of(l, *vrp)};
  }
  if (const auto* funds = std::get_if<FundsTerms>(&terms)) {
    return {text(l, Text::funds_title, tpp), text(l, Text::funds_lead, tpp), lines_of(l, *funds)};
  }
  return {};
}

bool lasts(ConsentKind kind) {
  return kind == ConsentKind::account_access || kind == ConsentKind::domestic_vrp ||
         kind == ConsentKind::funds_confirmation;
}

std::string kind_text(Language l, ConsentKind kind) { return text(l, kind_name(kind)); }

std::string amount_text(Language l, const base::Amount& amount) {
  const std::string decimal = amount.unsigned_decimal();
  const std::size_t point = decimal.find('.');
  const std::string_view whole = std::string_view(decimal).substr(0, point);
  const std::string fraction = point == std::string::npos ? "" : decimal.substr(point + 1);
  const std::string sign = amount.negative() ? "−" : "";
  const std::string symbol = symbol_of(amount.currency());
  switch (l) {
    case Language::en: {
      const std::string space(symbol.size() == 3 && symbol == amount.currency().code() ? kNoBreak : "");
      return sign + symbol + space + grouped(whole, ",") + (fraction.empty() ? "" : "." + fraction);
    }
    case Language::de:
      return sign + grouped(whole, ".") + (fraction.empty() ? "" : "," + fraction) + std::string(kNoBreak) + symbol;
    case Language::fr:
      return sign + grouped(whole, kNarrowNoBreak) + (fraction.empty() ? "" : "," + fraction) + std::string(kNoBreak) +
             symbol;
  }
  return "";
}

std::string account_text(Language l, const consent::AccountIdentification& account) {
  const std::string& id = account.identification;
  std::string out = id;
  if (account.scheme.ends_with("SortCodeAccountNumber") && id.size() == 14) {
    const std::string sort_code = id.substr(0, 2) + "-" + id.substr(2, 2) + "-" + id.substr(4, 2);
    out = text(l, Text::sort_code_account, sort_code, id.substr(6));
  } else if (account.scheme.ends_with("IBAN")) {
    out = in_fours(id);
  }
  return account.secondary.empty() ? out : text(l, Text::roll_number, out, account.secondary);
}

}  // namespace gateway
