#include "gateway/partner_api/open_banking_uk/transaction_query.h"

#include "gateway/partner_api/open_banking_uk/obie_time.h"

namespace gateway {
namespace {

constexpr std::size_t kCursorLimit = 512;

}  // namespace

std::string TransactionQuery::link(const std::string& resource,
                                   const std::optional<connectors::TransactionCursor>& cursor) const {
  std::vector<base::http::Parameter> parameters = filter;
  if (cursor) parameters.push_back({"page", cursor->str()});
  return parameters.empty() ? resource : resource + "?" + base::http::form_encode(parameters);
}

base::Result<TransactionQuery, ObieFailure> read_transaction_query(std::string_view raw_query) {
  const auto parameters = base::http::Parameters::parse(raw_query);
  if (!parameters) return base::failure(ObieFailure::make(ObieCode::invalid_format, "", "The query cannot be read."));
  TransactionQuery query;
  const auto read_date = [&](const char* name, std::optional<base::Instant>& at) -> std::optional<ObieFailure> {
    if (parameters->count(name) > 1)
      return ObieFailure::make(ObieCode::field_invalid, name, "The parameter must not be repeated.");
    const auto text = parameters->only(name);
    if (!text) return std::nullopt;
    at = obie_time_from_query(*text);
    if (!at) return ObieFailure::make(ObieCode::field_invalid_date, name, "Not an ISO 8601 date or date and time.");
    query.filter.push_back({name, std::string(*text)});
    return std::nullopt;
  };
  if (auto failure = read_date("fromBookingDateTime", query.from)) return base::failure(std::move(*failure));
  if (auto failure = read_date("toBookingDateTime", query.to)) return base::failure(std::move(*failure));
  if (parameters->count("page") > 1) {
    return base::failure(ObieFailure::make(ObieCode::field_invalid, "page", "The parameter must not be repeated."));
  }
  if (const auto page = parameters->only("page")) {
    if (page->empty() || page->size() > kCursorLimit) {
      return base::failure(ObieFailure::make(ObieCode::field_invalid, "page", "Not a page that was offered in Links."));
    }
    query.page = connectors::TransactionCursor(std::string(*page));
  }
  return query;
}

}  // namespace gateway
