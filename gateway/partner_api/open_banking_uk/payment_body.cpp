#include "gateway/partner_api/open_banking_uk/payment_body.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>

#include "base/crypto/hash.h"
#include "base/encoding.h"
#include "base/ensure.h"
#include "base/iban.h"
#include "base/json/strict.h"
#include "gateway/partner_api/open_banking_uk/obie_code_sets.h"
#include "gateway/partner_api/open_banking_uk/obie_time.h"
#include "gateway/partner_api/open_banking_uk/payment_shapes.h"

namespace gateway {
namespace {

using base::failure;
using base::json::Value;
using consent::ConsentKind;
template <class T>
using Read = base::Result<T, ObieFailure>;

// The shape was checked: members are there, and of their types.
std::string text_of(const Value& object, const char* member) {
  const auto found = object.find(member);
  return found == object.end() ? std::string() : found->get<std::string>();
}

std::optional<base::Instant> time_of(const Value& object, const char* member) {
  const auto found = object.find(member);
  if (found == object.end()) return std::nullopt;
  return obie_time_from_payload(found->get_ref<const std::string&>());
}

enum class Currencies { pounds, any };

Read<base::Currency> currency_of(const Value& object, const char* member, const std::string& path) {
  const auto currency = base::Currency::parse(text_of(object, member));
  if (!currency) {
    return failure(ObieFailure::make(ObieCode::unsupported_currency, path + "." + member, "Not a supported currency."));
  }
  return *currency;
}

// Domestic payments in the UK are in pounds.
Read<base::Amount> amount_of(const Value& object, const std::string& path, Currencies currencies = Currencies::pounds) {
  const auto currency = base::Currency::parse(text_of(object, "Currency"));
  if (currencies == Currencies::pounds && (!currency || currency->code() != "GBP")) {
    return failure(ObieFailure::make(ObieCode::unsupported_currency, path + ".Currency", "The currency must be GBP."));
  }
  if (!currency) {
    return failure(ObieFailure::make(ObieCode::unsupported_currency, path + ".Currency", "Not a supported currency."));
  }
  const auto amount = base::Amount::parse(text_of(object, "Amount"), *currency);
  if (!amount || amount->minor() <= 0) {
    return failure(ObieFailure::make(ObieCode::field_invalid, path + ".Amount",
                                     "The amount must be above zero and have no more decimals than its currency."));
  }
  return *amount;
}

Read<std::optional<base::Amount>> optional_amount(const Value& object, const char* member, const std::string& path) {
  const auto found = object.find(member);
  if (found == object.end()) return std::optional<base::Amount>();
  TRY(const base::Amount amount, amount_of(*found, path + "." + member));
  return std::optional<base::Amount>(amount);
}

bool all_digits(std::string_view text, std::size_t count) {
  return text.size() == count && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Read<consent::AccountIdentification> account_of(const Value& account, const std::string& path) {
  consent::AccountIdentification read{text_of(account, "SchemeName"), text_of(account, "Identification"),
                                      text_of(account, "SecondaryIdentification")};
  const auto wrong = [&](std::string why) {
    return failure(
        ObieFailure::make(ObieCode::unsupported_account_identifier, path + ".Identification", std::move(why)));
  };
  if (read.scheme == "UK.OBIE.SortCodeAccountNumber") {
    if (!all_digits(read.identification, 14)) return wrong("A sort code and account number have 14 digits.");
    return read;
  }
  if (read.scheme == "UK.OBIE.IBAN") {
    auto iban = base::Iban::parse(read.identification);
    if (!iban || iban->reveal() != read.identification) return wrong("Not an IBAN in its electronic form.");
    return read;
  }
  return failure(ObieFailure::make(ObieCode::unsupported_scheme, path + ".SchemeName",
                                   "Supported: UK.OBIE.SortCodeAccountNumber, UK.OBIE.IBAN."));
}

Read<std::optional<consent::AccountIdentification>> debtor_of(const Value& initiation, const std::string& path) {
  const auto found = initiation.find("DebtorAccount");
  if (found == initiation.end()) return std::optional<consent::AccountIdentification>();
  TRY(consent::AccountIdentification account, account_of(*found, path + ".DebtorAccount"));
  return std::optional<consent::AccountIdentification>(std::move(account));
}

Read<consent::Payee> payee_of(const Value& initiation, const std::string& path) {
  const Value& creditor = initiation.at("CreditorAccount");
  TRY(consent::AccountIdentification account, account_of(creditor, path + ".CreditorAccount"));
  return consent::Payee{text_of(creditor, "Name"), std::move(account)};
}

// What the payee will read: the structured reference where there is one, else the first free line.
std::string reference_of(const Value& initiation) {
  const auto remittance = initiation.find("RemittanceInformation");
  if (remittance == initiation.end()) return {};
  if (const auto structured = remittance->find("Structured"); structured != remittance->end()) {
    for (const Value& one : *structured) {
      const auto reference = one.find("CreditorReferenceInformation");
      if (reference != one.end() && reference->contains("Reference")) return text_of(*reference, "Reference");
    }
  }
  const auto lines = remittance->find("Unstructured");
  return lines == remittance->end() || lines->empty() ? std::string() : lines->front().get<std::string>();
}

Read<std::string> local_instrument_of(ConsentKind kind, const Value& initiation, const std::string& path) {
  static constexpr std::array<std::string_view, 6> kDomestic{"UK.OBIE.BACS", "UK.OBIE.CHAPS",         "UK.OBIE.FPS",
                                                             "UK.OBIE.Link", "UK.OBIE.MoneyTransfer", "UK.OBIE.Paym"};
  static constexpr std::array<std::string_view, 5> kAcrossBorders{"UK.OBIE.Euro1", "UK.OBIE.SEPACreditTransfer",
                                                                  "UK.OBIE.SEPAInstantCreditTransfer", "UK.OBIE.SWIFT",
                                                                  "UK.OBIE.Target2"};
  const bool abroad = kind == ConsentKind::international_payment;
  const std::span<const std::string_view> supported =
      abroad ? std::span<const std::string_view>(kAcrossBorders) : std::span<const std::string_view>(kDomestic);
  std::string instrument = text_of(initiation, "LocalInstrument");
  if (initiation.contains("LocalInstrument") &&
      std::find(supported.begin(), supported.end(), instrument) == supported.end()) {
    return failure(ObieFailure::make(ObieCode::unsupported_local_instrument, path + ".LocalInstrument",
                                     abroad ? "Not a local instrument for international payments."
                                            : "Not a local instrument for domestic payments."));
  }
  return instrument;
}

Read<consent::ExchangeRate> exchange_rate_of(const Value& information, const std::string& path) {
  TRY(const base::Currency unit, currency_of(information, "UnitCurrency", path));
  consent::ExchangeRate exchange{.unit = unit,
                                 .rate = {},
                                 .type = text_of(information, "RateType"),
                                 .contract = text_of(information, "ContractIdentification")};
  const auto rate = information.find("ExchangeRate");
  // [OBIE-4.0-InternationalPayment] an agreed rate names rate and contract; of the others the bank gives the rate.
  const bool agreed = exchange.type == "Agreed";
  if (agreed && (rate == information.end() || exchange.contract.empty())) {
    const char* missing = rate == information.end() ? ".ExchangeRate" : ".ContractIdentification";
    return failure(ObieFailure::make(ObieCode::field_missing, path + missing,
                                     "An agreed rate needs ExchangeRate and ContractIdentification."));
  }
  if (!agreed && (rate != information.end() || !exchange.contract.empty())) {
    const char* extra = rate != information.end() ? ".ExchangeRate" : ".ContractIdentification";
    return failure(ObieFailure::make(ObieCode::field_unexpected, path + extra, "Only an agreed rate has it."));
  }
  if (agreed) {
    if (rate->get<double>() <= 0) {
      return failure(
          ObieFailure::make(ObieCode::field_invalid, path + ".ExchangeRate", "The rate must be above zero."));
    }
    exchange.rate = base::json::dump(*rate);
  }
  return exchange;
}

Read<consent::CrossBorder> cross_border_of(const Value& initiation, const std::string& path) {
  TRY(const base::Currency transfer, currency_of(initiation, "CurrencyOfTransfer", path));
  consent::CrossBorder abroad{.transfer = transfer,
                              .charge_bearer = text_of(initiation, "ChargeBearer"),
                              .country = text_of(initiation, "DestinationCountryCode"),
                              .exchange = {}};
  if (const auto information = initiation.find("ExchangeRateInformation"); information != initiation.end()) {
    TRY(consent::ExchangeRate exchange, exchange_rate_of(*information, path + ".ExchangeRateInformation"));
    abroad.exchange = std::move(exchange);
  }
  return abroad;
}

bool in_range(std::string_view text, int least, int most) {
  return all_digits(text, 2) && (text[0] - '0') * 10 + (text[1] - '0') >= least &&
         (text[0] - '0') * 10 + (text[1] - '0') <= most;
}

// OBFrequency6 Type: one of the codes, or one of the older forms with their numbers.
bool is_frequency(std::string_view text) {
  if (std::find(std::begin(obie_codes::kFrequency), std::end(obie_codes::kFrequency), text) !=
      std::end(obie_codes::kFrequency)) {
    return true;
  }
  if (text == "NotKnown" || text == "EvryDay" || text == "EvryWorkgDay") return true;
  if (text == "QtrDay:ENGLISH" || text == "QtrDay:SCOTTISH" || text == "QtrDay:RECEIVED") return true;
  const auto rest_after = [&](std::string_view prefix) {
    return text.starts_with(prefix) ? std::optional(text.substr(prefix.size())) : std::nullopt;
  };
  const auto pair = [](std::string_view rest, int most_first, int most_second) {
    return rest.size() == 5 && rest[2] == ':' && in_range(rest.substr(0, 2), 1, most_first) &&
           in_range(rest.substr(3), 1, most_second);
  };
  if (const auto rest = rest_after("IntrvlDay:")) return in_range(*rest, 2, 31);
  if (const auto rest = rest_after("IntrvlWkDay:")) return pair(*rest, 9, 7);
  if (const auto rest = rest_after("WkInMnthDay:")) return pair(*rest, 5, 7);
  if (const auto rest = rest_after("IntrvlMnthDay:")) {
    const std::string_view months = rest->substr(0, 2);
    if (!in_range(months, 1, 6) && months != "12" && months != "24") return false;
    if (rest->size() < 5 || (*rest)[2] != ':') return false;
    const std::string_view day = rest->substr(3);
    return in_range(day, 1, 31) || (day.starts_with('-') && in_range(day.substr(1), 1, 5));
  }
  return false;
}

Read<consent::StandingOrder> standing_order_of(const Value& initiation, const std::string& path) {
  const Value& mandate = initiation.at("MandateRelatedInformation");
  consent::StandingOrder order{.recurring = {},
                               .final = {},
                               .frequency = text_of(mandate.at("Frequency"), "Type"),
                               .first_payment = time_of(mandate, "FirstPaymentDateTime"),
                               .final_payment = time_of(mandate, "FinalPaymentDateTime"),
                               .number_of_payments = text_of(initiation, "NumberOfPayments")};
  if (!is_frequency(order.frequency)) {
    return failure(ObieFailure::make(ObieCode::unsupported_frequency,
                                     path + ".MandateRelatedInformation.Frequency.Type",
                                     "Not a frequency of the standard."));
  }
  TRY(order.recurring, optional_amount(initiation, "RecurringPaymentAmount", path));
  TRY(order.final, optional_amount(initiation, "FinalPaymentAmount", path));
  if (order.first_payment && order.final_payment && *order.final_payment < *order.first_payment) {
    return failure(ObieFailure::make(ObieCode::field_invalid_date,
                                     path + ".MandateRelatedInformation.FinalPaymentDateTime",
                                     "The last payment must not come before the first."));
  }
  return order;
}

Read<consent::Terms> payment_of(ConsentKind kind, const Value& initiation) {
  const std::string path = "Data.Initiation";
  const bool standing = kind == ConsentKind::domestic_standing_order;
  const bool abroad = kind == ConsentKind::international_payment;
  const char* amount_member = standing ? "FirstPaymentAmount" : "InstructedAmount";
  TRY(const base::Amount amount, amount_of(initiation.at(amount_member), path + "." + amount_member,
                                           abroad ? Currencies::any : Currencies::pounds));
  TRY(consent::Payee payee, payee_of(initiation, path));
  consent::PaymentTerms terms{.amount = amount,
                              .payees = {std::move(payee)},
                              .debtor = {},
                              .reference = reference_of(initiation),
                              .end_to_end = text_of(initiation, "EndToEndIdentification"),
                              .local_instrument = {},
                              .execution = time_of(initiation, "RequestedExecutionDateTime"),
                              .standing_order = {},
                              .batch = {},
                              .cross_border = {}};
  TRY(terms.debtor, debtor_of(initiation, path));
  TRY(terms.local_instrument, local_instrument_of(kind, initiation, path));
  if (abroad) {
    TRY(consent::CrossBorder across, cross_border_of(initiation, path));
    terms.cross_border = std::move(across);
  }
  if (standing) {
    TRY(consent::StandingOrder order, standing_order_of(initiation, path));
    terms.standing_order = std::move(order);
  }
  return consent::Terms(std::move(terms));
}

constexpr std::string_view kFileType = "UK.OBIE.PaymentInitiation.4.0";

// ControlSum is a number without a currency; the payments of a file are in pounds.
Read<base::Amount> control_sum_of(const Value& sum, const std::string& path) {
  const auto amount = base::Amount::parse(base::json::dump(sum), *base::Currency::parse("GBP"));
  if (!amount || amount->minor() <= 0) {
    return failure(ObieFailure::make(ObieCode::field_invalid, path + ".ControlSum",
                                     "The control sum must be above zero and have at most two decimals."));
  }
  return *amount;
}

// What the TPP says of a file that is still to come.
Read<consent::Terms> file_of(const Value& initiation) {
  const std::string path = "Data.Initiation";
  if (text_of(initiation, "FileType") != kFileType) {
    return failure(
        ObieFailure::make(ObieCode::field_invalid, path + ".FileType", "Supported: " + std::string(kFileType) + "."));
  }
  const auto hash = base::base64_decode(text_of(initiation, "FileHash"));
  if (!hash || hash->size() != 32) {
    return failure(ObieFailure::make(ObieCode::field_invalid, path + ".FileHash",
                                     "The hash must be the base64 form of a SHA-256 of the file."));
  }
  consent::FileBatch batch{.transactions = 0, .file_hash = text_of(initiation, "FileHash")};
  if (initiation.contains("NumberOfTransactions")) {
    const std::string number = text_of(initiation, "NumberOfTransactions");
    if (!all_digits(number, number.size())) {
      return failure(ObieFailure::make(ObieCode::field_invalid, path + ".NumberOfTransactions", "Digits alone."));
    }
    batch.transactions = std::stoll(number);  // fifteen digits fit
  }
  base::Amount sum = base::Amount::of_minor(0, *base::Currency::parse("GBP"));
  if (const auto declared = initiation.find("ControlSum"); declared != initiation.end()) {
    TRY(sum, control_sum_of(*declared, path));
  }
  consent::PaymentTerms terms{.amount = sum,
                              .payees = {},
                              .debtor = {},
                              .reference = text_of(initiation, "FileReference"),
                              .end_to_end = {},
                              .local_instrument = {},
                              .execution = time_of(initiation, "RequestedExecutionDateTime"),
                              .standing_order = {},
                              .batch = std::move(batch),
                              .cross_border = {}};
  TRY(terms.debtor, debtor_of(initiation, path));
  TRY(terms.local_instrument, local_instrument_of(ConsentKind::file_payment, initiation, path));
  return consent::Terms(std::move(terms));
}

Read<consent::Terms> vrp_of(const Value& data) {
  const std::string path = "Data.ControlParameters";
  const Value& control = data.at("ControlParameters");
  const Value& initiation = data.at("Initiation");
  TRY(const base::Amount maximum, amount_of(control.at("MaximumIndividualAmount"), path + ".MaximumIndividualAmount"));
  consent::VrpTerms terms{.payee = {},
                          .debtor = {},
                          .maximum_individual = maximum,
                          .limits = {},
                          .valid_from = time_of(control, "ValidFromDateTime"),
                          .valid_to = time_of(control, "ValidToDateTime"),
                          .types = {},
                          .reference = reference_of(initiation)};
  TRY(terms.debtor, debtor_of(initiation, "Data.Initiation"));
  if (initiation.contains("CreditorAccount")) {
    TRY(consent::Payee payee, payee_of(initiation, "Data.Initiation"));
    terms.payee = std::move(payee);
  }
  const Value& limits = control.at("PeriodicLimits");
  for (std::size_t i = 0; i < limits.size(); ++i) {
    const std::string at = path + ".PeriodicLimits[" + std::to_string(i) + "]";
    TRY(const base::Amount amount, amount_of(limits[i], at));
    const auto period = consent::period_type_from_text(text_of(limits[i], "PeriodType"));
    const auto alignment = consent::period_alignment_from_text(text_of(limits[i], "PeriodAlignment"));
    ENSURE(period && alignment, "the shape was checked");
    // [OBIE-VRP-4.0-PeriodicLimits] a fortnight has no calendar to follow: "Fortnight" goes with "Consent".
    if (*period == consent::PeriodType::fortnight && *alignment == consent::PeriodAlignment::calendar) {
      return failure(ObieFailure::make(ObieCode::field_invalid, at + ".PeriodAlignment",
                                       "A fortnight can only be aligned to the consent."));
    }
    const bool twice = std::any_of(terms.limits.begin(), terms.limits.end(), [&](const consent::PeriodicLimit& limit) {
      return limit.period == *period && limit.alignment == *alignment;
    });
    if (twice) {
      return failure(ObieFailure::make(ObieCode::field_invalid, at + ".PeriodType", "The period has a limit already."));
    }
    terms.limits.push_back({*period, *alignment, amount});
  }
  if (terms.valid_from && terms.valid_to && *terms.valid_to <= *terms.valid_from) {
    return failure(ObieFailure::make(ObieCode::field_invalid_date, path + ".ValidToDateTime",
                                     "ValidToDateTime must come after ValidFromDateTime."));
  }
  constexpr std::array<std::string_view, 2> kTypes{"UK.OBIE.VRPType.Sweeping", "UK.OBIE.VRPType.Other"};
  const Value& types = control.at("VRPType");
  for (std::size_t i = 0; i < types.size(); ++i) {
    const auto& type = types[i].get_ref<const std::string&>();
    if (std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end()) {
      return failure(ObieFailure::make(ObieCode::field_invalid, path + ".VRPType[" + std::to_string(i) + "]",
                                       "Not a type of the standard."));
    }
    terms.types.push_back(type);
  }
  constexpr std::array<std::string_view, 2> kMethods{"UK.OBIE.SCA", "UK.OBIE.SCANotRequired"};
  const Value& methods = control.at("PSUAuthenticationMethods");
  for (std::size_t i = 0; i < methods.size(); ++i) {
    if (std::find(kMethods.begin(), kMethods.end(), methods[i].get_ref<const std::string&>()) == kMethods.end()) {
      return failure(ObieFailure::make(ObieCode::field_invalid,
                                       path + ".PSUAuthenticationMethods[" + std::to_string(i) + "]",
                                       "Not a method of the standard."));
    }
  }
  return consent::Terms(std::move(terms));
}

Read<consent::Terms> funds_of(const Value& data) {
  const Value& debtor = data.at("DebtorAccount");
  TRY(consent::AccountIdentification account, account_of(debtor, "Data.DebtorAccount"));
  return consent::Terms(consent::FundsTerms{std::move(account), text_of(debtor, "Name")});
}

Read<consent::Terms> terms_of(ConsentKind kind, const Value& data) {
  switch (kind) {
    case ConsentKind::domestic_payment:
    case ConsentKind::domestic_scheduled_payment:
    case ConsentKind::domestic_standing_order:
    case ConsentKind::international_payment:
      return payment_of(kind, data.at("Initiation"));
    case ConsentKind::domestic_vrp:
      return vrp_of(data);
    case ConsentKind::funds_confirmation:
      return funds_of(data);
    case ConsentKind::file_payment:
      return file_of(data.at("Initiation"));
    case ConsentKind::account_access:
      break;
  }
  throw base::BrokenInvariant("a kind that this surface does not create here");
}

// Until when the consent can be given, or be used.
std::optional<base::Instant> expiry_of(ConsentKind kind, const Value& data) {
  if (kind == ConsentKind::domestic_vrp) return time_of(data.at("ControlParameters"), "ValidToDateTime");
  if (kind == ConsentKind::funds_confirmation) return time_of(data, "ExpirationDateTime");
  const auto authorisation = data.find("Authorisation");
  return authorisation == data.end() ? std::nullopt : time_of(*authorisation, "CompletionDateTime");
}

}  // namespace

base::Result<consent::CreatePaymentConsent, ObieFailure> read_payment_body(ConsentKind kind, std::string_view body) {
  const Shape* shape = consent_shape(kind);
  ENSURE(shape != nullptr, "a kind that this surface does not create here");
  if (auto refusal = check_shape(body, *shape)) return failure(std::move(*refusal));
  const auto document = base::json::parse_strict(body, {.max_bytes = body.size(), .max_depth = 16});
  ENSURE(document.has_value(), "the shape was checked");
  const Value& data = document->at("Data");
  consent::CreatePaymentConsent request;
  request.kind = kind;
  TRY(request.terms, terms_of(kind, data));
  request.request = base::json::dump(*document);
  request.expires = expiry_of(kind, data);
  return request;
}

base::Result<consent::Terms, ObieFailure> read_payment_file(const consent::Consent& consent, std::string_view content) {
  auto terms = std::get<consent::PaymentTerms>(consent.terms);
  ENSURE(terms.batch.has_value(), "a file payment's consent declares its file");
  const auto mismatch = [](const std::string& path, std::string why) {
    return failure(ObieFailure::make(ObieCode::consent_mismatch, path, std::move(why)));
  };
  // [OBIE-4.0-FilePayment] the file is the one whose hash the consent declared, before anything in it is believed
  if (base::base64_encode(base::crypto::sha256(content)) != terms.batch->file_hash) {
    return mismatch("", "The file is not the one whose FileHash the consent declares.");
  }
  if (auto refusal = check_shape(content, payment_file_shape(), kLongestPaymentFile))
    return failure(std::move(*refusal));
  const auto document = base::json::parse_strict(content, {.max_bytes = content.size(), .max_depth = 16});
  ENSURE(document.has_value(), "the shape was checked");
  const Value& payments = document->at("Data").at("DomesticPayments");
  base::Amount sum = base::Amount::of_minor(0, *base::Currency::parse("GBP"));
  std::vector<consent::Payee> payees;
  for (std::size_t i = 0; i < payments.size(); ++i) {
    const std::string path = "Data.DomesticPayments[" + std::to_string(i) + "]";
    TRY(const base::Amount amount, amount_of(payments[i].at("InstructedAmount"), path + ".InstructedAmount"));
    const auto more = sum.plus(amount);
    if (!more) return mismatch(path + ".InstructedAmount", "The sum of the payments is too large.");
    sum = *more;
    TRY(consent::Payee payee, payee_of(payments[i], path));
    payees.push_back(std::move(payee));
    if (payments[i].contains("DebtorAccount")) {
      TRY(const auto debtor, debtor_of(payments[i], path));
      if (debtor != terms.debtor) {
        return mismatch(path + ".DebtorAccount", "The account to pay from is said in the consent, for all payments.");
      }
    }
  }
  if (terms.batch->transactions != 0 && terms.batch->transactions != static_cast<std::int64_t>(payments.size())) {
    return mismatch("Data.DomesticPayments", "The file has not the NumberOfTransactions that the consent declares.");
  }
  if (terms.amount.minor() != 0 && terms.amount != sum) {
    return mismatch("Data.DomesticPayments", "The payments do not come to the ControlSum that the consent declares.");
  }
  terms.batch->transactions = static_cast<std::int64_t>(payments.size());
  terms.amount = sum;
  terms.payees = std::move(payees);
  return consent::Terms(std::move(terms));
}

}  // namespace gateway
