#include "consent/payment/terms_json.h"

#include "base/ensure.h"
#include "base/json/reader.h"

namespace consent {
namespace {

using base::failure;
using base::Instant;
using base::json::ParseError;
using base::json::Reader;
using base::json::Value;
template <class T>
using Read = base::Result<T, ParseError>;

Value to_value(const base::Amount& amount) {
  return {{"amount", amount.decimal()}, {"currency", amount.currency().code()}};
}
Value to_value(const AccountIdentification& account) {
  return {{"scheme", account.scheme}, {"identification", account.identification}, {"secondary", account.secondary}};
}
Value to_value(const Payee& payee) { return {{"name", payee.name}, {"account", to_value(payee.account)}}; }
Value to_value(Instant at) { return at.time_since_epoch().count(); }

template <class T>
void put(Value& object, const char* member, const std::optional<T>& value) {
  if (value) object[member] = to_value(*value);
}

Read<base::Amount> amount_in(Reader reader) {
  TRY(const auto decimal, reader.required<std::string>("amount"));
  TRY(const auto code, reader.required<std::string>("currency"));
  TRY_VOID(reader.no_more());
  const auto currency = base::Currency::parse(code);
  if (!currency) return failure(reader.invalid("currency", "not a currency"));
  const auto amount = base::Amount::parse(decimal, *currency);
  if (!amount) return failure(reader.invalid("amount", "not an amount"));
  return *amount;
}

Read<AccountIdentification> account_in(Reader reader) {
  AccountIdentification account;
  TRY(account.scheme, reader.required<std::string>("scheme"));
  TRY(account.identification, reader.required<std::string>("identification"));
  TRY(account.secondary, reader.required<std::string>("secondary"));
  TRY_VOID(reader.no_more());
  return account;
}

Read<Payee> payee_in(Reader reader) {
  Payee payee;
  TRY(payee.name, reader.required<std::string>("name"));
  TRY(auto account, reader.required<Reader>("account"));
  TRY_VOID(reader.no_more());
  TRY(payee.account, account_in(std::move(account)));
  return payee;
}

Read<std::optional<Instant>> instant_in(Reader& reader, const char* member) {
  TRY(const auto count, reader.optional<std::int64_t>(member));
  if (!count) return std::optional<Instant>();
  return std::optional<Instant>(Instant(std::chrono::microseconds(*count)));
}

// An optional nested object.
template <class T>
Read<std::optional<T>> nested(Reader& reader, const char* member, Read<T> (*read)(Reader)) {
  TRY(auto inner, reader.optional<Reader>(member));
  if (!inner) return std::optional<T>();
  TRY(T value, read(std::move(*inner)));
  return std::optional<T>(std::move(value));
}

Read<StandingOrder> standing_order_in(Reader reader) {
  StandingOrder order;
  TRY(order.recurring, nested(reader, "recurring", amount_in));
  TRY(order.final, nested(reader, "final", amount_in));
  TRY(order.frequency, reader.required<std::string>("frequency"));
  TRY(order.first_payment, instant_in(reader, "first_payment"));
  TRY(order.final_payment, instant_in(reader, "final_payment"));
  TRY(order.number_of_payments, reader.required<std::string>("number_of_payments"));
  TRY_VOID(reader.no_more());
  return order;
}

Read<FileBatch> batch_in(Reader reader) {
  FileBatch batch;
  TRY(batch.transactions, reader.required<std::int64_t>("transactions"));
  TRY(batch.file_hash, reader.required<std::string>("file_hash"));
  TRY_VOID(reader.no_more());
  return batch;
}

Read<base::Currency> currency_in(Reader& reader, const char* member) {
  TRY(const auto code, reader.required<std::string>(member));
  const auto currency = base::Currency::parse(code);
  if (!currency) return failure(reader.invalid(member, "not a currency"));
  return *currency;
}

Read<ExchangeRate> exchange_in(Reader reader) {
  TRY(const base::Currency unit, currency_in(reader, "unit"));
  ExchangeRate exchange{.unit = unit, .rate = {}, .type = {}, .contract = {}};
  TRY(exchange.rate, reader.required<std::string>("rate"));
  TRY(exchange.type, reader.required<std::string>("type"));
  TRY(exchange.contract, reader.required<std::string>("contract"));
  TRY_VOID(reader.no_more());
  return exchange;
}

Read<CrossBorder> cross_border_in(Reader reader) {
  TRY(const base::Currency transfer, currency_in(reader, "transfer"));
  CrossBorder abroad{.transfer = transfer, .charge_bearer = {}, .country = {}, .exchange = {}};
  TRY(abroad.charge_bearer, reader.required<std::string>("charge_bearer"));
  TRY(abroad.country, reader.required<std::string>("country"));
  TRY(abroad.exchange, nested(reader, "exchange", exchange_in));
  TRY_VOID(reader.no_more());
  return abroad;
}

Read<Terms> payment_in(Reader& reader) {
  TRY(auto amount_reader, reader.required<Reader>("amount"));
  TRY(const base::Amount amount, amount_in(std::move(amount_reader)));
  PaymentTerms terms{.amount = amount,
                     .payees = {},
                     .debtor = {},
                     .reference = {},
                     .end_to_end = {},
                     .local_instrument = {},
                     .execution = {},
                     .standing_order = {},
                     .batch = {},
                     .cross_border = {}};
  TRY(const auto payees, reader.required<std::vector<Reader>>("payees"));
  for (const Reader& each : payees) {
    TRY(Payee payee, payee_in(each));
    terms.payees.push_back(std::move(payee));
  }
  TRY(terms.debtor, nested(reader, "debtor", account_in));
  TRY(terms.reference, reader.required<std::string>("reference"));
  TRY(terms.end_to_end, reader.required<std::string>("end_to_end"));
  TRY(terms.local_instrument, reader.required<std::string>("local_instrument"));
  TRY(terms.execution, instant_in(reader, "execution"));
  TRY(terms.standing_order, nested(reader, "standing_order", standing_order_in));
  TRY(terms.batch, nested(reader, "batch", batch_in));
  TRY(terms.cross_border, nested(reader, "cross_border", cross_border_in));
  TRY_VOID(reader.no_more());
  return Terms(std::move(terms));
}

Read<PeriodicLimit> limit_in(Reader reader) {
  TRY(const auto period_text, reader.required<std::string>("period"));
  TRY(const auto alignment_text, reader.required<std::string>("alignment"));
  TRY(auto amount_reader, reader.required<Reader>("amount"));
  TRY_VOID(reader.no_more());
  const auto period = period_type_from_text(period_text);
  if (!period) return failure(reader.invalid("period", "not a period"));
  const auto alignment = period_alignment_from_text(alignment_text);
  if (!alignment) return failure(reader.invalid("alignment", "not an alignment"));
  TRY(const base::Amount amount, amount_in(std::move(amount_reader)));
  return PeriodicLimit{*period, *alignment, amount};
}

Read<Terms> vrp_in(Reader& reader) {
  TRY(auto maximum_reader, reader.required<Reader>("maximum_individual"));
  TRY(const base::Amount maximum, amount_in(std::move(maximum_reader)));
  VrpTerms terms{.payee = {},
                 .debtor = {},
                 .maximum_individual = maximum,
                 .limits = {},
                 .valid_from = {},
                 .valid_to = {},
                 .types = {},
                 .reference = {}};
  TRY(terms.payee, nested(reader, "payee", payee_in));
  TRY(terms.debtor, nested(reader, "debtor", account_in));
  TRY(const auto limits, reader.required<std::vector<Reader>>("limits"));
  for (const Reader& each : limits) {
    TRY(PeriodicLimit limit, limit_in(each));
    terms.limits.push_back(std::move(limit));
  }
  TRY(terms.valid_from, instant_in(reader, "valid_from"));
  TRY(terms.valid_to, instant_in(reader, "valid_to"));
  TRY(terms.types, reader.required<std::vector<std::string>>("types"));
  TRY(terms.reference, reader.required<std::string>("reference"));
  TRY_VOID(reader.no_more());
  return Terms(std::move(terms));
}

Read<Terms> funds_in(Reader& reader) {
  FundsTerms terms;
  TRY(auto debtor, reader.required<Reader>("debtor"));
  TRY(terms.debtor, account_in(std::move(debtor)));
  TRY(terms.debtor_name, reader.required<std::string>("debtor_name"));
  TRY_VOID(reader.no_more());
  return Terms(std::move(terms));
}

Read<Terms> terms_in(ConsentKind kind, Reader& reader) {
  switch (kind) {
    case ConsentKind::domestic_payment:
    case ConsentKind::domestic_scheduled_payment:
    case ConsentKind::domestic_standing_order:
    case ConsentKind::international_payment:
    case ConsentKind::file_payment:
      return payment_in(reader);
    case ConsentKind::funds_confirmation:
      return funds_in(reader);
    case ConsentKind::domestic_vrp:
      return vrp_in(reader);
    case ConsentKind::account_access:
      break;
  }
  throw base::BrokenInvariant("a consent to account access has no terms");
}

struct Stored {
  Value operator()(const std::monostate&) const { throw base::BrokenInvariant("there are no terms to store"); }
  Value operator()(const PaymentTerms& terms) const {
    Value value = {{"amount", to_value(terms.amount)},
                   {"payees", Value::array()},
                   {"reference", terms.reference},
                   {"end_to_end", terms.end_to_end},
                   {"local_instrument", terms.local_instrument}};
    for (const Payee& payee : terms.payees) value["payees"].push_back(to_value(payee));
    put(value, "debtor", terms.debtor);
    put(value, "execution", terms.execution);
    if (terms.standing_order) {
      const StandingOrder& order = *terms.standing_order;
      Value rest = {{"frequency", order.frequency}, {"number_of_payments", order.number_of_payments}};
      put(rest, "recurring", order.recurring);
      put(rest, "final", order.final);
      put(rest, "first_payment", order.first_payment);
      put(rest, "final_payment", order.final_payment);
      value["standing_order"] = std::move(rest);
    }
    if (terms.batch) {
      value["batch"] = {{"transactions", terms.batch->transactions}, {"file_hash", terms.batch->file_hash}};
    }
    if (terms.cross_border) {
      const CrossBorder& abroad = *terms.cross_border;
      Value more = {
          {"transfer", abroad.transfer.code()}, {"charge_bearer", abroad.charge_bearer}, {"country", abroad.country}};
      if (abroad.exchange) {
        more["exchange"] = {{"unit", abroad.exchange->unit.code()},
                            {"rate", abroad.exchange->rate},
                            {"type", abroad.exchange->type},
                            {"contract", abroad.exchange->contract}};
      }
      value["cross_border"] = std::move(more);
    }
    return value;
  }
  Value operator()(const VrpTerms& terms) const {
    Value value = {{"maximum_individual", to_value(terms.maximum_individual)},
                   {"limits", Value::array()},
                   {"types", terms.types},
                   {"reference", terms.reference}};
    for (const PeriodicLimit& limit : terms.limits) {
      value["limits"].push_back({{"period", to_text(limit.period)},
                                 {"alignment", to_text(limit.alignment)},
                                 {"amount", to_value(limit.amount)}});
    }
    put(value, "payee", terms.payee);
    put(value, "debtor", terms.debtor);
    put(value, "valid_from", terms.valid_from);
    put(value, "valid_to", terms.valid_to);
    return value;
  }
  Value operator()(const FundsTerms& terms) const {
    return {{"debtor", to_value(terms.debtor)}, {"debtor_name", terms.debtor_name}};
  }
};

}  // namespace

std::string terms_to_json(const Terms& terms) { return base::json::dump(std::visit(Stored{}, terms)); }

base::Result<Terms, std::string> terms_from_json(ConsentKind kind, std::string_view json) {
  const auto document = base::json::parse_strict(json, {.max_bytes = 1024 * 1024, .max_depth = 8});
  if (!document) return failure(document.error().text());
  Reader reader(*document);
  auto terms = terms_in(kind, reader);
  if (!terms) return failure(terms.error().text());
  return std::move(*terms);
}

}  // namespace consent
